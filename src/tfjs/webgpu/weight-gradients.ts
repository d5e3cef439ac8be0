import type { TensorInfo } from "@tensorflow/tfjs-core";
import { createFilterGradient, type FilterGradientSpec } from "../../gpu/filter-gradient/filter-gradient";
import type { KernelRun } from "../../gpu/paced-queue";
import { partialSums } from "../../gpu/partial-sums/partial-sums";
import { createReluGradient } from "../../gpu/relu-gradient/relu-gradient";
import type { BatchMap } from "./convolve";
import { channelsOf, gridOf, type KernelTensors, voxelsOf } from "./tensor-buffers";

/** Work, and what it makes. */
interface Made<Result> {
  readonly runs: readonly KernelRun[];
  readonly result: Result;
}

/** The gradient before the ReLU of a layer, and that of its bias, the sum over the voxels. */
export function reluGradient(
  tensors: KernelTensors,
  y: TensorInfo,
  dy: TensorInfo,
): Made<{ readonly dz: BatchMap; readonly dbias: TensorInfo }> {
  const { device } = tensors;
  const channels = channelsOf(y);
  const voxels = voxelsOf(gridOf(y));
  const relu = createReluGradient(device, voxels, channels);
  const dz = { buffer: tensors.scratch(voxels * channels), channels };
  const dbias = tensors.output([channels]);
  const partials = tensors.scratch(relu.shares * channels);
  const run = relu.run({ y: tensors.buffer(y), dy: tensors.buffer(dy), dz: dz.buffer, partials });
  const sum = partialSums(device, {
    partials,
    shares: relu.shares,
    stride: channels,
    first: 0,
    count: channels,
    output: tensors.buffer(dbias),
  });
  return { runs: [run, sum], result: { dz, dbias } };
}

/**
 * Fills `output`, [tap z, y, x, moving channel, still channel], with the sums over the voxels of the still map times what
 * lies at each tap of the moving maps.
 */
export function filterGradient(
  tensors: KernelTensors,
  { stride, shape }: Pick<FilterGradientSpec, "stride" | "shape">,
  moving: readonly BatchMap[],
  still: BatchMap,
  output: GPUBuffer,
): KernelRun[] {
  const movingChannels = moving.map(({ channels }) => channels);
  const spec = { stride, shape, movingChannels, stillChannels: still.channels };
  const gradient = createFilterGradient(tensors.device, spec);
  const { shares, length } = gradient;
  const partials = tensors.scratch(shares * length);
  const buffers = moving.map(({ buffer }) => buffer);
  return [
    ...gradient.run({ moving: buffers, still: still.buffer, partials }),
    partialSums(tensors.device, { partials, shares, stride: length, first: 0, count: length, output }),
  ];
}
