import { memory } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { createReferenceBackend } from "../compute/reference-backend";
import { createWasmBackend } from "../compute/wasm-backend";
import { AbortError } from "../core/errors";
import type { Weights } from "../core/nn/model";
import type { NetworkTrainer, TrainerSpec, TrainingBatch } from "../core/train/trainer";
import {
  LEARNING_RATE,
  noBreath,
  runTrainerCase,
  TRAINER_CASES,
  trainerSpec,
  trainingBatch,
  WEIGHT_TOLERANCE,
  weightError,
} from "../testing/cases/trainer-cases";

/** Sums of f32, in another order. */
const MICRO_BATCH_TOLERANCE = 1e-5;
const [CROSS_ENTROPY, TVERSKY] = TRAINER_CASES;

const reference = createReferenceBackend();
const wasm = createWasmBackend(1);
const flat = (weights: Weights) => [...weights.values()].flatMap(({ values }) => [...values]);

async function withTrainer<Result>(
  backend: typeof reference,
  spec: TrainerSpec,
  work: (trainer: NetworkTrainer) => Promise<Result>,
): Promise<Result> {
  const trainer = await backend.createTrainer(spec);
  try {
    return await work(trainer);
  } finally {
    trainer.dispose();
  }
}

/** Adam's first moment after one step is a tenth of the gradient. */
function gradientOf(backend: typeof reference, spec: TrainerSpec, batch: TrainingBatch): Promise<Weights> {
  return withTrainer(backend, spec, async (trainer) => {
    await trainer.step(batch, 0, noBreath);
    const { first } = await trainer.adam();
    return new Map(
      [...first].map(([name, { shape, values }]) => [
        name,
        { shape, values: values.map((value) => 10 * value) },
      ]),
    );
  });
}

describe("training in plain TypeScript", () => {
  it.each(TRAINER_CASES)("WebAssembly takes its steps: $name", async (test) => {
    const expected = await runTrainerCase(reference, test);
    const found = await runTrainerCase(wasm, test);
    for (const [step, { loss, accuracy }] of expected.results.entries()) {
      expect(found.results[step].loss).toBeCloseTo(loss, 4);
      expect(found.results[step].accuracy).toBe(accuracy);
    }
    expect(weightError(found.weights, expected.weights)).toBeLessThan(WEIGHT_TOLERANCE);
  });

  it.each([CROSS_ENTROPY, TVERSKY])("has the slope that finite differences measure: $name", async (test) => {
    const spec = trainerSpec(test);
    const batch = trainingBatch(2, 4, 1);
    const gradient = await gradientOf(reference, spec, batch);
    const step = 1e-3;
    for (const name of [
      "a1.weight",
      "b1.bias",
      "c3.weight",
      "u1.weight",
      "d1.weight",
      "e1.weight",
      "out.bias",
    ]) {
      const slopes = gradient.get(name)?.values ?? new Float32Array();
      const steepest = slopes.reduce(
        (best, slope, i) => (Math.abs(slope) > Math.abs(slopes[best]) ? i : best),
        0,
      );
      const lossAt = (by: number) => {
        const { shape, values } = spec.weights.get(name) ?? { shape: [], values: new Float32Array() };
        const moved = new Map(spec.weights).set(name, {
          shape,
          values: values.with(steepest, values[steepest] + by),
        });
        return withTrainer(reference, { ...spec, weights: moved }, (trainer) =>
          trainer.measure(batch, noBreath),
        );
      };
      const measured = ((await lossAt(step)).loss - (await lossAt(-step)).loss) / (2 * step);
      const error = Math.abs(measured - slopes[steepest]);
      expect(error, `${name} ${slopes[steepest]}`).toBeLessThan(0.02 * Math.abs(slopes[steepest]) + 1e-4);
    }
  });
});

