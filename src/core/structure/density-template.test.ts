import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { uniformSequence } from "../random/philox";
import type { Shape3 } from "../volume/shape";
import { centreOfMass } from "./centre-of-mass";
import { densityOnGrid } from "./density-on-grid";
import { densityTemplate } from "./density-template";
import { sigmaOfResolution } from "./sigma-of-resolution";
import type { AtomicStructure, BeadModel, DensityMap, DensityTemplate } from "./structure";

const molecule = (count: number, seed = 3): AtomicStructure => {
  const uniform = uniformSequence(seed, 0);
  return {
    kind: "atoms",
    name: "molecule",
    positionsAngstrom: Float32Array.from(
      { length: 3 * count },
      (_, i) => [210, -35, 80][i % 3] + [90, 50, 70][i % 3] * uniform(),
    ),
    atomicNumbers: Uint8Array.from({ length: count }, () => 6 + Math.floor(3 * uniform())),
    occupancies: Float32Array.from({ length: count }, () => 0.5 + 0.5 * uniform()),
  };
};

/** A sum of three Gaussians of one deviation, sampled on a grid of any shape; the map of a structure known in closed form. */
const BLOBS = [
  { x: 50, y: 40, z: 45, mass: 900 },
  { x: 68, y: 55, z: 40, mass: 1500 },
  { x: 60, y: 62, z: 66, mass: 600 },
];
const blobs = (sigma: number, x: number, y: number, z: number) =>
  BLOBS.reduce((sum, blob) => {
    const square = (x - blob.x) ** 2 + (y - blob.y) ** 2 + (z - blob.z) ** 2;
    return sum + (blob.mass / (Math.sqrt(2 * Math.PI) * sigma) ** 3) * Math.exp((-0.5 * square) / sigma ** 2);
  }, 0);
function phantom(shape: Shape3, voxelSizeAngstrom: number, sigma: number): DensityMap {
  const [nz, ny, nx] = shape;
  const values = Float32Array.from({ length: nz * ny * nx }, (_, i) => {
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
    return blobs(sigma, x * voxelSizeAngstrom, y * voxelSizeAngstrom, z * voxelSizeAngstrom);
  });
  return { kind: "map", name: "phantom", values, shape, voxelSizeAngstrom };
}

function offCentre({ values, side }: DensityTemplate): number {
  const sums = [0, 0, 0, 0];
  values.forEach((value, i) => {
    sums[0] += value;
    sums[1] += value * (i % side);
    sums[2] += value * (Math.floor(i / side) % side);
    sums[3] += value * Math.floor(i / (side * side));
  });
  return Math.max(...sums.slice(1).map((sum) => Math.abs(sum / sums[0] - (side - 1) / 2)));
}

const total = ({ values, voxelSizeAngstrom }: DensityTemplate) =>
  values.reduce((a, b) => a + b, 0) * voxelSizeAngstrom ** 3;

describe("atoms", () => {
  test("the middle voxel is the centre of mass, and every electron is there", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 3, max: 15, noNaN: true }),
        fc.double({ min: 3, max: 5, noNaN: true }),
        (count, seed, voxelSizeAngstrom, voxels) => {
          const structure = molecule(count, seed);
          const template = densityTemplate(structure, {
            voxelSizeAngstrom,
            resolutionAngstrom: voxels * voxelSizeAngstrom,
          });
          const { atomicNumbers, occupancies } = structure;
          const electrons = occupancies.reduce((sum, occupancy, i) => sum + occupancy * atomicNumbers[i], 0);
          expect(template.side % 2).toBe(1);
          // Samples of a Gaussian of 0.67 voxels sum to 1 within 3·10⁻⁴ along each axis; narrower ones depend more on where they lie.
          expect(Math.abs(total(template) / electrons - 1)).toBeLessThan(2e-3);
          expect(offCentre(template)).toBeLessThan(0.02);
        },
      ),
      { numRuns: 25, seed: 7 },
    );
  });

  test("an atom spreads as far as the resolution says: its transform at 1/d is 1/e", () => {
    const atom = { ...molecule(1), atomicNumbers: Uint8Array.of(8), occupancies: Float32Array.of(0.5) };
    const template = densityTemplate(atom, { voxelSizeAngstrom: 2, resolutionAngstrom: 20, side: 41 });
    let transform = 0;
    template.values.forEach((value, i) => {
      transform += value * 8 * Math.cos((2 * Math.PI * ((i % 41) - 20) * 2) / 20);
    });
    expect(total(template)).toBeCloseTo(4, 2);
    expect(transform / total(template)).toBeCloseTo(Math.exp(-1), 3);
  });

  test("a tight cube loses nothing, a tighter one would", () => {
    const structure = molecule(200);
    const options = { voxelSizeAngstrom: 5, resolutionAngstrom: 20 };
    const tight = densityTemplate(structure, options);
    const wide = densityTemplate(structure, { ...options, side: tight.side + 20 });
    expect(total(tight) / total(wide)).toBeCloseTo(1, 6);
    const narrow = densityTemplate(structure, { ...options, side: tight.side - 4 });
    expect(total(narrow)).toBeLessThan(total(wide));
  });
});

