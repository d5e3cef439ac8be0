import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Tensor } from "../core/nn/model";
import type { Features } from "../core/nn/reference-layers";
import type { WasmRuntime } from "../wasm/runtime";
import { runClassify, runClassifyGradient } from "../wasm/training/classify";
import {
  type LayerSample,
  runConvolution,
  runConvolutionGradient,
  runUpConvolution,
  runUpConvolutionGradient,
  type WeightGradients,
} from "../wasm/training/convolution";
import { runMaxPool, runMaxPoolGradient } from "../wasm/training/max-pool";
import type { NetworkKernelSet } from "./network-kernels";
import type { HostBackend } from "./reference-kernels";

/**
 * Returns the kernels on WebAssembly SIMD and threads, for tfjs's "cpu" backend, which holds tensors as arrays: a sample at a
 * time is copied into the runtime's memory and its results out of it. Sums do not depend on the number of threads. They throw
 * ComputeError "out-of-memory" where a sample does not fit.
 */
export function createWasmKernels(runtime: WasmRuntime): NetworkKernelSet<HostBackend> {
  /** A kernel that leaves nothing in the runtime's memory, whether it returns or throws. */
  const scoped =
    <Args extends unknown[]>(kernel: (...args: Args) => TensorInfo[]) =>
    (...args: Args): TensorInfo[] => {
      const mark = runtime.mark();
      try {
        return kernel(...args);
      } finally {
        runtime.release(mark);
      }
    };

  return {
    conv3d: scoped((backend, { a, b, filter, bias }) => {
      const inputs = sampleInputs(backend, b ? [a, b] : [a]);
      const weight = tensorOf(backend, filter);
      const y = newBatch(a, 1, weight.shape[4]);
      for (const [index, sample] of y.samples.entries())
        runConvolution(runtime, inputs[index], weight, valuesOf(backend, bias), sample);
      return [y.makeTensor(backend)];
    }),

    conv3dGradient: scoped((backend, { a, b, filter, y, dy }, { wantsInput = true }) => {
      const inputs = b ? [a, b] : [a];
      const weight = tensorOf(backend, filter);
      const batch = layerSamples(backend, inputs, y, dy);
      const gradients = wantsInput ? inputs.map(likeInput) : [];
      const targets = batch.map((_, index) => gradients.map(({ samples }) => samples[index]));
      const weights = runConvolutionGradient(runtime, batch, weight, targets);
      return [
        ...gradients.map((each) => each.makeTensor(backend)),
        ...weightTensors(backend, weight, weights),
      ];
    }),

    upconv: scoped((backend, { x, filter, bias }) => {
      const inputs = sampleInputs(backend, [x]);
      const weight = tensorOf(backend, filter);
      const y = newBatch(x, 2, weight.shape[4]);
      for (const [index, sample] of y.samples.entries())
        runUpConvolution(runtime, inputs[index][0], weight, valuesOf(backend, bias), sample);
      return [y.makeTensor(backend)];
    }),

    upconvGradient: scoped((backend, { x, filter, y, dy }) => {
      const weight = tensorOf(backend, filter);
      const dx = likeInput(x);
      const batch = layerSamples(backend, [x], y, dy);
      const weights = runUpConvolutionGradient(runtime, batch, weight, dx.samples);
      return [dx.makeTensor(backend), ...weightTensors(backend, weight, weights)];
    }),

    maxPool: scoped((backend, { x }) => {
      const y = newBatch(x, 0.5, x.shape[4]);
      for (const [index, [sample]] of sampleInputs(backend, [x]).entries())
        runMaxPool(runtime, sample, y.samples[index]);
      return [y.makeTensor(backend)];
    }),

    maxPoolGradient: scoped((backend, { x, y, dy }) => {
      const dx = likeInput(x);
      for (const [index, [xOf, yOf, dyOf]] of sampleInputs(backend, [x, y, dy]).entries())
        runMaxPoolGradient(runtime, xOf, yOf, dyOf, dx.samples[index]);
      return [dx.makeTensor(backend)];
    }),

    classify: scoped((backend, { x, filter, bias }) => {
      const [weight, biases] = [tensorOf(backend, filter), tensorOf(backend, bias)];
      const y = newBatch(x, 1, weight.shape[4]);
      for (const [index, [sample]] of sampleInputs(backend, [x]).entries())
        runClassify(runtime, sample, weight, biases, y.samples[index]);
      return [y.makeTensor(backend)];
    }),

    classifyGradient: scoped((backend, { x, filter, y, dy }) => {
      const weight = tensorOf(backend, filter);
      const dx = likeInput(x);
      const batch = layerSamples(backend, [x], y, dy);
      const weights = runClassifyGradient(runtime, batch, weight, dx.samples);
      return [dx.makeTensor(backend), ...weightTensors(backend, weight, weights)];
    }),
  };
}

function valuesOf(backend: HostBackend, { dataId }: TensorInfo): Float32Array<ArrayBuffer> {
  return backend.data.get(dataId).values as Float32Array<ArrayBuffer>;
}

function tensorOf(backend: HostBackend, info: TensorInfo): Tensor {
  return { shape: info.shape, values: valuesOf(backend, info) };
}

/** Features of a batch, and of each sample the part that is its own. */
interface Batch {
  readonly samples: readonly Features[];
  makeTensor(backend: HostBackend): TensorInfo;
}

function batchOf(shape: readonly number[], values: Float32Array<ArrayBuffer>): Batch {
  const [count, nz, ny, nx, channels] = shape;
  const length = values.length / count;
  return {
    samples: Array.from({ length: count }, (_, index) => ({
      shape: [nz, ny, nx] as const,
      channels,
      values: values.subarray(index * length, (index + 1) * length),
    })),
    makeTensor: (backend) => backend.makeTensorInfo([...shape], "float32", values),
  };
}

/** Returns a batch to be filled, whose sides are an input's times `scale`. */
function newBatch({ shape: [count, ...sides] }: TensorInfo, scale: number, channels: number): Batch {
  const shape = [count, ...sides.slice(0, 3).map((side) => side * scale), channels];
  return batchOf(shape, new Float32Array(shape.reduce((product, side) => product * side, 1)));
}

const likeInput = (input: TensorInfo) => newBatch(input, 1, input.shape[4]);

/** Returns the inputs of each sample. */
function sampleInputs(backend: HostBackend, infos: readonly TensorInfo[]): Features[][] {
  const batches = infos.map((info) => batchOf(info.shape, valuesOf(backend, info)));
  return batches[0].samples.map((_, index) => batches.map(({ samples }) => samples[index]));
}

function layerSamples(
  backend: HostBackend,
  inputs: readonly TensorInfo[],
  y: TensorInfo,
  dy: TensorInfo,
): LayerSample[] {
  const outputs = sampleInputs(backend, [y, dy]);
  return sampleInputs(backend, inputs).map((of, index) => {
    const [yOf, dyOf] = outputs[index];
    return { inputs: of, y: yOf, dy: dyOf };
  });
}

function weightTensors(
  backend: HostBackend,
  { shape }: Tensor,
  { filter, bias }: WeightGradients,
): TensorInfo[] {
  return [
    backend.makeTensorInfo([...shape], "float32", filter),
    backend.makeTensorInfo([bias.length], "float32", bias),
  ];
}
