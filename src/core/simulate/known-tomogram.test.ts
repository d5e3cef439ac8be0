import { expect, test } from "vitest";
import { uniformSequence } from "../random/philox";
import { isProteinBright } from "./known-tomogram";

test("protein is bright or dark as the tomogram follows the density, whatever its offset and noise", () => {
  const random = uniformSequence(5, 1);
  const density = Float32Array.from({ length: 4000 }, (_, i) => (i % 10 === 0 ? 0.4 : 0));
  const imaged = (gain: number, offset: number) =>
    density.map((value) => gain * value + offset + 4 * (random() - 0.5));
  for (const offset of [-50, 0, 50]) {
    expect(isProteinBright(imaged(1, offset), density)).toBe(true);
    expect(isProteinBright(imaged(-1, offset), density)).toBe(false);
  }
});
