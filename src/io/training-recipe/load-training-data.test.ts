import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createReferenceBackend } from "../../compute/reference-backend";
import type { Recipe } from "../../core/simulate/recipe";
import type { TrainingRecipe } from "../../core/train/training-recipe";
import { mrcFixture } from "../../testing/mrc-fixture";
import { memorySource } from "../source/memory-source";
import { loadTrainingData, type TrainingFiles } from "./load-training-data";
import { readTrainingRecipe } from "./read-training-recipe";

const SIDE = 16;
const VOXELS = SIDE ** 3;
const at = (x: number, y: number, z: number) => (z * SIDE + y) * SIDE + x;
const inBall = (i: number, x: number, y: number, z: number, r: number) =>
  Math.hypot((i % SIDE) - x, (Math.floor(i / SIDE) % SIDE) - y, Math.floor(i / SIDE ** 2) - z) <= r;

const angstrom = { cellX: 10 * SIDE, cellY: 10 * SIDE, cellZ: 10 * SIDE };
const mrc = (values: readonly number[], mode = 0, header: object = angstrom) =>
  mrcFixture({ mode, fileShape: [SIDE, SIDE, SIDE], values, header });
const fill = (value: (i: number) => number) => Array.from({ length: VOXELS }, (_, i) => value(i));

/** A sheet of membrane (1), two ribosomes (2), a proteasome (3). */
const LABELS = fill((i) => {
  if (inBall(i, 5, 5, 5, 2) || inBall(i, 11, 11, 5, 2)) return 2;
  if (inBall(i, 5, 11, 11, 2)) return 3;
  return Math.floor(i / SIDE ** 2) === 14 ? 1 : 0;
});
const TRUTH = JSON.stringify({
  particles: [
    { label: 2, name: "ribo", x: 5.2, y: 5, z: 5 },
    { label: 2, name: "ribo", x: 11, y: 11, z: 5, quat_xyzw: [0, 0, Math.SQRT1_2, Math.SQRT1_2] },
    { label: 3, name: "20S", x: 5, y: 11, z: 11 },
  ],
});
const text = (of: string) => new TextEncoder().encode(of);

const FILES: Readonly<Record<string, Uint8Array>> = {
  "a.mrc": mrc(fill((i) => (i % 200) - 90)),
  "labels.mrc.gz": gzipSync(mrc(LABELS)),
  "truth.json": text(TRUTH),
  "other-labels.mrc": mrc(LABELS.map((label) => [0, 9, 7, 0][label])),
  "coarse.mrc": mrc(
    fill((i) => i % 5),
    0,
    { cellX: 20 * SIDE, cellY: 20 * SIDE, cellZ: 20 * SIDE },
  ),
  "flat.mrc": mrc(fill(() => 3)),
  "thin.mrc": mrcFixture({
    mode: 0,
    fileShape: [4, SIDE, SIDE],
    values: Array(4 * SIDE ** 2).fill(1),
    header: { ...angstrom, cellZ: 40 },
  }),
  "list.csv": text("x,y\n1,2\n"),
  // An arm along x, from the middle voxel on.
  "arm.mrc": mrcFixture({
    mode: 0,
    fileShape: [7, 7, 7],
    values: Array.from({ length: 343 }, (_, i) => (i >= 171 && i <= 173 ? 1 : 0)),
    header: { cellX: 70, cellY: 70, cellZ: 70 },
  }),
  "box.mrc": mrcFixture({ mode: 0, fileShape: [3, 3, 4], values: Array(36).fill(1) }),
};

const files: TrainingFiles = {
  withFile: (path, use) => use(memorySource(FILES[path], path)),
  openRecipe: async (recipe) => ({
    recipe: typeof recipe === "string" ? SIMULATION : recipe,
    structures: () => Promise.reject(new Error("shapes need no structures")),
  }),
};
const context = { breathe: async () => {}, onProgress() {}, signal: new AbortController().signal };

const recipeWith = (change: object): TrainingRecipe =>
  readTrainingRecipe(
    JSON.stringify({
      name: "tiny",
      classes: [
        { name: "background" },
        { name: "membrane" },
        { name: "ribosome", radiusAngstrom: 30 },
        { name: "proteasome", radiusAngstrom: 20 },
      ],
      voxelSizeAngstrom: 10,
      sampling: { side: 8, jitter: 2 },
      ...change,
    }),
  );
