import { expect, test } from "vitest";
import type { ClassInfo } from "../particles/particle-list";
import { checkParams, paramDefaults } from "../task/params";
import type { TaskContext } from "../task/task";
import type { Box, Point3, Shape3 } from "../volume/shape";
import type { VolumeReader } from "../volume/volume";
import { LOCALIZE } from "./localize";

const SHAPE: Shape3 = [19, 37, 43];
const CLASSES: readonly ClassInfo[] = [
  { label: 0, name: "background" },
  { label: 1, name: "membrane", color: "#9aa0a6" },
  { label: 2, name: "ribosome", radiusAngstrom: 50, minVoxels: 100 },
  { label: 3, name: "TRiC", radiusAngstrom: 30 },
];
const context: TaskContext = {
  signal: new AbortController().signal,
  onProgress: () => {},
  breathe: async () => {},
  createVolume: () => Promise.reject(new Error("localize makes no volume")),
};

function volume(valueAt: (p: Point3) => number, voxelSizeAngstrom = { x: 10, y: 10, z: 10 }): VolumeReader {
  return {
    meta: {
      name: "labels.mrc",
      shape: SHAPE,
      dtype: "int8",
      voxelSizeAngstrom,
      originAngstrom: { x: 0, y: 0, z: 0 },
      warnings: [],
    },
    async readBox({ z0, y0, x0, z1, y1, x1 }: Box) {
      const out: number[] = [];
      for (let z = z0; z < z1; z++)
        for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) out.push(valueAt({ x, y, z }));
      return new Float32Array(out);
    },
  };
}

const inBall = (p: Point3, x: number, y: number, z: number, r: number) =>
  Math.hypot(p.x - x, p.y - y, p.z - z) <= r;

/** Two ribosomes that touch at x = 16, one apart, one TRiC, a sheet of membrane, a crumb of ribosome. */
const labels = volume((p) => {
  if (inBall(p, 11, 10, 9, 5) || inBall(p, 21, 10, 9, 5) || inBall(p, 35, 28, 8, 5)) return 2;
  if (inBall(p, 9, 28, 10, 3)) return 3;
  if (p.x === 40 && p.y === 2 && p.z === 2) return 2;
  return p.y === 18 ? 1 : 0;
});
const score = volume((p) => (p.y > 18 ? 0.5 : 0.9));
const defaults = paramDefaults(LOCALIZE.params);

test("components: particles with a radius only, smallest sizes of the model, largest first in each class", async () => {
  const { list } = await LOCALIZE.run({ labels, score, classes: CLASSES }, defaults, context);
  expect(list).toMatchObject({ volumeName: "labels.mrc", shape: SHAPE, classes: CLASSES });
  expect(list.particles).toEqual([
    { id: 1, label: 2, x: 16, y: 10, z: 9, sizeVoxels: 1029, score: 0.9, rotation: null },
    { id: 2, label: 2, x: 35, y: 28, z: 8, sizeVoxels: 515, score: 0.5, rotation: null },
    { id: 3, label: 3, x: 9, y: 28, z: 10, sizeVoxels: 123, score: 0.5, rotation: null },
  ]);
});

test("a given smallest size goes before the model's", async () => {
  const params = checkParams(LOCALIZE.params, { minVoxels: { 2: 1, 3: 124 } });
  const { list } = await LOCALIZE.run({ labels, score: null, classes: CLASSES }, params, context);
  expect(list.particles.map(({ label, sizeVoxels }) => [label, sizeVoxels])).toEqual([
    [2, 1029],
    [2, 515],
    [2, 1],
  ]);
  expect(list.particles[0].score).toBeNull();
});

test("mean-shift divides the ribosomes that touch", async () => {
  const params = checkParams(LOCALIZE.params, { method: "mean-shift" });
  const { list } = await LOCALIZE.run(
    { labels, score, classes: CLASSES, volumeName: "tomo.mrc" },
    params,
    context,
  );
  expect(list.volumeName).toBe("tomo.mrc");
  const ribosomes = list.particles.filter((particle) => particle.label === 2);
  expect(ribosomes.map(({ x }) => Math.round(x)).sort((a, b) => a - b)).toEqual([11, 21, 35]);
  const total = ribosomes.reduce((sum, particle) => sum + (particle.sizeVoxels ?? 0), 0);
  expect(total).toBe(1029 + 515);
});

test("mean-shift without a voxel size, and a score map of another shape, are refused in a sentence", async () => {
  const params = checkParams(LOCALIZE.params, { method: "mean-shift" });
  const unsized = volume(() => 2, { x: 0, y: 0, z: 0 });
  await expect(
    LOCALIZE.run({ labels: unsized, score: null, classes: CLASSES }, params, context),
  ).rejects.toThrow(/needs a voxel size .* labels.mrc gives none/);
  const small = { ...score, meta: { ...score.meta, shape: [1, 2, 3] as Shape3 } };
  await expect(LOCALIZE.run({ labels, score: small, classes: CLASSES }, defaults, context)).rejects.toThrow(
    /1 × 2 × 3 voxels .* they must be the same/,
  );
});

test("a cancel is honoured", async () => {
  const cancelled = { ...context, breathe: () => Promise.reject(new Error("cancelled")) };
  await expect(LOCALIZE.run({ labels, score, classes: CLASSES }, defaults, cancelled)).rejects.toThrow(
    "cancelled",
  );
});
