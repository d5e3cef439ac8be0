import { describe, expect, test } from "vitest";
import { uniformSequence } from "../random/philox";
import type { Shape3 } from "../volume/shape";
import { type DensityGrid, type Gaussians, gaussiansOnGrid } from "./gaussians-on-grid";

/** Gaussians end at 4σ, and the quick way is a little off: both against the highest value. */
const CUT_TOLERANCE = 4e-4;
const QUICK_TOLERANCE = 2e-3;

function scattered(count: number, extent: number, sigmasAngstrom: Gaussians["sigmasAngstrom"]): Gaussians {
  const uniform = uniformSequence(5, 0);
  return {
    positionsAngstrom: Float32Array.from({ length: 3 * count }, () => extent * (uniform() - 0.5)),
    integrals: Float32Array.from({ length: count }, () => 1 + 10 * uniform()),
    sigmasAngstrom,
  };
}

/** The formula at every voxel. */
function plain({ positionsAngstrom: at, integrals, sigmasAngstrom }: Gaussians, grid: DensityGrid) {
  const [nz, ny, nx] = grid.shape;
  const { x: x0, y: y0, z: z0 } = grid.originAngstrom;
  return Float64Array.from({ length: nz * ny * nx }, (_, voxel) => {
    const x = x0 + (voxel % nx) * grid.voxelSizeAngstrom;
    const y = y0 + (Math.floor(voxel / nx) % ny) * grid.voxelSizeAngstrom;
    const z = z0 + Math.floor(voxel / (nx * ny)) * grid.voxelSizeAngstrom;
    let sum = 0;
    for (let i = 0; i < integrals.length; i++) {
      const given = typeof sigmasAngstrom === "number" ? sigmasAngstrom : sigmasAngstrom[i];
      const sigma = Math.max(given, grid.voxelSizeAngstrom / 2);
      const square = (x - at[3 * i]) ** 2 + (y - at[3 * i + 1]) ** 2 + (z - at[3 * i + 2]) ** 2;
      sum += (integrals[i] / (Math.sqrt(2 * Math.PI) * sigma) ** 3) * Math.exp((-0.5 * square) / sigma ** 2);
    }
    return sum;
  });
}

function largestError(values: Float32Array, expected: Float64Array): number {
  const peak = expected.reduce((a, b) => Math.max(a, b), 0);
  return values.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0) / peak;
}

const shape: Shape3 = [9, 13, 11];
// Gaussians lie outside this grid too.
const grid = { shape, voxelSizeAngstrom: 3, originAngstrom: { x: -14, y: -20.5, z: -11.3 } };

describe("agree with the formula at every voxel", () => {
  test("a deviation of each, below half a voxel half a voxel", () => {
    const sigmas = Float32Array.from({ length: 20 }, (_, i) => 0.5 + 0.2 * i);
    const gaussians = scattered(20, 50, sigmas);
    expect(largestError(gaussiansOnGrid(gaussians, grid), plain(gaussians, grid))).toBeLessThan(
      CUT_TOLERANCE,
    );
  });

  test.each([1, 2.5, 3.3])("few of σ = %d Å", (sigma) => {
    const gaussians = scattered(5, 50, sigma);
    expect(largestError(gaussiansOnGrid(gaussians, grid), plain(gaussians, grid))).toBeLessThan(
      CUT_TOLERANCE,
    );
  });

  test.each([4.3, 6, 9])("many of σ = %d Å, the quick way", (sigma) => {
    const gaussians = scattered(1000, 60, sigma);
    expect(largestError(gaussiansOnGrid(gaussians, grid), plain(gaussians, grid))).toBeLessThan(
      QUICK_TOLERANCE,
    );
  });
});

test("all of the integrals is on a grid that is wide enough, both ways", () => {
  const wide = {
    shape: [41, 41, 41],
    voxelSizeAngstrom: 2,
    originAngstrom: { x: -40, y: -40, z: -40 },
  } as const;
  for (const [count, sigma] of [
    [3, 4],
    [4000, 4],
  ]) {
    const gaussians = scattered(count, 40, sigma);
    const total = gaussiansOnGrid(gaussians, wide).reduce((a, b) => a + b, 0) * 8;
    expect(total / gaussians.integrals.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 3);
  }
});