test("beads are wider by their own deviation", () => {
  const beads: BeadModel = {
    kind: "beads",
    name: "bead",
    positionsAngstrom: Float32Array.of(0, 0, 0),
    electrons: Float32Array.of(100),
    sigmasAngstrom: Float32Array.of(6),
  };
  const { values, side } = densityTemplate(beads, { voxelSizeAngstrom: 5, resolutionAngstrom: 20 });
  const sigma = Math.hypot(6, sigmaOfResolution(20));
  const middle = (side ** 3 - 1) / 2;
  expect(values[middle] * (Math.sqrt(2 * Math.PI) * sigma) ** 3).toBeCloseTo(100, 2);
  expect(values[middle + 2] / values[middle]).toBeCloseTo(Math.exp(-50 / sigma ** 2), 4);
});

describe("maps are resampled as what they are samples of", () => {
  const SIGMA = 8;
  // Sizes finer and coarser than the map's, a resolution narrow and wide against its voxels.
  test.each([
    { shape: [23, 26, 29] as const, size: 5, voxelSizeAngstrom: 7.3, resolutionAngstrom: 15 },
    { shape: [23, 26, 29] as const, size: 5, voxelSizeAngstrom: 3, resolutionAngstrom: 8 },
    { shape: [38, 41, 40] as const, size: 3, voxelSizeAngstrom: 10, resolutionAngstrom: 30 },
    { shape: [24, 24, 24] as const, size: 5, voxelSizeAngstrom: 5, resolutionAngstrom: 10 },
  ])("$shape at $size Å to $voxelSizeAngstrom Å, $resolutionAngstrom Å", (at) => {
    const map = phantom(at.shape, at.size, SIGMA);
    const { values, side } = densityTemplate(map, at);
    const blur = Math.max(sigmaOfResolution(at.resolutionAngstrom), at.voxelSizeAngstrom / 2);
    const sigma = Math.hypot(SIGMA, blur);
    const mass = BLOBS.reduce((sum, blob) => sum + blob.mass, 0);
    const centre = (axis: "x" | "y" | "z") =>
      BLOBS.reduce((sum, blob) => sum + blob.mass * blob[axis], 0) / mass;
    let [worst, peak] = [0, 0];
    values.forEach((value, i) => {
      const place = (index: number, axis: "x" | "y" | "z") =>
        centre(axis) + (index - (side - 1) / 2) * at.voxelSizeAngstrom;
      const [x, y, z] = [i % side, Math.floor(i / side) % side, Math.floor(i / (side * side))];
      const expected = blobs(sigma, place(x, "x"), place(y, "y"), place(z, "z"));
      peak = Math.max(peak, expected);
      worst = Math.max(worst, Math.abs(value - expected));
    });
    expect(worst / peak).toBeLessThan(2e-3);
  });

  test("a map made of atoms comes out as the atoms do", () => {
    const structure = molecule(300);
    const { x, y, z } = centreOfMass(structure);
    const grid = {
      shape: [50, 46, 53] as const,
      voxelSizeAngstrom: 4,
      originAngstrom: { x: x - 107, y: y - 90, z: z - 99 },
    };
    const values = densityOnGrid(structure, grid, 20);
    const map: DensityMap = { kind: "map", name: "map", values, shape: grid.shape, voxelSizeAngstrom: 4 };
    const side = 25;
    const fromMap = densityTemplate(map, { voxelSizeAngstrom: 10, resolutionAngstrom: 30, side });
    const fromAtoms = densityTemplate(structure, {
      voxelSizeAngstrom: 10,
      resolutionAngstrom: Math.hypot(20, 30),
      side,
    });
    const peak = fromAtoms.values.reduce((a, b) => Math.max(a, b), 0);
    const errors = fromMap.values.map((value, i) => Math.abs(value - fromAtoms.values[i]) / peak);
    expect(errors.reduce((a, b) => Math.max(a, b))).toBeLessThan(2e-3);
  });
});

describe("refused in a sentence", () => {
  const options = { voxelSizeAngstrom: 10, resolutionAngstrom: 20 };
  test("what has no mass", () => {
    const nothing = { ...molecule(3), occupancies: new Float32Array(3) };
    expect(() => densityTemplate(nothing, options)).toThrow("molecule has no atom with electrons.");
    const dark = { ...phantom([4, 4, 4], 5, 8), values: new Float32Array(64).fill(-1) };
    expect(() => densityTemplate(dark, options)).toThrow("phantom has no voxel above 0.");
  });
  test("an even side, and a cube that is too large", () => {
    expect(() => densityTemplate(molecule(3), { ...options, side: 20 })).toThrow(
      "odd number of voxels, not 20",
    );
    const fine = { voxelSizeAngstrom: 0.05, resolutionAngstrom: 1 };
    expect(() => densityTemplate(molecule(300), fine)).toThrow(
      /needs a cube of \d+ voxels per side, of at most 645/,
    );
  });
});
