import { wholeBox } from "../../core/volume/shape";
import { type Conv3dTiling, createConv3dNow } from "../../gpu/conv3d/conv3d";
import { conv3dMatrixSupports, createConv3dMatrixNow } from "../../gpu/conv3d-matrix/conv3d-matrix";
import { packMatrixFilter } from "../../gpu/conv3d-matrix/pack-matrix-filter";
import type { FeatureMap } from "../../gpu/feature-map";
import type { KernelRun } from "../../gpu/paced-queue";
import { usesMatrices } from "./mixed-precision";
import type { KernelTensors } from "./tensor-buffers";

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
  /** What the inputs are multiplied by while they are f16: see `gradientScale`. */
  readonly scale?: number;
}

const tilings = new WeakMap<GPUDevice, Conv3dTiling>();

/** Cuts the work of convolutions on a device in this way from now on. */
export function setTiling(device: GPUDevice, tiling: Conv3dTiling): void {
  tilings.set(device, tiling);
}

/** A 3×3×3 convolution, 'same', of every sample of a batch. Compiles at the first call for its channels. */
export function convolve(tensors: KernelTensors, args: ConvolveArgs): KernelRun[] {
  const { device } = tensors;
  const { grid, inputs, filter, bias, output, relu } = args;
  const channelsIn = inputs.map(({ channels }) => channels);
  const maps = {
    inputs: inputs.map((input) => sampleOf(input, grid)),
    bias,
    output: sampleOf(output, grid),
    samples: grid[0],
  };
  if (!usesMatrices(device) || !conv3dMatrixSupports(channelsIn, output.channels)) {
    const spec = { kernelSize: 3, channelsIn, channelsOut: output.channels, relu } as const;
    const conv = createConv3dNow(device, spec, tilings.get(device));
    return [conv.run({ ...maps, weights: filter })];
  }
  const spec = { stored: "f32", channelsIn, channelsOut: output.channels, relu } as const;
  const conv = createConv3dMatrixNow(device, spec);
  const all = channelsIn.reduce((sum, channels) => sum + channels, 0);
  const packed = tensors.scratch((27 * all * output.channels) / 2);
  const pack = { filter, channelsIn: all, channelsOut: output.channels, columns: conv.columns, packed };
  return [packMatrixFilter(device, pack), conv.run({ ...maps, weights: packed, scale: args.scale })];
}

/** Returns the first sample of a batch as a feature map; the others lie behind it. */
export function sampleOf({ buffer, channels }: BatchMap, [, nz, ny, nx]: Grid): FeatureMap {
  return { buffer, channels, box: wholeBox([nz, ny, nx]) };
}

/** Returns a batch as one feature map, its samples one after the other along z: for kernels whose voxels do not mix. */
export function stackOf({ buffer, channels }: BatchMap, [samples, nz, ny, nx]: Grid): FeatureMap {
  return { buffer, channels, box: wholeBox([samples * nz, ny, nx]) };
}
