import type { Weights } from "../nn/model";

/** Cubes of a tomogram, normalized as the model's volumes are, with the label of every voxel. */
export interface TrainingBatch {
  readonly count: number;
  /** Of a cube, in voxels: a multiple of 4. */
  readonly side: number;
  /** [count, z, y, x], x fastest. */
  readonly voxels: Float32Array;
  readonly labels: Uint8Array;
}

/**
 * What training makes small. Cross-entropy is the mean over the voxels (thesis 4.2.2); Tversky is the number of classes less
 * the sum of each class's index, whose sums run over the whole batch; α = β = ½ is Dice.
 */
export type Loss =
  | { readonly kind: "cross-entropy" }
  | { readonly kind: "tversky"; readonly alpha: number; readonly beta: number };

export interface LossSpec {
  readonly loss: Loss;
  /** A factor for each class; null counts all alike. */
  readonly classWeights: readonly number[] | null;
  /** From 0 to below 1: the share of the target that is spread over all classes. */
  readonly labelSmoothing: number;
}

/** What Adam remembers: the steps taken and, of every weight by name, the two moments. */
export interface AdamState {
  readonly steps: number;
  readonly first: Weights;
  readonly second: Weights;
}

export interface TrainerSpec extends LossSpec {
  readonly classCount: number;
  /** What training begins with. */
  readonly weights: Weights;
  /** Null begins anew. */
  readonly adam: AdamState | null;
  /**
   * "mixed": convolutions multiply in f16 and sum in f32 where the GPU does that faster; weights and all else are f32. Other
   * backends compute in single precision whatever it is.
   */
  readonly precision: "single" | "mixed";
  /** Cubes that are computed at a time; the gradient is that of the whole batch whatever it is. */
  readonly microBatch: number;
}

export interface BatchResult {
  readonly loss: number;
  /** The share of voxels whose most probable class is the right one. */
  readonly accuracy: number;
}

/**
 * A network being trained on one backend with Adam (0.9, 0.999, 1e-8). `breathe` is called between kernels (on processors one
 * takes up to half a second where cubes are of 56³) and may throw to cancel: then the weights are those before the step. Throws ComputeError "out-of-memory"
 * where a micro-batch is too large, and "backend-failed" where a loss is no finite number.
 */
export interface NetworkTrainer {
  /** One step along the gradient of the batch's loss; returns the loss before it. */
  step(batch: TrainingBatch, learningRate: number, breathe: () => Promise<void>): Promise<BatchResult>;
  /** The loss without a step. */
  measure(batch: TrainingBatch, breathe: () => Promise<void>): Promise<BatchResult>;
  weights(): Promise<Weights>;
  adam(): Promise<AdamState>;
  dispose(): void;
}
