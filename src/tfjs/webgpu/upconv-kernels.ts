import type { TensorInfo } from "@tensorflow/tfjs-core";
import { FOLDINGS, foldFilter } from "../../gpu/fold-filter/fold-filter";
import type { KernelRun } from "../../gpu/paced-queue";
import { createUpconvNow } from "../../gpu/upconv/upconv";
import { upconvGradient as inputGradientRun } from "../../gpu/upconv-gradient/upconv-gradient";
import type { KernelInputs } from "../network-kernels";
import type { SharedQueueBackend } from "../shared-queue-backend";
import { type BatchMap, type Grid, sampleOf } from "./convolve";
import { gridOf, KernelTensors } from "./tensor-buffers";
import { filterGradient, reluGradient } from "./weight-gradients";

const fineOf = ([samples, nz, ny, nx]: Grid): Grid => [samples, 2 * nz, 2 * ny, 2 * nx];

/** Nearest up-sampling by 2, 2×2×2 'same' (padded after), bias, ReLU. → y */
export function upconv(backend: SharedQueueBackend, inputs: KernelInputs["upconv"]): TensorInfo[] {
  const { x, filter, bias } = inputs;
  const tensors = new KernelTensors(backend);
  const { device } = tensors;
  const [, , , channelsIn, channelsOut] = filter.shape;
  const grid = gridOf(x);
  const fine = fineOf(grid);
  const y = tensors.output([...fine, channelsOut]);
  const weights = tensors.scratch(27 * channelsIn * channelsOut);
  const shape = [channelsIn, channelsOut] as const;
  const fold = foldFilter(device, FOLDINGS.upconv, { input: tensors.buffer(filter), shape, output: weights });
  const [input, output] = [tensors.map(x), tensors.map(y)];
  const run = createUpconvNow(device, channelsIn, channelsOut).run({
    input: sampleOf(input, grid),
    weights,
    bias: tensors.buffer(bias),
    output: sampleOf(output, fine),
    samples: grid[0],
  });
  tensors.submit([fold, run]);
  return [y];
}

/** → dx, dfilter, dbias */
export function upconvGradient(
  backend: SharedQueueBackend,
  { x, filter, y, dy }: KernelInputs["upconvGradient"],
): TensorInfo[] {
  const tensors = new KernelTensors(backend);
  const before = reluGradient(tensors, y, dy);
  const { dz, dbias } = before.result;
  const dfilter = tensors.output(filter.shape);
  const dx = tensors.output(x.shape);
  const runs = [
    ...before.runs,
    ...upconvFilterGradient(tensors, filter, x, dz, tensors.buffer(dfilter)),
    ...inputGradient(tensors, filter, gridOf(x), dz, tensors.map(dx)),
  ];
  tensors.submit(runs);
  return [dx, dfilter, dbias];
}

/** Of x times dz at 2m − 1, 2m and 2m + 1 along each axis the sums over m; those of the two taps are sums of these. */
function upconvFilterGradient(
  tensors: KernelTensors,
  filter: TensorInfo,
  x: TensorInfo,
  dz: BatchMap,
  output: GPUBuffer,
): KernelRun[] {
  const [, , , channelsIn, channelsOut] = filter.shape;
  const sums = tensors.scratch(27 * channelsOut * channelsIn);
  const shape = [channelsOut, channelsIn] as const;
  return [
    ...filterGradient(tensors, { stride: 2, shape: gridOf(x) }, [dz], tensors.map(x), sums),
    foldFilter(tensors.device, FOLDINGS.upconvFilter, { input: sums, shape, output }),
  ];
}

function inputGradient(
  tensors: KernelTensors,
  filter: TensorInfo,
  grid: Grid,
  dz: BatchMap,
  dx: BatchMap,
): KernelRun[] {
  const { device } = tensors;
  const [, , , channelsIn, channelsOut] = filter.shape;
  const weights = tensors.scratch(27 * channelsOut * channelsIn);
  const shape = [channelsIn, channelsOut] as const;
  const input = tensors.buffer(filter);
  return [
    foldFilter(device, FOLDINGS.upconvGradient, { input, shape, output: weights }),
    inputGradientRun(device, {
      dz: dz.buffer,
      dzChannels: dz.channels,
      weights,
      dx: dx.buffer,
      dxChannels: dx.channels,
      shape: grid,
    }),
  ];
}
