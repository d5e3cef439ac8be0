/** One convolution of the network with what happens to its inputs before it; ReLU follows, after the last one softmax. */
export interface ConvLayer {
  readonly name: string;
  /** Layers whose outputs are joined along the channels in this order; "x" is the tile. */
  readonly inputs: readonly string[];
  /** Max-pooling 2×2×2, or nearest up-sampling by 2, of the joined inputs. */
  readonly resample: "none" | "max-pool" | "nearest-up";
  /** Side of the cubic kernel. Padding is zeros, "same"; the even kernel is padded after the last voxel only. */
  readonly kernel: 1 | 2 | 3;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Voxels of the tile per voxel of the output, along each axis. */
  readonly scale: 1 | 2 | 4;
}

/** The grids of the two poolings: tiles and cores begin and end on multiples of this. */
export const NETWORK_GRID = 4;

/** The reach of a voxel's probabilities, up to the next multiple of the grid: 34 voxels at most (after the last voxel). */
export const NETWORK_HALO = 36;

const layer = (
  name: string,
  inputs: readonly string[],
  resample: ConvLayer["resample"],
  kernel: ConvLayer["kernel"],
  channels: readonly [number, number],
  scale: ConvLayer["scale"],
): ConvLayer => ({
  name,
  inputs,
  resample,
  kernel,
  inChannels: channels[0],
  outChannels: channels[1],
  scale,
});

/**
 * The segmentation network "deepfinder-2019" (thesis 4.2.2; Moebel et al. 2021, doi 10.1038/s41592-021-01275-4) as data:
 * 15 convolutions in the order in which they are computed and stored, 902,928 + 33·classCount weights.
 */
export function deepFinderLayers(classCount: number): readonly ConvLayer[] {
  return [
    layer("a1", ["x"], "none", 3, [1, 32], 1),
    layer("a2", ["a1"], "none", 3, [32, 32], 1),
    layer("b1", ["a2"], "max-pool", 3, [32, 48], 2),
    layer("b2", ["b1"], "none", 3, [48, 48], 2),
    layer("c1", ["b2"], "max-pool", 3, [48, 64], 4),
    layer("c2", ["c1"], "none", 3, [64, 64], 4),
    layer("c3", ["c2"], "none", 3, [64, 64], 4),
    layer("c4", ["c3"], "none", 3, [64, 64], 4),
    layer("u1", ["c4"], "nearest-up", 2, [64, 64], 2),
    layer("d1", ["u1", "b2"], "none", 3, [112, 48], 2),
    layer("d2", ["d1"], "none", 3, [48, 48], 2),
    layer("u2", ["d2"], "nearest-up", 2, [48, 48], 1),
    layer("e1", ["u2", "a2"], "none", 3, [80, 32], 1),
    layer("e2", ["e1"], "none", 3, [32, 32], 1),
    layer("out", ["e2"], "none", 1, [32, classCount], 1),
  ];
}

/** Floating-point operations per voxel of a tile, a multiply and an add counted as two: 386,656 for 5 classes. */
export function networkFlopsPerVoxel(classCount: number): number {
  return deepFinderLayers(classCount).reduce(
    (sum, { kernel, inChannels, outChannels, scale }) =>
      sum + (2 * kernel ** 3 * inChannels * outChannels) / scale ** 3,
    0,
  );
}
