import { expect, test } from "vitest";
import { readTilts } from "./read-tilts";
import { writeMdoc } from "./write-mdoc";

test("what is written is read back", () => {
  const series = {
    imageFile: "tilt-series.mrc",
    pixelSizeAngstrom: 13.68,
    tiltsDeg: [-60, -0.25, 61.5],
    defociMicrometre: [5.98765, 6, -0.5],
  };
  const { tiltsDeg, defociMicrometre, pixelSizeAngstrom } = readTilts(writeMdoc(series), "tilt-series.mdoc");
  expect(tiltsDeg).toEqual(series.tiltsDeg);
  expect(defociMicrometre).toEqual(series.defociMicrometre);
  expect(pixelSizeAngstrom).toBe(13.68);
});
