import type { ClassInfo } from "../particles/particle-list";

/** The manifest that travels with a model's weights. */
export interface ModelManifest {
  readonly name: string;
  readonly architecture: "deepfinder-2019";
  readonly classes: readonly ClassInfo[];
  readonly voxelSizeAngstrom: number;
  readonly proteinIsBright: boolean;
  readonly normalization: "volume mean 0, std 1";
  readonly weights: string;
  /** What it saw in training: shown wherever its results are. */
  readonly trainedOn: string;
  readonly licence: string;
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
