import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Tensor } from "../../core/nn/model";
import { fillNormal } from "../../core/random/philox";
import type { KernelInputs, NetworkKernelSet } from "../../tfjs/network-kernels";
import { type HostBackend, REFERENCE_KERNELS } from "../../tfjs/reference-kernels";

type ForwardName = "conv3d" | "upconv" | "maxPool" | "classify";

/** A kernel with its data and the slope of a loss by its output. */
export interface KernelCase {
  readonly name: string;
  readonly kernel: ForwardName;
  /** By their names in KernelInputs. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly dy: Tensor;
  readonly wantsInput: boolean;
}

/** What a kernel gives, and its gradient kernel, in the order of KERNELS. */
export interface KernelResults {
  readonly y: Tensor;
  readonly gradients: readonly Tensor[];
}

/** Sums of up to 27·112 products of order 1/√n, and over up to 768 voxels in the gradients of weights, all in f32. */
export const KERNEL_TOLERANCE = 2e-5;

/** [batch, z, y, x] */
type Grid = readonly [number, number, number, number];

const product = (shape: readonly number[]) => shape.reduce((all, side) => all * side, 1);

function normal(shape: readonly number[], stream: number, scale = 1): Tensor {
  const values = new Float32Array(product(shape));
  fillNormal(values, 20261126, stream);
  return { shape, values: values.map((value) => value * scale) };
}

/** Whole numbers, so that the largest of eight is often not the only one. */
function steps(shape: readonly number[], stream: number): Tensor {
  return { shape, values: normal(shape, stream).values.map(Math.round) };
}

function convCase(
  grid: Grid,
  channelsIn: readonly number[],
  channelsOut: number,
  wantsInput = true,
): KernelCase {
  const all = channelsIn.reduce((sum, channels) => sum + channels, 0);
  const inputs: Record<string, Tensor> = {
    a: normal([...grid, channelsIn[0]], 0),
    filter: normal([3, 3, 3, all, channelsOut], 1, 1 / Math.sqrt(27 * all)),
    bias: normal([channelsOut], 2, 0.5),
  };
  if (channelsIn.length > 1) inputs.b = normal([...grid, channelsIn[1]], 3);
  return {
    name: `conv3d ${channelsIn.join(" + ")} → ${channelsOut} on ${grid.join("×")}`,
    kernel: "conv3d",
    inputs,
    dy: normal([...grid, channelsOut], 4),
    wantsInput,
  };
}

function upconvCase(grid: Grid, channels: number): KernelCase {
  const [batch, nz, ny, nx] = grid;
  return {
    name: `upconv ${channels} on ${grid.join("×")}`,
    kernel: "upconv",
    inputs: {
      x: normal([...grid, channels], 5),
      filter: normal([2, 2, 2, channels, channels], 6, 1 / Math.sqrt(8 * channels)),
      bias: normal([channels], 7, 0.5),
    },
    dy: normal([batch, 2 * nz, 2 * ny, 2 * nx, channels], 8),
    wantsInput: true,
  };
}

function poolCase(grid: Grid, channels: number): KernelCase {
  const [batch, nz, ny, nx] = grid;
  return {
    name: `maxPool ${channels} on ${grid.join("×")}`,
    kernel: "maxPool",
    inputs: { x: steps([...grid, channels], 9) },
    dy: normal([batch, nz / 2, ny / 2, nx / 2, channels], 10),
    wantsInput: true,
  };
}

function classifyCase(grid: Grid, channels: number, classCount: number): KernelCase {
  return {
    name: `classify ${channels} → ${classCount} on ${grid.join("×")}`,
    kernel: "classify",
    inputs: {
      x: normal([...grid, channels], 11),
      filter: normal([1, 1, 1, channels, classCount], 12, 1 / Math.sqrt(channels)),
      bias: normal([classCount], 13, 0.5),
    },
    dy: normal([...grid, classCount], 14),
    wantsInput: true,
  };
}

/** Small, odd and non-cubic grids; channels of the network and others. */
export const KERNEL_CASES: readonly KernelCase[] = [
  convCase([2, 4, 4, 8], [1], 32, false),
  convCase([1, 4, 8, 12], [8], 8),
  convCase([2, 4, 4, 4], [8, 4], 8),
  convCase([2, 1, 1, 1], [64], 64),
  convCase([1, 3, 5, 7], [32], 48),
  convCase([1, 2, 4, 6], [64, 48], 48),
  convCase([2, 4, 4, 4], [48, 32], 32),
  upconvCase([2, 1, 1, 1], 64),
  upconvCase([1, 2, 3, 5], 48),
  upconvCase([2, 3, 1, 2], 8),
  poolCase([2, 4, 8, 12], 32),
  poolCase([1, 2, 6, 2], 48),
  classifyCase([2, 4, 4, 4], 32, 6),
  classifyCase([1, 3, 5, 7], 32, 13),
  classifyCase([1, 4, 4, 4], 32, 2),
];

/**
 * Runs a case's two kernels. The gradient kernel is given the reference's y, so that each is tried alone. `upload` makes a
 * tensor of the backend, `download` returns its values.
 */
export async function runKernelCase<Backend>(
  set: NetworkKernelSet<Backend>,
  backend: Backend,
  test: KernelCase,
  upload: (tensor: Tensor) => TensorInfo,
  download: (info: TensorInfo) => Promise<Float32Array> | Float32Array,
): Promise<KernelResults> {
  const inputs = Object.fromEntries(
    Object.entries(test.inputs).map(([name, tensor]) => [name, upload(tensor)]),
  );
  const read = async (info: TensorInfo): Promise<Tensor> => ({
    shape: info.shape,
    values: await download(info),
  });
  const forward = set[test.kernel] as (...args: [Backend, unknown, object]) => TensorInfo[];
  const backward = set[`${test.kernel}Gradient`] as typeof forward;
  const [y] = forward(backend, inputs, {});
  const result = await read(y);
  const known = set === (REFERENCE_KERNELS as unknown) ? result : (await referenceResults(test)).y;
  const { bias: _, ...others } = inputs;
  const outputs = { y: upload(known), dy: upload(test.dy) };
  const gradients = backward(backend, { ...others, ...outputs }, { wantsInput: test.wantsInput });
  return { y: result, gradients: await Promise.all(gradients.map(read)) };
}

/** Returns what the reference gives: its sums are in f64. */
export function referenceResults(test: KernelCase): Promise<KernelResults> {
  const kept = new Map<object, { values: Float32Array }>();
  const host: HostBackend = {
    data: { get: (dataId) => kept.get(dataId) ?? {} },
    makeTensorInfo(shape, dtype, values) {
      const dataId = {};
      kept.set(dataId, { values });
      return { dataId, shape, dtype };
    },
  };
  const upload = ({ shape, values }: Tensor) => host.makeTensorInfo([...shape], "float32", values);
  const download = ({ dataId }: TensorInfo) => kept.get(dataId)?.values ?? new Float32Array();
  return runKernelCase(REFERENCE_KERNELS, host, test, upload, download);
}

/** Returns the largest difference of each result from the reference's, relative to the largest value of its tensor. */
export function kernelErrors(found: KernelResults, expected: KernelResults): number[] {
  const pairs = [found.y, ...found.gradients].map(
    (tensor, index) => [tensor, [expected.y, ...expected.gradients][index]] as const,
  );
  if (found.gradients.length !== expected.gradients.length) return [Number.POSITIVE_INFINITY];
  return pairs.map(([tensor, reference]) => {
    if (tensor.shape.join() !== reference.shape.join()) return Number.POSITIVE_INFINITY;
    const largest = reference.values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
    let error = 0;
    tensor.values.forEach((value, i) => {
      const difference = Math.abs(value - reference.values[i]) / largest;
      if (!(difference <= error)) error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    });
    return error;
  });
}

/** The names of a case's gradients, in the order of the kernel's outputs. */
export function gradientNames({
  kernel,
  inputs,
  wantsInput,
}: KernelCase): (keyof KernelInputs["conv3d"] | "x")[] {
  const features =
    kernel === "conv3d" ? (inputs.b ? (["a", "b"] as const) : (["a"] as const)) : (["x"] as const);
  return [...(wantsInput ? features : []), ...(kernel === "maxPool" ? [] : (["filter", "bias"] as const))];
}