const load = (source: object, change: object = {}) =>
  loadTrainingData(
    recipeWith({ data: { train: [source] }, ...change }),
    files,
    createReferenceBackend(),
    context,
  );
const WHOLE = { volume: "a.mrc", labels: "labels.mrc.gz", particles: "truth.json" };

test("volume, compressed labels and a truth file are read, and the volume's own numbers normalize it", async () => {
  const { train, validation } = await load(WHOLE);
  const [{ voxels, mean, scale, labels, objects, shape, name, regions }] = train;
  expect(validation).toEqual([]);
  expect([name, shape]).toEqual(["a.mrc", [SIDE, SIDE, SIDE]]);
  expect(voxels).toBeInstanceOf(Int8Array);
  const normalized = Array.from(voxels, (value) => (value - mean) * scale);
  expect(normalized.reduce((sum, value) => sum + value, 0) / VOXELS).toBeCloseTo(0, 6);
  expect(normalized.reduce((sum, value) => sum + value ** 2, 0) / VOXELS).toBeCloseTo(1, 6);
  expect(scale).toBeGreaterThan(0);
  expect([...labels]).toEqual(LABELS);
  expect(objects.map(({ label, x, y, z }) => [label, x, y, z])).toEqual([
    [2, 5.2, 5, 5],
    [2, 11, 11, 5],
    [3, 5, 11, 11],
  ]);
  expect([...regions.keys()]).toEqual([1]);
  expect(regions.get(1)).toEqual(Uint32Array.from({ length: SIDE ** 2 }, (_, i) => 14 * SIDE ** 2 + i));
});

test("a header that states a wrong voxel size is overruled by the recipe", async () => {
  const [{ reader }] = (await load({ ...WHOLE, volume: "coarse.mrc", voxelSizeAngstrom: 10 })).train;
  expect(reader.meta.voxelSizeAngstrom).toEqual({ x: 10, y: 10, z: 10 });
});

test("the contrast of a volume is turned where it is not the model's", async () => {
  const [plain] = (await load(WHOLE)).train;
  const [turned] = (await load({ ...WHOLE, proteinIsBright: true })).train;
  expect(turned.scale).toBe(-plain.scale);
  const [bright] = (await load({ ...WHOLE, proteinIsBright: true }, { proteinIsBright: true })).train;
  expect(bright.scale).toBe(plain.scale);
});

test("without a list the components of the label map are the objects", async () => {
  const [{ objects }] = (await load({ volume: "a.mrc", labels: "labels.mrc.gz" })).train;
  expect(objects.map(({ label, x, y, z }) => [label, x, y, z])).toEqual([
    [2, 5, 5, 5],
    [2, 11, 11, 5],
    [3, 5, 11, 11],
  ]);
});

test("labels of other numbers are told by names; the rest is background", async () => {
  const source = { volume: "a.mrc", labels: "other-labels.mrc", classes: { 7: "ribosome" } };
  const [{ labels, objects }] = (await load(source)).train;
  expect([...labels]).toEqual(LABELS.map((label) => (label === 2 ? 2 : 0)));
  expect(objects.length).toBe(2);
});

test("spheres of the classes' radii replace the particles of the label map, not its membranes", async () => {
  const [{ labels }] = (await load(WHOLE, { targets: { kind: "spheres" } })).train;
  const expected = fill((i) => {
    if (inBall(i, 5, 11, 11, 2)) return 3;
    if (inBall(i, 5.2, 5, 5, 3) || inBall(i, 11, 11, 5, 3)) return 2;
    return Math.floor(i / SIDE ** 2) === 14 ? 1 : 0;
  });
  expect([...labels]).toEqual(expected);
  const [alone] = (await load({ volume: "a.mrc", particles: "truth.json" }, { targets: { kind: "spheres" } }))
    .train;
  expect([...alone.labels]).toEqual(expected.map((label) => (label === 1 ? 0 : label)));
});