describe("a trainer", () => {
  let batch: TrainingBatch;
  beforeAll(() => {
    batch = trainingBatch(3, 4, 5);
  });

  it.each([CROSS_ENTROPY, TVERSKY])("has the whole batch's gradient in parts: $name", async (test) => {
    const spec = trainerSpec(test);
    const whole = flat(await gradientOf(wasm, { ...spec, microBatch: 3 }, batch));
    const parts = flat(await gradientOf(wasm, { ...spec, microBatch: 2 }, batch));
    const length = Math.sqrt(whole.reduce((sum, value) => sum + value ** 2, 0));
    const off = Math.sqrt(whole.reduce((sum, value, i) => sum + (value - parts[i]) ** 2, 0));
    expect(length).toBeGreaterThan(0.01);
    expect(off / length).toBeLessThan(MICRO_BATCH_TOLERANCE);
  });

  it("resumes to the same bits", async () => {
    const spec = trainerSpec(CROSS_ENTROPY);
    const steps = async (trainer: NetworkTrainer, from: number, to: number) => {
      for (let step = from; step < to; step++)
        await trainer.step(trainingBatch(1, 4, step), LEARNING_RATE, noBreath);
      return { weights: await trainer.weights(), adam: await trainer.adam() };
    };
    const straight = await withTrainer(wasm, spec, (trainer) => steps(trainer, 0, 4));
    const half = await withTrainer(wasm, spec, (trainer) => steps(trainer, 0, 2));
    expect(half.adam.steps).toBe(2);
    const resumed = await withTrainer(wasm, { ...spec, ...half }, (trainer) => steps(trainer, 2, 4));
    expect(flat(resumed.weights)).toEqual(flat(straight.weights));
    expect(flat(resumed.adam.second)).toEqual(flat(straight.adam.second));
  });

  it("learns, and keeps no tensors between steps nor after its end", async () => {
    const before = memory().numTensors;
    await withTrainer(wasm, trainerSpec({ ...TVERSKY, loss: CROSS_ENTROPY.loss }), async (trainer) => {
      const between = memory().numTensors;
      const first = await trainer.step(batch, LEARNING_RATE, noBreath);
      for (let step = 0; step < 20; step++) await trainer.step(batch, LEARNING_RATE, noBreath);
      const last = await trainer.measure(batch, noBreath);
      expect(last.loss).toBeLessThan(0.5 * first.loss);
      expect(last.accuracy).toBeGreaterThan(first.accuracy);
      expect(memory().numTensors).toBe(between);
    });
    expect(memory().numTensors).toBe(before);
  });

  it.each([CROSS_ENTROPY, TVERSKY])(
    "keeps its weights where a loss is no number, and where it is cancelled: $name",
    async (test) => {
      await withTrainer(wasm, trainerSpec(test), async (trainer) => {
        await trainer.step(batch, LEARNING_RATE, noBreath);
        const tensors = memory().numTensors;
        const weights = flat(await trainer.weights());
        const broken = { ...batch, voxels: batch.voxels.with(7, Number.NaN) };
        await expect(trainer.step(broken, LEARNING_RATE, noBreath)).rejects.toMatchObject({
          tag: "backend-failed",
          message: "The loss is NaN, no finite number: the learning rate may be too high.",
        });
        for (const breaths of [2, 30, 60]) {
          let left = breaths;
          const stop = async () => {
            if (left-- === 0) throw new AbortError();
          };
          await expect(trainer.step(batch, LEARNING_RATE, stop)).rejects.toThrow(AbortError);
        }
        expect(flat(await trainer.weights())).toEqual(weights);
        expect((await trainer.adam()).steps).toBe(1);
        expect(memory().numTensors).toBe(tensors);
      });
    },
  );

  it("refuses what does not fit", async () => {
    const spec = trainerSpec(CROSS_ENTROPY);
    const fewer = new Map(spec.weights);
    fewer.delete("u1.bias");
    await expect(wasm.createTrainer({ ...spec, weights: fewer })).rejects.toThrow(
      "tensor u1.bias is missing",
    );
    await expect(wasm.createTrainer({ ...spec, classWeights: [1] })).rejects.toMatchObject({
      tag: "bad-input",
    });
    await withTrainer(wasm, spec, async (trainer) => {
      const step = (changes: Partial<TrainingBatch>) => trainer.step({ ...batch, ...changes }, 1, noBreath);
      await expect(step({ side: 6 })).rejects.toThrow("a multiple of 4, not 3 of side 6");
      await expect(step({ count: 2 })).rejects.toThrow(
        "A batch of 2 cubes of side 4 has 128 voxels, not 192 with 192 labels.",
      );
      await expect(step({ labels: batch.labels.with(3, 9) })).rejects.toThrow(
        "the label 9, and the network 3 classes",
      );
    });
  });

  it("takes turns with another one", async () => {
    const spec = trainerSpec(CROSS_ENTROPY);
    const results = await withTrainer(wasm, spec, (first) =>
      withTrainer(reference, spec, async (second) => [
        await Promise.all([first.measure(batch, noBreath), second.measure(batch, noBreath)]),
        [await first.measure(batch, noBreath), await second.measure(batch, noBreath)],
      ]),
    );
    for (const [first, second] of results) expect(first.loss).toBeCloseTo(second.loss, 5);
  });
});
