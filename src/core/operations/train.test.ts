import { setFlagsFromString } from "node:v8";
import { beforeAll, expect, test } from "vitest";
import { createWasmBackend } from "../../compute/wasm-backend";
import { readCheckpoint, writeCheckpoint } from "../../io/model/checkpoint-file";
import { readTrainingRecipe } from "../../io/training-recipe/read-training-recipe";
import type { Backend } from "../backend";
import { AbortError, isAbort } from "../errors";
import type { Weights } from "../nn/model";
import { uniformSequence } from "../random/philox";
import { checkParams } from "../task/params";
import type { TrainingRecipe } from "../train/training-recipe";
import type { TrainInputs, TrainOutput, TrainPreview } from "../train/training-run";
import type { Checkpoint } from "../train/training-state";
import { readTrainingVolume, type TrainingVolume } from "../train/training-volume";
import { arrayVolume } from "../volume/array-volume";
import type { Shape3 } from "../volume/shape";
import { TRAIN } from "./train";

const SHAPE: Shape3 = [16, 20, 24];
const BALLS = [
  [6, 6, 5],
  [17, 6, 9],
  [7, 14, 10],
  [17, 14, 5],
] as const;
const RADIUS = 3;

const RECIPE = recipe({});
function recipe(change: object): TrainingRecipe {
  return readTrainingRecipe(
    JSON.stringify({
      name: "Tiny balls",
      licence: "MIT",
      precision: "single",
      classes: [{ name: "background" }, { name: "ball", radiusAngstrom: 30, minVoxels: 20 }],
      voxelSizeAngstrom: 10,
      data: { train: [{ volume: "a.mrc", labels: "b.mrc" }] },
      sampling: { side: 8, jitter: 2 },
      augmentation: { noise: [0, 0.2] },
      batch: 3,
      microBatch: 2,
      steps: 4,
      learningRate: 1e-3,
      validation: { lossEvery: 2, batches: 2, f1Every: 3, radiusVoxels: 3 },
      saveEvery: 0,
      seed: 5,
      ...change,
    }),
  );
}

const context = { breathe: async () => {}, onProgress() {}, signal: new AbortController().signal };

/** Dark balls in noise. */
async function ballVolume(name: string, stream: number): Promise<TrainingVolume> {
  const random = uniformSequence(3, stream);
  const [nz, ny, nx] = SHAPE;
  const labels = new Uint8Array(nz * ny * nx);
  for (const [x, y, z] of BALLS)
    for (let i = 0; i < labels.length; i++) {
      const distance = Math.hypot((i % nx) - x, (Math.floor(i / nx) % ny) - y, Math.floor(i / (nx * ny)) - z);
      if (distance <= RADIUS) labels[i] = 1;
    }
  const values = Float32Array.from(labels, (label) => random() - 2 * label);
  const meta = {
    name,
    shape: SHAPE,
    dtype: "float32",
    voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
    originAngstrom: { x: 0, y: 0, z: 0 },
    warnings: [],
  } as const;
  const data = {
    volume: arrayVolume(meta, values),
    labels: arrayVolume(meta, labels),
    particles: null,
    labelOf: null,
    proteinIsBright: false,
  };
  return readTrainingVolume(data, RECIPE, new Map(), context);
}

let backend: Backend;
let train: readonly TrainingVolume[];
let validation: readonly TrainingVolume[];
beforeAll(async () => {
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  backend = createWasmBackend(2);
  train = [await ballVolume("a", 1), await ballVolume("b", 2)];
  validation = [await ballVolume("v", 3)];
});

interface Run {
  readonly output: TrainOutput | null;
  readonly saved: readonly Checkpoint[];
  readonly previews: readonly TrainPreview[];
}

/** Trains; cancelled in the first pause after so many steps. */
async function run(
  inputs: Partial<TrainInputs> = {},
  { cancelAfter = Number.POSITIVE_INFINITY, params = {} }: { cancelAfter?: number; params?: object } = {},
): Promise<Run> {
  const saved: Checkpoint[] = [];
  const previews: TrainPreview[] = [];
  let breaths = 0;
  const steps = () => previews.flatMap(({ points }) => points).length;
  let output: TrainOutput | null = null;
  try {
    output = await TRAIN.run(
      {
        recipe: RECIPE,
        train,
        validation,
        start: null,
        checkpoint: null,
        backend,
        save: async (checkpoint) => {
          saved.push(checkpoint);
        },
        ...inputs,
      },
      checkParams(TRAIN.params, params as Record<string, unknown>),
      {
        signal: context.signal,
        onProgress: ({ preview }) => {
          if (preview) previews.push(preview);
        },
        async breathe() {
          breaths++;
          if (steps() >= cancelAfter) throw new AbortError();
        },
        createVolume: () => Promise.reject(new Error("training makes no volume")),
      },
    );
  } catch (error) {
    if (!isAbort(error)) throw error;
  }
  expect(breaths).toBeGreaterThan(0);
  return { output, saved, previews };
}

