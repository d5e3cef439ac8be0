import { ComputeError } from "../core/errors";
import type { LossSpec } from "../core/train/trainer";

/** The sums of TRAINER_KERNELS over a batch, with how many voxels each class has. */
export interface ClassSums {
  /** Σ f(p) of every class over the voxels of that class. */
  readonly own: ArrayLike<number>;
  /** Σ f(p) of every class over all voxels. */
  readonly all: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
}

interface LossValue {
  readonly loss: number;
  /** The gradient by [own, all, the number of hits, which has none]. */
  readonly slopes: Float32Array;
}

/** A loss as a function of sums over the batch, so that cubes can be computed a few at a time. */
export interface LossFunction {
  /** Whether f is the logarithm, or p itself. */
  readonly logarithm: boolean;
  /** Whether its slopes are the same whatever the sums are. */
  readonly isLinear: boolean;
  evaluate(sums: ClassSums): LossValue;
}

/** Returns the loss of a training. Throws ComputeError "bad-input" for weights that are not one for each class. */
export function createLoss(
  { loss, classWeights, labelSmoothing }: LossSpec,
  classCount: number,
): LossFunction {
  const weights = classWeights ?? new Array<number>(classCount).fill(1);
  if (weights.length !== classCount) {
    const sentence = `There must be a weight for each of ${classCount} classes, not ${weights.length}.`;
    throw new ComputeError("bad-input", sentence, { classWeights, classCount });
  }
  /** A target is 1 − smoothing + share for the voxel's class, and share for each of the others. */
  const target: Target = { certain: 1 - labelSmoothing, share: labelSmoothing / classCount };
  return loss.kind === "cross-entropy"
    ? { logarithm: true, isLinear: true, evaluate: (sums) => crossEntropy(sums, weights, target) }
    : { logarithm: false, isLinear: false, evaluate: (sums) => tversky(sums, weights, target, loss) };
}

interface Target {
  readonly certain: number;
  readonly share: number;
}

const total = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0);

/** −1/V Σ_voxel Σ_c w_c g_c ln p_c, of V voxels and targets g. */
function crossEntropy(
  { own, all, counts }: ClassSums,
  weights: readonly number[],
  { certain, share }: Target,
): LossValue {
  const voxels = total(counts);
  const slopes = new Float32Array(2 * weights.length + 1);
  let loss = 0;
  for (const [c, weight] of weights.entries()) {
    loss -= (weight * (certain * own[c] + share * all[c])) / voxels;
    slopes[c] = (-weight * certain) / voxels;
    slopes[weights.length + c] = (-weight * share) / voxels;
  }
  return { loss, slopes };
}

/**
 * Σ_c w_c (1 − num/den), with num = Σ p g and den = num + α Σ p (1 − g) + β Σ (1 − p) g over the voxels of the batch
 * (Salehi et al. 2017, arXiv:1706.05721; DeepFinder has α = β = ½). A class without a voxel in the batch counts as found:
 * its index is 1, and it has no gradient.
 */
function tversky(
  { own, all, counts }: ClassSums,
  weights: readonly number[],
  { certain, share }: Target,
  { alpha, beta }: { readonly alpha: number; readonly beta: number },
): LossValue {
  const voxels = total(counts);
  const slopes = new Float32Array(2 * weights.length + 1);
  let loss = 0;
  for (const [c, weight] of weights.entries()) {
    const targets = certain * counts[c] + share * voxels;
    if (targets === 0) continue;
    const num = certain * own[c] + share * all[c];
    const den = num + alpha * (all[c] - num) + beta * (targets - num);
    const byNum = (num * (1 - alpha - beta) - den) / den ** 2;
    const byAll = (num * alpha) / den ** 2;
    loss += weight * (1 - num / den);
    slopes[c] = weight * certain * byNum;
    slopes[weights.length + c] = weight * (share * byNum + byAll);
  }
  return { loss, slopes };
}
