import { expect, test } from "vitest";
import { sigmaOfResolution } from "../structure/sigma-of-resolution";
import type { ParametricShape } from "./recipe";
import { shapeTemplate } from "./shapes";

const VOXEL = 5;
const VOLUMES: readonly [ParametricShape, number][] = [
  [{ shape: "sphere", radiusAngstrom: 60, density: 4.66 }, (4 / 3) * Math.PI * 60 ** 3],
  [{ shape: "sphere", radiusAngstrom: 12, density: 1 }, (4 / 3) * Math.PI * 12 ** 3],
  [{ shape: "ellipsoid", radiiAngstrom: [40, 60, 90], density: 0.5 }, (4 / 3) * Math.PI * 40 * 60 * 90],
  [{ shape: "disc", radiusAngstrom: 70, thicknessAngstrom: 40, density: 0.5 }, Math.PI * 70 ** 2 * 40],
];

test.each(VOLUMES)(
  "%j keeps its electrons whatever the resolution, and its mask its volume",
  (shape, volume) => {
    for (const resolutionAngstrom of [10, 40]) {
      const { template, mask } = shapeTemplate(shape, { voxelSizeAngstrom: VOXEL, resolutionAngstrom });
      const electrons = template.values.reduce((sum, value) => sum + value, 0) * VOXEL ** 3;
      expect(electrons / (shape.density * volume)).toBeCloseTo(1, 1.3); // within 2.5 %
      const voxels = mask.reduce((sum, inside) => sum + inside, 0) * VOXEL ** 3;
      expect(voxels / volume).toBeGreaterThan(0.85);
      expect(voxels / volume).toBeLessThan(1.15);
    }
  },
);

test("a soft sphere is the convolution of a sphere with the Gaussian of the resolution", () => {
  const [radius, resolutionAngstrom] = [30, 40];
  const sigma = sigmaOfResolution(resolutionAngstrom);
  const shape = { shape: "sphere", radiusAngstrom: radius, density: 1 } as const;
  const { template } = shapeTemplate(shape, { voxelSizeAngstrom: VOXEL, resolutionAngstrom });
  const middle = (template.side - 1) / 2;
  for (const x of [0, 3, 6, 9]) {
    let sum = 0;
    const fine = 2;
    for (let dz = -radius; dz <= radius; dz += fine)
      for (let dy = -radius; dy <= radius; dy += fine)
        for (let dx = -radius; dx <= radius; dx += fine)
          if (Math.hypot(dx, dy, dz) <= radius)
            sum += Math.exp(-((dx - x * VOXEL) ** 2 + dy * dy + dz * dz) / (2 * sigma * sigma));
    const expected = (sum * fine ** 3) / (Math.sqrt(2 * Math.PI) * sigma) ** 3;
    const at = (middle * template.side + middle) * template.side + middle + x;
    expect(template.values[at]).toBeCloseTo(expected, 2);
  }
});

test("a shape beyond all volumes is refused in a sentence", () => {
  const shape = { shape: "sphere", radiusAngstrom: 5000, density: 0.3 } as const;
  expect(() => shapeTemplate(shape, { voxelSizeAngstrom: 6, resolutionAngstrom: 12 })).toThrow(
    /^The sphere is too large: at 6 Å per voxel it needs a cube of 16\d\d voxels per side, of at most 512\.$/,
  );
});
