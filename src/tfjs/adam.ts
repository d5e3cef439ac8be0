import type { Tensor } from "@tensorflow/tfjs-core";
import { runKernel } from "./network-operations";
import { TRAINER_KERNELS } from "./trainer-kernels";

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** A network's weights, flat, and what Adam remembers of the steps that made them. */
export interface AdamTensors {
  readonly steps: number;
  readonly weights: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
}

/**
 * Returns what a step along the gradient makes of weights and moments, which stay as they are: one kernel, where tfjs's
 * optimizer takes a dozen for each of the network's thirty tensors and keeps powers of β that round otherwise on a resume.
 */
export function adamStep(
  { steps, weights, first, second }: AdamTensors,
  gradient: Tensor,
  learningRate: number,
): AdamTensors {
  const [newWeights, newFirst, newSecond] = runKernel(
    TRAINER_KERNELS.adam,
    { gradient, weights, first, second },
    {
      beta1: BETA_1,
      beta2: BETA_2,
      epsilon: EPSILON,
      rate: learningRate / (1 - BETA_1 ** (steps + 1)),
      secondScale: 1 / (1 - BETA_2 ** (steps + 1)),
    },
  );
  return { steps: steps + 1, weights: newWeights, first: newFirst, second: newSecond };
}

export function disposeAdam({ weights, first, second }: AdamTensors): void {
  for (const each of [weights, first, second]) each.dispose();
}
