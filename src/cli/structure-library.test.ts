import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  fourierShellCorrelation,
  resolutionAt,
  shellValueAt,
} from "../core/metrics/fourier-shell-correlation";
import type { BeadModelEntry } from "../core/structure/bead-model-entry";
import { beadModelRadius } from "../core/structure/bead-model-radius";
import { partOfMap } from "../core/structure/fit-part";
import { gaussiansOnGrid } from "../core/structure/gaussians-on-grid";
import type { BeadModel, DensityMap } from "../core/structure/structure";
import { readBeadModel } from "../io/bead-model/read-bead-model";
import { readStructureIndex } from "../io/bead-model/read-structure-index";
import { groelAssembly } from "../tooling/groel-assembly.mjs";
import { loadMap } from "./load-map";

const LIBRARY = fileURLToPath(new URL("../../public/structures/", import.meta.url));
const SOURCES = fileURLToPath(new URL("../../../shared/data/structures/", import.meta.url));
const hasSources = existsSync(SOURCES);

const MOST_BYTES = 20_000;
/** Electrons lie on 65535 levels, and the index counts whole ones. */
const ROUNDING = 1e-3;
/** Small structures have a wave of any length themselves. */
const LARGE = 1000;
/** Of beads fitted to the voxels alone, in step with them, 0.012. */
const MOST_WAVE = 0.003;
/** How the coordinates of GroEL are brought to a map: the defaults of fit-beads. */
const GRID = { voxelSizeAngstrom: 5, resolutionAngstrom: 20 };

const index = readStructureIndex(readFileSync(join(LIBRARY, "index.json"), "utf8"));
const byId = index.map((entry): [string, BeadModelEntry] => [entry.id, entry]);
const modelOf = ({ file }: BeadModelEntry): BeadModel =>
  readBeadModel(new Uint8Array(readFileSync(join(LIBRARY, file))), file);
const total = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0);

test("every complex is there, and no other file", () => {
  const ids =
    "3j9i 4cr2 6qzp 4v4r 4v4r_30S 4v4r_50S 4v94 5mrc 1oel 1s3x 3qm1 3gl1 3h84 2cg9 3d2f 1u6g 3cf3 1bxn 1qvr";
  expect(index.map(({ id }) => id)).toEqual(ids.split(" "));
  const files = [...index.map(({ file }) => file), "index.json"];
  expect(readdirSync(LIBRARY).sort()).toEqual(files.sort());
});

test.each(byId)("%s is small and is what the index says", (_, entry) => {
  expect(statSync(join(LIBRARY, entry.file)).size).toBeLessThan(MOST_BYTES);
  const model = modelOf(entry);
  expect(model.electrons).toHaveLength(entry.beads);
  expect(Math.abs(total(model.electrons) / entry.electrons - 1)).toBeLessThan(ROUNDING);
  expect(beadModelRadius(model)).toBeCloseTo(entry.radiusAngstrom, 0);
  // Atoms without hydrogens: 0.46 to 0.48 electrons per dalton.
  expect(entry.electrons / entry.massKda / 1000).toBeCloseTo(0.465, 2);
  for (let axis = 0; axis < 3; axis++) {
    const moment = model.electrons.reduce((sum, e, i) => sum + e * model.positionsAngstrom[3 * i + axis], 0);
    expect(Math.abs(moment / entry.electrons)).toBeLessThan(0.1);
  }
});

test.each(byId.filter(([, { beads }]) => beads >= LARGE))(
  "%s makes no wave in step with the voxels of its source, which those would not show",
  (_, entry) => {
    const { positionsAngstrom, electrons, sigmasAngstrom } = modelOf(entry);
    const wave = Math.PI / entry.source.voxelSizeAngstrom;
    for (let axis = 0; axis < 3; axis++) {
      let [re, im] = [0, 0];
      electrons.forEach((electron, i) => {
        const height = electron * Math.exp(-0.5 * (wave * sigmasAngstrom[i]) ** 2);
        re += height * Math.cos(wave * positionsAngstrom[3 * i + axis]);
        im += height * Math.sin(wave * positionsAngstrom[3 * i + axis]);
      });
      expect(Math.hypot(re, im) / entry.electrons).toBeLessThan(MOST_WAVE);
    }
  },
);

/** What an entry was fitted to. */
async function sourceOf({ source: { kind, file, part } }: BeadModelEntry): Promise<DensityMap> {
  const io = {
    stdout: { write() {} },
    stderr: { write() {} },
    signal: new AbortController().signal,
    cwd: SOURCES,
  };
  if (kind === "map") {
    const map = await loadMap(file, GRID, io);
    return part ? partOfMap(map, part) : map;
  }
  const folder = mkdtempSync(join(tmpdir(), "structures-"));
  const whole = join(folder, "groel.pdb");
  writeFileSync(whole, groelAssembly(readFileSync(join(SOURCES, file), "utf8")));
  const map = await loadMap(whole, GRID, io);
  rmSync(folder, { recursive: true });
  return map;
}

