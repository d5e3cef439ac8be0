import { describe, expect, it } from "vitest";
import { addSectionToBins, binFactor, binnedShape, sumsToMeans } from "./binning";
import { type Shape3, voxelCount } from "./shape";

const SHAPE: Shape3 = [13, 17, 23];

describe("binning", () => {
  it("finds the factor and the shape", () => {
    expect(binFactor([464, 928, 928], 256)).toBe(4);
    expect(binFactor([96, 224, 224], 256)).toBe(1);
    expect(binnedShape(SHAPE, 3)).toEqual([5, 6, 8]);
  });

  it.each([1, 2, 3, 30])("gives means over factor³ = %i³ voxels, fewer at the upper faces", (factor) => {
    const values = Float32Array.from({ length: voxelCount(SHAPE) }, (_, i) => Math.sin(i) * 100);
    const [nz, ny, nx] = SHAPE;
    const [depth, height, width] = binnedShape(SHAPE, factor);
    const bins = new Float32Array(depth * height * width);
    for (let z = 0; z < nz; z++)
      addSectionToBins(bins, values.subarray(z * ny * nx, (z + 1) * ny * nx), z, SHAPE, factor);
    sumsToMeans(bins, SHAPE, factor);
    const members = Array.from(bins, () => [] as number[]);
    values.forEach((value, i) => {
      const [z, y, x] = [Math.floor(i / (ny * nx)), Math.floor(i / nx) % ny, i % nx];
      const bin = (Math.floor(z / factor) * height + Math.floor(y / factor)) * width + Math.floor(x / factor);
      members[bin].push(value);
    });
    const ROUNDING = 1e-3; // f32 sums of up to 5,083 voxels of size 100
    bins.forEach((value, i) => {
      const mean = members[i].reduce((a, b) => a + b, 0) / members[i].length;
      expect(Math.abs(value - mean)).toBeLessThan(ROUNDING);
    });
  });
});
