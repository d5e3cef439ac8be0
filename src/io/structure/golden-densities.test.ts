import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { type Matrix3, multiply, rotationAbout } from "../../core/geometry/rotation";
import { centreOfMass } from "../../core/structure/centre-of-mass";
import { densityOnGrid } from "../../core/structure/density-on-grid";
import type { AtomicStructure, DensityMap } from "../../core/structure/structure";
import type { Point3 } from "../../core/volume/shape";
import { memorySource } from "../source/memory-source";
import type { ReadStructureOptions } from "./assembly";
import { openStructure } from "./open-structure";

const DATA = new URL("../../../../shared/data/structures/", import.meta.url);

/** The maps were made from the protein alone, at 30 Å; ligands and ions, which are read too, cost what is left. */
const RESOLUTION_ANGSTROM = 30;
const LEAST_CORRELATION = 0.999;

const open = (path: string, options?: ReadStructureOptions) =>
  openStructure(memorySource(readFileSync(new URL(path, DATA)), basename(path)), options);

async function openAtoms(path: string, options?: ReadStructureOptions): Promise<AtomicStructure> {
  const structure = await open(path, options);
  if (structure.kind !== "atoms") throw new Error(`${path} has no atoms`);
  return structure;
}

async function openMap(path: string): Promise<DensityMap> {
  const structure = await open(path);
  if (structure.kind !== "map") throw new Error(`${path} is no map`);
  return structure;
}

/** The 24 rotations that take the axes to each other. */
function axisRotations(): Matrix3[] {
  const first = [0, 90, 180, 270].map((angle) => rotationAbout("x", angle));
  first.push(rotationAbout("y", 90), rotationAbout("y", 270));
  // Each of the six takes z to another face; four turns about z before it.
  return first.flatMap((face) => [0, 90, 180, 270].map((angle) => multiply(face, rotationAbout("z", angle))));
}

function rotated(atoms: AtomicStructure, m: Matrix3): AtomicStructure {
  const { x, y, z } = centreOfMass(atoms);
  const middle = [x, y, z];
  const at = atoms.positionsAngstrom;
  const positionsAngstrom = at.map((_, i) => {
    const atom = i - (i % 3);
    const row = 3 * (i % 3);
    return middle[i % 3] + [0, 1, 2].reduce((sum, k) => sum + m[row + k] * (at[atom + k] - middle[k]), 0);
  });
  return { ...atoms, positionsAngstrom };
}

/** The correlation of atoms, whose centre of mass is put on the map's and then moved by `shift` ångström, with the map. */
function correlation(atoms: AtomicStructure, map: DensityMap, shift: Point3): number {
  const from = centreOfMass(atoms);
  const to = centreOfMass(map);
  const origin = (axis: "x" | "y" | "z") => from[axis] - to[axis] - shift[axis];
  const originAngstrom = { x: origin("x"), y: origin("y"), z: origin("z") };
  const { shape, voxelSizeAngstrom } = map;
  return pearson(
    densityOnGrid(atoms, { shape, voxelSizeAngstrom, originAngstrom }, RESOLUTION_ANGSTROM),
    map.values,
  );
}

function pearson(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [product, squareA, squareB] = [0, 0, 0];
  a.forEach((value, i) => {
    product += (value - meanA) * (b[i] - meanB);
    squareA += (value - meanA) ** 2;
    squareB += (b[i] - meanB) ** 2;
  });
  return product / Math.sqrt(squareA * squareB);
}

/** The best correlation over shifts, axis by axis with steps of 1 Å, then 0.25 Å; and the shift. */
function refined(atoms: AtomicStructure, map: DensityMap) {
  let shift = { x: 0, y: 0, z: 0 };
  let best = correlation(atoms, map, shift);
  for (const step of [1, 0.25])
    for (let improved = true; improved; ) {
      improved = false;
      for (const axis of ["x", "y", "z"] as const)
        for (const by of [-step, step]) {
          const moved = { ...shift, [axis]: shift[axis] + by };
          const value = correlation(atoms, map, moved);
          if (value <= best) continue;
          [shift, best, improved] = [moved, value, true];
        }
    }
  return { best, shift };
}

const CASES = [
  // 2,967 atoms without waters; one chain.
  { name: "1s3x", options: {}, atoms: 2967 },
  // 2,063 with both places of 35 atoms. The file's assembly is a dimer, the map its one chain.
  { name: "3qm1", options: { assembly: "none" }, atoms: 2028 },
] as const;

describe.skipIf(!existsSync(DATA))(
  "densities against maps of others (skipped: ../shared/data is absent)",
  () => {
    test.each(CASES)("$name has the density of its map", async ({ name, options, atoms: count }) => {
      const atoms = await openAtoms(`${name}.pdb`, options);
      expect(atoms.occupancies).toHaveLength(count);
      const map = await openMap(`${name}.mrc.gz`);
      const scores = axisRotations().map((m) => correlation(rotated(atoms, m), map, { x: 0, y: 0, z: 0 }));
      // The map lies as the coordinates do: the first of the rotations is none. Any other is worse, though small proteins at
      // 30 Å look much alike.
      expect(new Set(scores.map((score) => score.toFixed(9))).size).toBe(24);
      expect(scores.indexOf(Math.max(...scores))).toBe(0);
      const { best, shift } = refined(atoms, map);
      expect(best).toBeGreaterThan(LEAST_CORRELATION);
      expect(Math.hypot(shift.x, shift.y, shift.z)).toBeLessThan(1);
      expect(best).toBeGreaterThan(Math.max(...scores.slice(1)) + 0.015);
    });

    test("3qm1 as its assembly is the two chains of a dimer, which its map does not show", async () => {
      const dimer = await openAtoms("3qm1.pdb");
      expect(dimer.occupancies).toHaveLength(2 * 2028);
      expect(correlation(dimer, await openMap("3qm1.mrc.gz"), { x: 0, y: 0, z: 0 })).toBeLessThan(0.9);
      // Its operators are rigid: distances within the second chain are those within the first.
      const at = dimer.positionsAngstrom;
      const distance = (i: number, j: number) =>
        Math.hypot(...[0, 1, 2].map((axis) => at[3 * i + axis] - at[3 * j + axis]));
      for (let i = 1; i < 2028; i += 50)
        expect(Math.abs(distance(0, i) - distance(2028, 2028 + i))).toBeLessThan(1e-3);
    });
  },
);
