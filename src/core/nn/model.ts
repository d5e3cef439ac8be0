import type { ClassInfo } from "../particles/particle-list";

/** The manifest that travels with a model's weights. */
export interface ModelManifest {
  readonly name: string;
  readonly architecture: "deepfinder-2019";
  readonly classes: readonly ClassInfo[];
  /** What it was trained on; null where that is not known, so that volumes are taken as they are. */
  readonly voxelSizeAngstrom: number | null;
  readonly proteinIsBright: boolean;
  readonly normalization: "volume mean 0, std 1";
  readonly weights: string;
  /** What it saw in training: shown wherever its results are. */
  readonly trainedOn: string;
  readonly licence: string;
  /** By label, what was measured on data it has not seen: "f1", "precision", "dice", … */
  readonly measured?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The recipe that makes it again, with the names of its data; kept as it is, for whoever asks. */
  readonly training?: Readonly<Record<string, unknown>>;
}

/** A tensor as a weights file holds it: convolution kernels are [kd, kh, kw, cin, cout]. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Weights by name: `a1.weight`, `a1.bias`, … in the order of the network (design: 15 convolutions). */
export type Weights = ReadonlyMap<string, Tensor>;

export interface Model {
  readonly manifest: ModelManifest;
  readonly weights: Weights;
}
