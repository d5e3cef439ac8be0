import type { Backend } from "../../core/backend";
import type { Weights } from "../../core/nn/model";
import { fillNormal, uniformSequence } from "../../core/random/philox";
import { initialWeights } from "../../core/train/initial-weights";
import type { LossSpec, NetworkTrainer, TrainerSpec, TrainingBatch } from "../../core/train/trainer";

/** A training of a few steps. */
interface TrainerCase {
  readonly name: string;
  readonly loss: LossSpec;
  readonly count: number;
  readonly side: number;
  readonly microBatch: number;
  readonly steps: number;
}

const CLASS_COUNT = 3;
export const LEARNING_RATE = 1e-3;

const CROSS_ENTROPY: LossSpec = { loss: { kind: "cross-entropy" }, classWeights: null, labelSmoothing: 0 };
const TVERSKY: LossSpec = {
  loss: { kind: "tversky", alpha: 0.3, beta: 0.7 },
  classWeights: [0.5, 1, 2],
  labelSmoothing: 0.1,
};

export const TRAINER_CASES: readonly TrainerCase[] = [
  {
    name: "cross-entropy, a cube at a time",
    loss: CROSS_ENTROPY,
    count: 2,
    side: 4,
    microBatch: 1,
    steps: 3,
  },
  { name: "Tversky, weighted and smoothed", loss: TVERSKY, count: 2, side: 4, microBatch: 2, steps: 3 },
  { name: "Tversky in parts", loss: TVERSKY, count: 3, side: 4, microBatch: 2, steps: 3 },
  { name: "larger cubes", loss: CROSS_ENTROPY, count: 1, side: 12, microBatch: 1, steps: 1 },
];

/** Adam divides by what it saw, so that gradients near 0 move weights by their rounding: of three steps, in weightError's terms. */
export const WEIGHT_TOLERANCE = 1e-3;

/** Returns noise with bright boxes of two classes in it: what a network learns soon. */
export function trainingBatch(count: number, side: number, seed: number): TrainingBatch {
  const voxels = new Float32Array(count * side ** 3);
  fillNormal(voxels, seed, 1);
  const labels = new Uint8Array(voxels.length);
  const random = uniformSequence(seed, 2);
  const corners = Array.from({ length: 3 * count }, () => Math.floor((random() * side) / 2));
  for (const [index, value] of voxels.entries()) {
    const cube = Math.floor(index / side ** 3);
    const place = [Math.floor(index / side ** 2) % side, Math.floor(index / side) % side, index % side];
    const inside = place.every(
      (p, axis) => p >= corners[3 * cube + axis] && p < corners[3 * cube + axis] + side / 2,
    );
    labels[index] = inside ? 1 + (cube % 2) : 0;
    voxels[index] = 0.5 * value + 2 * (inside ? 1 - 2 * (cube % 2) : 0);
  }
  return { count, side, voxels, labels };
}

export function trainerSpec({ loss, microBatch }: Pick<TrainerCase, "loss" | "microBatch">): TrainerSpec {
  return {
    ...loss,
    precision: "single",
    microBatch,
    classCount: CLASS_COUNT,
    weights: initialWeights(CLASS_COUNT, 1, null),
    adam: null,
  };
}

export const noBreath = async () => {};

/** Takes the steps of a case on a backend and returns the weights after them and each step's loss and accuracy. */
export async function runTrainerCase(
  backend: Backend,
  test: TrainerCase,
): Promise<{ readonly weights: Weights; readonly results: readonly { loss: number; accuracy: number }[] }> {
  const trainer: NetworkTrainer = await backend.createTrainer(trainerSpec(test));
  try {
    const results = [];
    for (let step = 0; step < test.steps; step++)
      results.push(await trainer.step(trainingBatch(test.count, test.side, step), LEARNING_RATE, noBreath));
    return { weights: await trainer.weights(), results };
  } finally {
    trainer.dispose();
  }
}

/** Returns the largest distance of a tensor from another's values, relative to how far training moved the latter. */
export function weightError(found: Weights, expected: Weights): number {
  const before = initialWeights(CLASS_COUNT, 1, null);
  let worst = 0;
  for (const [name, { values }] of expected) {
    const [other, first] = [found.get(name)?.values ?? [], before.get(name)?.values ?? []];
    let [off, moved] = [0, 0];
    for (const [i, value] of values.entries()) {
      off += (other[i] - value) ** 2;
      moved += (value - first[i]) ** 2;
    }
    const error = Math.sqrt(off / moved);
    if (!(error <= worst)) worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return worst;
}
