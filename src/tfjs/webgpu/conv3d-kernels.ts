import type { TensorInfo } from "@tensorflow/tfjs-core";
import { FOLDINGS, foldFilter } from "../../gpu/fold-filter/fold-filter";
import type { KernelRun } from "../../gpu/paced-queue";
import type { KernelAttributes, KernelInputs } from "../network-kernels";
import type { SharedQueueBackend } from "../shared-queue-backend";
import { type BatchMap, convolve, type Grid } from "./convolve";
import { gradientScale } from "./mixed-precision";
import { channelsOf, gridOf, KernelTensors } from "./tensor-buffers";
import { filterGradient, reluGradient } from "./weight-gradients";

/** 3×3×3, 'same', bias, ReLU, of one input or two. → y */
export function conv3d(backend: SharedQueueBackend, inputs: KernelInputs["conv3d"]): TensorInfo[] {
  const { a, b, filter, bias } = inputs;
  const tensors = new KernelTensors(backend);
  const grid = gridOf(a);
  const y = tensors.output([...grid, channelsOf(filter)]);
  const runs = convolve(tensors, {
    grid,
    inputs: (b ? [a, b] : [a]).map((info) => tensors.map(info)),
    filter: tensors.buffer(filter),
    bias: tensors.buffer(bias),
    output: tensors.map(y),
    relu: true,
  });
  tensors.submit(runs);
  return [y];
}

/** → da, db (where wanted and there), dfilter, dbias. An input of one channel gets no gradient: it is the data. */
export function conv3dGradient(
  backend: SharedQueueBackend,
  { a, b, filter, y, dy }: KernelInputs["conv3dGradient"],
  { wantsInput = true }: KernelAttributes,
): TensorInfo[] {
  const tensors = new KernelTensors(backend);
  const grid = gridOf(y);
  const inputs = b ? [a, b] : [a];
  const before = reluGradient(tensors, y, dy);
  const { dz, dbias } = before.result;
  const dfilter = tensors.output(filter.shape);
  const moving = inputs.map((info) => tensors.map(info));
  const ofFilter = filterGradient(tensors, { stride: 1, shape: grid }, moving, dz, tensors.buffer(dfilter));
  const dInputs = wantsInput ? inputs.map(({ shape }) => tensors.output(shape)) : [];
  const ofInputs = dInputs.flatMap((dInput, index) => {
    const first = moving.slice(0, index).reduce((sum, { channels }) => sum + channels, 0);
    return inputGradient(tensors, grid, filter, dz, first, tensors.map(dInput));
  });
  tensors.submit([...before.runs, ...ofFilter, ...ofInputs]);
  return [...dInputs, dfilter, dbias];
}

/** The gradient by the input whose channels begin at `first`: dz convolved with its part of the filter, turned around. */
function inputGradient(
  tensors: KernelTensors,
  grid: Grid,
  filter: TensorInfo,
  dz: BatchMap,
  first: number,
  output: BatchMap,
): KernelRun[] {
  const { device } = tensors;
  const [, , , channelsIn, channelsOut] = filter.shape;
  const turned = tensors.scratch(27 * channelsOut * output.channels);
  const fold = foldFilter(device, FOLDINGS.flip, {
    input: tensors.buffer(filter),
    shape: [channelsIn, channelsOut],
    rows: [first, output.channels],
    output: turned,
  });
  const bias = zeros(device, output.channels);
  const scale = gradientScale(grid);
  const args = { grid, inputs: [dz], filter: turned, bias, output, relu: false, scale };
  return [fold, ...convolve(tensors, args)];
}

const zeroBuffers = new WeakMap<GPUDevice, Map<number, GPUBuffer>>();

/** Returns a buffer of zeros that is never written. */
function zeros(device: GPUDevice, length: number): GPUBuffer {
  const ofDevice = zeroBuffers.get(device) ?? new Map<number, GPUBuffer>();
  zeroBuffers.set(device, ofDevice);
  const buffer =
    ofDevice.get(length) ?? device.createBuffer({ size: 4 * length, usage: GPUBufferUsage.STORAGE });
  ofDevice.set(length, buffer);
  return buffer;
}
