import { expect, it } from "vitest";
import { spectrumRegions } from "./spectrum-regions";

it("a wedge of ±45° is the two triangles above and below the middle", () => {
  const { measured, missing } = spectrumRegions([-45, 45]);
  expect(measured).toEqual(["0,0 1,-1 1,1", "0,0 -1,1 -1,-1"]);
  expect(missing).toEqual(["0,0 1,1 -1,1", "0,0 -1,-1 1,-1"]);
});

it("tilts beyond a corner of the square go around it; all tilts miss nothing", () => {
  const { measured, missing } = spectrumRegions([-30, 60]);
  expect(measured[0]).toBe("0,0 1,-0.5774 1,1 0.5774,1");
  expect(missing[0]).toBe("0,0 0.5774,1 -1,1 -1,0.5774");
  expect(spectrumRegions([-90, 90]).missing).toEqual([]);
});