const numbers = (weights: Weights) =>
  Buffer.concat([...weights.values()].map(({ values }) => Buffer.from(values.slice().buffer)));

let whole: Run & { readonly output: TrainOutput };
beforeAll(async () => {
  const { output, ...rest } = await run();
  if (!output) throw new Error("the training was cancelled");
  whole = { output, ...rest };
}, 60_000);

test("every step and every validation that is due is reported, and the loss falls", () => {
  const points = whole.previews.flatMap((preview) => preview.points);
  expect(points.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  expect(points[3].loss).toBeLessThan(points[0].loss);
  const validations = whole.previews.flatMap((preview) => preview.validations);
  expect(validations.map(({ step, loss, scores }) => [step, loss !== null, scores !== null])).toEqual([
    [2, true, false],
    [3, false, true],
    [4, true, true],
  ]);
  expect(validations[2].loss).toBeLessThan(validations[0].loss ?? 0);
  expect(whole.output.checkpoint).toMatchObject({ step: 4, points, validations });
});

test("the model carries its scores, its data and the recipe that makes it again", () => {
  const { manifest, weights } = whole.output.model;
  expect(manifest).toMatchObject({
    name: "Tiny balls",
    weights: "tiny-balls.safetensors",
    trainedOn: "2 volumes (a, b), 4 steps of 3 patches of 8³ voxels",
    licence: "MIT",
    training: { train: ["a", "b"], validation: ["v"], recipe: RECIPE },
  });
  expect(manifest.measured?.[1].truth).toBe(4);
  expect(weights.size).toBe(30);
});

test.each([0, 2, 3])(
  "cancelled after step %i, it goes on from its file to the same bits",
  async (cancelAfter) => {
    const stopped = await run({}, { cancelAfter });
    expect(stopped.output).toBeNull();
    expect(stopped.saved.length).toBe(1);
    expect(stopped.saved[0].step).toBe(cancelAfter);
    const checkpoint = readCheckpoint(writeCheckpoint(stopped.saved[0]));
    const { output } = await run({ checkpoint });
    expect(output?.checkpoint.points).toEqual(whole.output.checkpoint.points);
    expect(output?.checkpoint.validations).toEqual(whole.output.checkpoint.validations);
    const { weights, adam } = output?.checkpoint ?? stopped.saved[0];
    expect(numbers(weights).equals(numbers(whole.output.checkpoint.weights))).toBe(true);
    expect(numbers(adam.second).equals(numbers(whole.output.checkpoint.adam.second))).toBe(true);
    expect(numbers(output?.model.weights ?? new Map()).equals(numbers(whole.output.model.weights))).toBe(
      true,
    );
  },
);

test("checkpoints are saved as often as asked, and once at the end", async () => {
  const { saved } = await run({
    recipe: recipe({ saveEvery: 2, steps: 3, validation: { lossEvery: 0, f1AtEnd: false } }),
  });
  expect(saved.map(({ step }) => step)).toEqual([2, 3]);
});

test("parameters replace what the recipe says, and a finished training may go on to more steps", async () => {
  const { output } = await run({ validation: [] }, { params: { steps: 2, learningRate: 1e-5, half: true } });
  expect(output?.checkpoint).toMatchObject({ step: 2, recipe: { steps: 2, learningRate: 1e-5 } });
  expect(output?.model.manifest.measured).toBeUndefined();
  const checkpoint = output?.checkpoint ?? null;
  const more = await run({ validation: [], checkpoint }, { params: { steps: 3, learningRate: 1e-5 } });
  expect(more.output?.checkpoint.points.map(({ step }) => step)).toEqual([1, 2, 3]);
});

test("a checkpoint of another recipe is refused by the field that differs", async () => {
  const { checkpoint } = whole.output;
  await expect(run({ checkpoint, recipe: recipe({ seed: 6 }) })).rejects.toThrow('differs in "seed"');
  await expect(run({ checkpoint, recipe: recipe({ loss: { kind: "tversky" } }) })).rejects.toThrow('"loss"');
});

test("a model that is started from keeps what it knows", async () => {
  const { model } = whole.output;
  const { output } = await run(
    { start: model, validation: [] },
    { params: { steps: 1, learningRate: 1e-8 } },
  );
  const [before, after] = [model.weights, output?.model.weights].map(
    (weights) => weights?.get("d1.weight")?.values ?? [],
  );
  expect(after[7]).toBeCloseTo(before[7], 6);
  expect(output?.checkpoint.points[0].loss).toBeLessThan(whole.output.checkpoint.points[0].loss);
});
