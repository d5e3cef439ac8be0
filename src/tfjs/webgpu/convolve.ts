import { wholeBox } from "../../core/volume/shape";
import { createConv3dNow } from "../../gpu/conv3d/conv3d";
import type { FeatureMap } from "../../gpu/feature-map";
import type { KernelRun } from "../../gpu/paced-queue";

/** Of a batch: [sample, z, y, x]. */
export type Grid = readonly [number, number, number, number];

/** The features of a batch, [sample, z, y, x, channel]. */
export interface BatchMap {
  readonly buffer: GPUBuffer;
  readonly channels: number;
}

interface ConvolveArgs {
  readonly grid: Grid;
  /** One input or two, whose channels lie side by side. */
  readonly inputs: readonly BatchMap[];
  /** [3, 3, 3, channel in, channel out]. */
  readonly filter: GPUBuffer;
  readonly bias: GPUBuffer;
  readonly output: BatchMap;
  readonly relu: boolean;
}

/** A 3×3×3 convolution, 'same', of every sample of a batch. Compiles at the first call for its channels. */
export function convolve(device: GPUDevice, args: ConvolveArgs): KernelRun {
  const { grid, inputs, filter, bias, output, relu } = args;
  const channelsIn = inputs.map(({ channels }) => channels);
  const conv = createConv3dNow(device, { kernelSize: 3, channelsIn, channelsOut: output.channels, relu });
  return conv.run({
    inputs: inputs.map((input) => sampleOf(input, grid)),
    weights: filter,
    bias,
    output: sampleOf(output, grid),
    samples: grid[0],
  });
}

/** Returns the first sample of a batch as a feature map; the others lie behind it. */
export function sampleOf({ buffer, channels }: BatchMap, [, nz, ny, nx]: Grid): FeatureMap {
  return { buffer, channels, box: wholeBox([nz, ny, nx]) };
}

/** Returns a batch as one feature map, its samples one after the other along z: for kernels whose voxels do not mix. */
export function stackOf({ buffer, channels }: BatchMap, [samples, nz, ny, nx]: Grid): FeatureMap {
  return { buffer, channels, box: wholeBox([samples * nz, ny, nx]) };
}