describe.skipIf(!hasSources)(
  "against the maps they were fitted to (skipped: ../shared/data is absent)",
  () => {
    test.each(byId)("%s: Fourier shell correlation at 20 Å", async (_, entry) => {
      const { shape, voxelSizeAngstrom, values } = await sourceOf(entry);
      const { originVoxels } = entry.source;
      const along = (axis: "x" | "y" | "z") => -originVoxels[axis] * voxelSizeAngstrom;
      const { positionsAngstrom, electrons: integrals, sigmasAngstrom } = modelOf(entry);
      const fitted = gaussiansOnGrid(
        { positionsAngstrom, integrals, sigmasAngstrom },
        { shape, voxelSizeAngstrom, originAngstrom: { x: along("x"), y: along("y"), z: along("z") } },
      );
      const curve = fourierShellCorrelation(values, fitted, shape, voxelSizeAngstrom);
      expect(resolutionAt(curve, 0.5)).toBeLessThanOrEqual(20);
      expect(shellValueAt(curve, 20)).toBeGreaterThan(0.95);
      for (const [shell, value] of curve.values.entries())
        if (curve.frequencies[shell] <= 1 / 30) expect(value).toBeGreaterThan(0.98);
      expect(shellValueAt(curve, 20)).toBeCloseTo(entry.fscAt20Angstrom, 3);
      expect(curve.values[curve.values.length - 1]).toBeCloseTo(entry.fscAtNyquist, 3);
      expect(resolutionAt(curve, 0.5)).toBeCloseTo(entry.resolutionAt05Angstrom, 1);
    });
  },
);

test.skipIf(!hasSources)(
  "GroEL's chains stand as two rings back to back: 146 Å tall, a cavity of 44 Å, no atoms within each other",
  () => {
    const file = join(SOURCES, "1oel_A.pdb");
    const chains = new Map<string, number[][]>();
    for (const line of groelAssembly(readFileSync(file, "utf8")).split("\n")) {
      if (!line.startsWith("ATOM")) continue;
      const chain = chains.get(line[21]) ?? [];
      chain.push([30, 38, 46].map((at) => Number(line.slice(at, at + 8))));
      chains.set(line[21], chain);
    }
    expect([...chains.keys()].join("")).toBe("ABCDEFGHIJKLMN");
    const atoms = [...chains.values()].flat();
    const centre = [0, 1, 2].map((axis) => atoms.reduce((sum, atom) => sum + atom[axis], 0) / atoms.length);
    // The axis of the rings: from the mean of one ring (every other chain) to that of the other.
    const ringMean = (odd: number) => {
      const ring = [...chains.values()].filter((_, i) => i % 2 === odd).flat();
      return [0, 1, 2].map(
        (axis) => ring.reduce((sum, atom) => sum + atom[axis], 0) / ring.length - centre[axis],
      );
    };
    const [a, b] = [ringMean(0), ringMean(1)];
    const difference = a.map((value, axis) => value - b[axis]);
    const axis = difference.map((value) => value / Math.hypot(...difference));
    const heights: number[] = [];
    const radii: number[] = [];
    for (const atom of atoms) {
      const from = atom.map((value, i) => value - centre[i]);
      const height = from.reduce((sum, value, i) => sum + value * axis[i], 0);
      heights.push(height);
      radii.push(Math.hypot(...from.map((value, i) => value - height * axis[i])));
    }
    heights.sort((p, q) => p - q);
    radii.sort((p, q) => p - q);
    expect(heights[heights.length - 1] - heights[0]).toBeCloseTo(146, -0.5);
    expect(2 * radii[Math.floor(0.005 * radii.length)]).toBeCloseTo(44, -0.5);
    expect(2 * radii[Math.floor(0.97 * radii.length)]).toBeCloseTo(137, -1);

    // Of chain A to all others; by symmetry it stands for all.
    const [first, ...others] = [...chains.values()];
    const cells = new Map<string, number[][]>();
    const key = (atom: number[]) => atom.map((value) => Math.floor(value / 2.2)).join();
    for (const atom of first) cells.set(key(atom), [...(cells.get(key(atom)) ?? []), atom]);
    const steps = [-2.2, 0, 2.2];
    let least = Infinity;
    for (const atom of others.flat())
      for (const dx of steps)
        for (const dy of steps)
          for (const dz of steps)
            for (const near of cells.get(key([atom[0] + dx, atom[1] + dy, atom[2] + dz])) ?? [])
              least = Math.min(least, Math.hypot(...near.map((value, i) => value - atom[i])));
    expect(least).toBeGreaterThan(2.2);
  },
);