test("shapes are turned with each particle", async () => {
  const masks = { ribosome: "arm.mrc", proteasome: "arm.mrc" };
  const [{ labels }] = (await load(WHOLE, { targets: { kind: "shapes", masks } })).train;
  const arm = (label: number, points: readonly number[]) => points.map((i) => labels[i] === label);
  expect(arm(2, [at(5, 5, 5), at(6, 5, 5), at(7, 5, 5)])).toEqual([true, true, true]);
  // A quarter turn about z takes x to y.
  expect(arm(2, [at(11, 11, 5), at(11, 12, 5), at(11, 13, 5), at(12, 11, 5)])).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(arm(3, [at(5, 11, 11), at(7, 11, 11)])).toEqual([true, true]);
  expect(labels.filter((label) => label > 1).length).toBe(9);
  await expect(
    load(WHOLE, { targets: { kind: "shapes", masks: { ...masks, proteasome: "box.mrc" } } }),
  ).rejects.toThrow("The mask box.mrc is 3 × 3 × 4 (z, y, x); it must be a cube.");
});

const SIMULATION: Recipe = {
  name: "balls",
  summary: "",
  scene: {
    shape: [24, 32, 32],
    voxelSizeAngstrom: 10,
    resolutionAngstrom: 20,
    gapAngstrom: 10,
    membranes: [],
    filaments: [],
    particles: [
      { name: "crowd", structure: { shape: "sphere", radiusAngstrom: 30, density: 0.4 }, count: 3 },
      { name: "ribosome", structure: { shape: "sphere", radiusAngstrom: 45, density: 0.4 }, count: 4 },
    ],
  },
  imaging: {
    route: "direct",
    tilts: { minTiltDeg: -60, maxTiltDeg: 60, stepDeg: 2, order: "sequential" },
    ctf: null,
    proteinIsDark: false,
    noise: { snr: 1, kind: "gaussian" },
    dosePerImage: 0,
    shiftErrorAngstrom: 0,
    tiltErrorDeg: 0,
    reconstruction: { method: "wbp", iterations: 1, lowPassAngstrom: null },
  },
};

test("a simulation brings labels and particles by the names of its classes, and its own contrast", async () => {
  const [{ labels, objects, scale, proteinIsBright, voxels, mean }] = (
    await load({ recipe: "balls", seed: 4, imaging: { noiseFree: true } })
  ).train;
  expect(objects.length).toBe(4);
  expect(objects.every(({ label }) => label === 2)).toBe(true);
  expect(new Set(labels)).toEqual(new Set([0, 2])); // the crowd is background
  expect(proteinIsBright).toBe(true);
  expect(scale).toBeLessThan(0);
  let inside = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === 2) inside += (voxels[i] - mean) * scale;
  expect(inside).toBeLessThan(0); // dark, as the recipe's model has it

  const again = (await load({ recipe: SIMULATION, seed: 4, imaging: { noiseFree: true } })).train[0];
  expect(again.voxels).toEqual(voxels);
  const noisy = (await load({ recipe: "balls", seed: 4 })).train[0];
  expect(noisy.labels).toEqual(labels);
  expect(noisy.voxels).not.toEqual(voxels);
});

test.each([
  [{ volume: "a.mrc" }, {}, "a.mrc has no label map"],
  [{ volume: "a.mrc" }, { targets: { kind: "spheres" } }, "a.mrc has neither a label map nor particles"],
  [
    { volume: "a.mrc", labels: "labels.mrc.gz" },
    { targets: { kind: "shapes", masks: { ribosome: "arm.mrc", proteasome: "arm.mrc" } } },
    'a.mrc has no particles, whose rotations the targets "shapes" need',
  ],
  [
    { ...WHOLE, volume: "coarse.mrc" },
    {},
    "coarse.mrc has voxels of 20 Å, the recipe trains a model for 10 Å",
  ],
  [{ ...WHOLE, volume: "flat.mrc" }, {}, "All voxels of flat.mrc are 3"],
  [
    { ...WHOLE, volume: "thin.mrc" },
    {},
    "thin.mrc is 4 × 16 × 16 (z, y, x), smaller than a patch of 8 voxels",
  ],
  [{ ...WHOLE, labels: "thin.mrc" }, {}, "thin.mrc has 4 × 16 × 16 voxels"],
  [{ volume: "a.mrc", labels: "other-labels.mrc" }, {}, "other-labels.mrc holds 7"],
  [{ ...WHOLE, particles: "list.csv" }, {}, "list.csv: "],
  [
    WHOLE,
    { classes: [{ name: "background" }, { name: "membrane" }, { name: "ribosome", radiusAngstrom: 30 }] },
    /holds 3, the model's classes are 0 to 2/,
  ],
])("data that do not fit are refused: %j %j", async (source, change, words) => {
  await expect(load(source, change)).rejects.toThrow(words);
});
