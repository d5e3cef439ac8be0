import type { TensorInfo } from "@tensorflow/tfjs-core";
import { conv3dMatrixSupports } from "../../gpu/conv3d-matrix/conv3d-matrix";
import { createFilterGradient, type FilterGradientSpec } from "../../gpu/filter-gradient/filter-gradient";
import { createFilterGradientMatrix } from "../../gpu/filter-gradient-matrix/filter-gradient-matrix";
import type { KernelRun } from "../../gpu/paced-queue";
import { partialSums } from "../../gpu/partial-sums/partial-sums";
import { createReluGradient } from "../../gpu/relu-gradient/relu-gradient";
import type { BatchMap } from "./convolve";
import { gradientScale, usesMatrices } from "./mixed-precision";
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
  const { device } = tensors;
  const whole = { first: 0, output };
  const buffers = moving.map(({ buffer }) => buffer);
  if (stride === 1 && usesMatrices(device) && conv3dMatrixSupports(movingChannels, still.channels)) {
    const spec = { shape, channelsIn: movingChannels, channelsOut: still.channels };
    const gradient = createFilterGradientMatrix(device, spec);
    const { shares, length } = gradient;
    const partials = tensors.scratch(shares * length);
    const scale = gradientScale(shape);
    const sums = { ...whole, partials, shares, stride: length, count: length, factor: 1 / scale };
    return [gradient.run({ inputs: buffers, dz: still.buffer, scale, partials }), partialSums(device, sums)];
  }
  const spec = { stride, shape, movingChannels, stillChannels: still.channels };
  const gradient = createFilterGradient(device, spec);
  const { shares, length } = gradient;
  const partials = tensors.scratch(shares * length);
  return [
    ...gradient.run({ moving: buffers, still: still.buffer, partials }),
    partialSums(device, { ...whole, partials, shares, stride: length, count: length }),
  ];
}
