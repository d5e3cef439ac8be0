import type { Backend } from "../src/core/backend";
import type { Weights } from "../src/core/nn/model";
import { initialWeights } from "../src/core/train/initial-weights";
import type { NetworkTrainer, TrainerSpec, TrainingBatch } from "../src/core/train/trainer";
import { trainingBatch } from "../src/testing/cases/trainer-cases";
import { type BenchOptions, type BenchResult, median, round } from "./bench-result";
import { openBackend, THREADS } from "./open-backend";
import { trainInPyTorch } from "./training-peer";

const CLASS_COUNT = 5;
const LEARNING_RATE = 1e-4;
/** Adam's moment after one step is this share of the gradient. */
const FIRST_SHARE = 0.1;
/** Of a tensor's gradient, by its length; f32 against f32. */
const GRADIENT_TOLERANCE = 1e-3;
const LOSS_TOLERANCE = 0.01;

interface Size {
  readonly cubes: number;
  readonly side: number;
  /** Steps whose losses are compared; all that is compiled is then warm. */
  readonly steps: number;
  /** Steps that are timed after them. */
  readonly runs: number;
  /** Whether there is time for other losses, precisions and micro-batches. */
  readonly varied: boolean;
}

const SIZES: Readonly<Record<"gpu" | "cpu" | "slow", Size>> = {
  gpu: { cubes: 8, side: 56, steps: 10, runs: 7, varied: true },
  cpu: { cubes: 1, side: 56, steps: 2, runs: 3, varied: false },
  slow: { cubes: 2, side: 12, steps: 3, runs: 1, varied: false },
};

/** As many do for what differs from the first training. */
const VARIED_STEPS = 3;

const free = async () => {};

/**
 * Seconds of a step of training, from a batch in memory to its loss and changed weights, against PyTorch with the same weights
 * and batch; gradients and losses of the first steps are compared before.
 */
export async function trainingBench(options: BenchOptions): Promise<BenchResult> {
  const { backend, slow, backends } = await openBackend(options.backend);
  const size = SIZES[slow ? "slow" : backend.id === "webgpu" ? "gpu" : "cpu"];
  try {
    return await compare(backend, size);
  } finally {
    backends.dispose();
  }
}

async function compare(backend: Backend, size: Size): Promise<BenchResult> {
  const batch = trainingBatch(size.cubes, size.side, 1);
  const weights = initialWeights(CLASS_COUNT, 1, null);
  const spec = {
    loss: { kind: "cross-entropy" },
    classWeights: null,
    labelSmoothing: 0,
    classCount: CLASS_COUNT,
    weights,
    adam: null,
    precision: "single",
    microBatch: size.cubes,
  } as const satisfies TrainerSpec;
  const own = await train("single", backend, spec, batch, size);
  const others = size.varied ? await trainVaried(backend, spec, batch, size) : {};
  const peer = await trainInPyTorch(weights, batch, { ...size, learningRate: LEARNING_RATE });
  const gradientErrors = peer && errorsByTensor(own.gradients, peer.gradients);
  const worst = gradientErrors && Math.max(...Object.values(gradientErrors));
  const lossError = peer && largestLossError(own.losses, peer.losses);
  const same = Object.entries(others).filter(([name]) => name !== "tversky");
  const otherErrors = same.map(([name, { losses }]) => [name, largestLossError(losses, own.losses)] as const);
  const lossErrors = [lossError ?? 0, ...otherErrors.map(([, error]) => error)];
  return {
    name: "training",
    backend: backend.id,
    value: round(own.seconds),
    unit: "s per step",
    peer: peer ? `PyTorch ${peer.torch} f32 on ${peer.device}` : "PyTorch (no python that has it was found)",
    peerValue: peer && round(peer.f32),
    ratio: peer && round(peer.f32 / own.seconds),
    correct: (worst ?? 0) < GRADIENT_TOLERANCE && lossErrors.every((error) => error < LOSS_TOLERANCE),
    details: {
      batch: `${size.cubes} × ${size.side}³`,
      description: backend.description,
      threads: THREADS,
      gradientError: worst,
      lossError,
      losses: own.losses.map(round),
      peerLosses: peer?.losses.map(round),
      secondsOfOthers: Object.fromEntries(
        Object.entries(others).map(([name, { seconds }]) => [name, round(seconds)]),
      ),
      lossErrorsOfOthers: Object.fromEntries(otherErrors),
      peerTf32: peer?.tf32 && round(peer.tf32),
      peerF16: peer?.f16 && round(peer.f16),
    },
  };
}

/** The other loss, the other precision, and cubes one at a time; all but the first must have the same losses. */
async function trainVaried(
  backend: Backend,
  spec: TrainerSpec,
  batch: TrainingBatch,
  { runs }: Size,
): Promise<Record<string, Trained>> {
  const size = { steps: VARIED_STEPS, runs };
  const tversky = { kind: "tversky", alpha: 0.5, beta: 0.5 } as const;
  return {
    tversky: await train("tversky", backend, { ...spec, loss: tversky }, batch, size),
    mixed: await train("mixed", backend, { ...spec, precision: "mixed" }, batch, size),
    oneByOne: await train("oneByOne", backend, { ...spec, microBatch: 1 }, batch, size),
  };
}

interface Trained {
  readonly losses: readonly number[];
  readonly gradients: Weights;
  readonly seconds: number;
}

/** Trains and times; tells it as it comes on the standard error, since the whole may take minutes. */
async function train(
  name: string,
  backend: Backend,
  spec: TrainerSpec,
  batch: TrainingBatch,
  size: Pick<Size, "steps" | "runs">,
): Promise<Trained> {
  const begin = performance.now();
  const trainer = await backend.createTrainer(spec);
  try {
    const losses = [await lossOfStep(trainer, batch)];
    const { first } = await trainer.adam();
    const gradients = new Map(
      [...first].map(([name, { shape, values }]) => [
        name,
        { shape, values: values.map((value) => value / FIRST_SHARE) },
      ]),
    );
    while (losses.length < size.steps) losses.push(await lossOfStep(trainer, batch));
    const seconds: number[] = [];
    for (let run = 0; run < size.runs; run++) {
      const start = performance.now();
      await lossOfStep(trainer, batch);
      seconds.push((performance.now() - start) / 1000);
    }
    const whole = (performance.now() - begin) / 1000;
    console.error(`${name}: ${round(median(seconds))} s a step, ${round(whole)} s in all`);
    return { losses, gradients, seconds: median(seconds) };
  } finally {
    trainer.dispose();
  }
}

async function lossOfStep(trainer: NetworkTrainer, batch: TrainingBatch): Promise<number> {
  return (await trainer.step(batch, LEARNING_RATE, free)).loss;
}

/** The length of the difference of each tensor's gradient, relative to the peer's. */
function errorsByTensor(gradients: Weights, peer: Float32Array): Record<string, number> {
  const errors: Record<string, number> = {};
  let at = 0;
  for (const [name, { values }] of gradients) {
    let [off, all] = [0, 0];
    for (const value of values) {
      off += (value - peer[at]) ** 2;
      all += peer[at++] ** 2;
    }
    errors[name] = Math.sqrt(off / all);
  }
  return errors;
}

function largestLossError(losses: readonly number[], peer: readonly number[]): number {
  return Math.max(...losses.map((loss, step) => Math.abs(loss - peer[step]) / peer[step]));
}
