import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { centreOfMass } from "../../core/structure/centre-of-mass";
import { densityOnGrid } from "../../core/structure/density-on-grid";
import type { AtomicStructure, DensityMap } from "../../core/structure/structure";
import { memorySource } from "../source/memory-source";
import { openStructure } from "./open-structure";

const DATA = new URL("../../../../shared/data/structures/", import.meta.url);
/** The maps are the protein alone at 30 Å (0.9999); ligands and ions, which are read too, cost the fourth digit. */
const RESOLUTION_ANGSTROM = 30;
const LEAST_CORRELATION = 0.999;

const open = (name: string) =>
  openStructure(memorySource(readFileSync(new URL(name, DATA)), name), { assembly: "none" });

type Matrix = readonly (readonly [number, number, number])[];
const IDENTITY: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** The 24 rotations of a cube and their mirror images, as matrices, with their determinants. */
function axisPermutations(): { matrix: Matrix; determinant: number }[] {
  const permutations = [
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
    [0, 2, 1],
    [2, 1, 0],
    [1, 0, 2],
  ];
  return permutations.flatMap((axes, which) =>
    Array.from({ length: 8 }, (_, signs) => {
      const sign = [0, 1, 2].map((axis) => ((signs >> axis) & 1 ? -1 : 1));
      const matrix = axes.map((from, row) => {
        return [0, 1, 2].map((column) => (column === from ? sign[row] : 0)) as [number, number, number];
      });
      return { matrix, determinant: (which < 3 ? 1 : -1) * sign[0] * sign[1] * sign[2] };
    }),
  );
}

/** The atoms turned about their centre of mass, which comes to lie at `centre`. */
function placed(atoms: AtomicStructure, matrix: Matrix, centre: readonly number[]): AtomicStructure {
  const { x, y, z } = centreOfMass(atoms);
  const from = [x, y, z];
  const positionsAngstrom = atoms.positionsAngstrom.map((_, i, at) => {
    const first = i - (i % 3);
    return matrix[i % 3].reduce((sum, m, k) => sum + m * (at[first + k] - from[k]), centre[i % 3]);
  });
  return { ...atoms, positionsAngstrom };
}

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, i) => {
    ab += (value - meanA) * (b[i] - meanB);
    aa += (value - meanA) ** 2;
    bb += (b[i] - meanB) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}

/** How well atoms agree with a map, and where their centre lies best near the map's: steps of a tenth of a voxel. */
function bestShift(atoms: AtomicStructure, map: DensityMap, matrix: Matrix) {
  const { x, y, z } = centreOfMass(map);
  const grid = { ...map, originAngstrom: { x: 0, y: 0, z: 0 } };
  const scoreAt = (at: readonly number[]) =>
    correlation(densityOnGrid(placed(atoms, matrix, at), grid, RESOLUTION_ANGSTROM), map.values);
  let centre: readonly number[] = [x, y, z];
  let score = scoreAt(centre);
  for (let moved = true; moved; ) {
    moved = false;
    for (const axis of [0, 1, 2])
      for (const step of [-1, 1]) {
        const next = centre.map((value, i) => (i === axis ? value + step : value));
        const nextScore = scoreAt(next);
        if (nextScore <= score) continue;
        [centre, score, moved] = [next, nextScore, true];
      }
  }
  return { score, shift: Math.hypot(centre[0] - x, centre[1] - y, centre[2] - z) };
}

describe.skipIf(!existsSync(DATA))(
  "densities of atoms agree with known maps (skipped: ../shared/data is absent)",
  () => {
    // The maps hold the chain without waters in the orientation of the file.
    test.each(["1s3x", "3qm1"])(
      "%s",
      async (id) => {
        const atoms = await open(`${id}.pdb`);
        const map = await open(`${id}.mrc.gz`);
        if (atoms.kind !== "atoms" || map.kind !== "map")
          throw new Error(`${id}: ${atoms.kind}, ${map.kind}`);
        const { x, y, z } = centreOfMass(map);
        const grid = { ...map, originAngstrom: { x: 0, y: 0, z: 0 } };
        const turned = axisPermutations()
          .map(({ matrix, determinant }) => {
            const density = densityOnGrid(placed(atoms, matrix, [x, y, z]), grid, RESOLUTION_ANGSTROM);
            return { matrix, determinant, score: correlation(density, map.values) };
          })
          .sort((a, b) => b.score - a.score);
        expect(turned[0].matrix).toEqual(IDENTITY);
        expect(turned[1].score).toBeLessThan(turned[0].score - 0.01);

        const { score, shift } = bestShift(atoms, map, turned[0].matrix);
        expect(score).toBeGreaterThan(LEAST_CORRELATION);
        expect(shift).toBeLessThan(2);
      },
      30_000,
    );
  },
);
