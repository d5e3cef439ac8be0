import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import {
  type Conv3DAttrs,
  getKernel,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { type Shape3, wholeBox } from "../core/volume/shape";
import { type Conv3dSpec, conv3dSupports, createConv3d, createConv3dNow } from "../gpu/conv3d/conv3d";
import type { FeatureMap } from "../gpu/feature-map";
import { submitNow } from "../gpu/paced-queue";

const KERNEL = "Conv3D";

type Inputs = { readonly x: TensorInfo; readonly filter: TensorInfo };
type KernelArgs = { readonly inputs: unknown; readonly attrs?: unknown; readonly backend: unknown };

/**
 * Replaces tfjs's Conv3D, 25 times slower than cuDNN, by ours wherever ours can do it: f32, stride 1, dilation 1, 'same', a
 * kernel of 3 or 1, channels that are multiples of 4 (or one input channel). Everything else stays with tfjs.
 */
export async function registerConv3d(device: GPUDevice): Promise<void> {
  // Compiled before the first use, so that a fault shows at the start.
  await createConv3d(device, { kernelSize: 3, channelsIn: [32], channelsOut: 32, relu: false });
  const registered = getKernel(KERNEL, "webgpu");
  const original = originals.get(registered) ?? registered.kernelFunc;
  unregisterKernel(KERNEL, "webgpu");
  const config = {
    ...registered,
    kernelFunc: (args: KernelArgs) => {
      const inputs = args.inputs as Inputs;
      const attrs = args.attrs as unknown as Conv3DAttrs;
      return supports(inputs, attrs)
        ? convolve(device, args.backend as WebGPUBackend, inputs)
        : original(args as Parameters<typeof original>[0]);
    },
  };
  originals.set(config, original);
  registerKernel(config);
}

/** tfjs's own function of each kernel that we registered, so that a second start does not wrap the first. */
const originals = new WeakMap<object, ReturnType<typeof getKernel>["kernelFunc"]>();

function supports({ x, filter }: Inputs, { strides, pad, dilations, dataFormat }: Conv3DAttrs): boolean {
  const isOne = (value: number | readonly number[] | undefined) =>
    [value ?? 1].flat().every((side) => side === 1);
  const [kz, ky, kx, channelsIn, channelsOut] = filter.shape;
  const cubic = kz === ky && ky === kx && (kx === 1 || kx === 3);
  const wholeQuads = channelsIn > 1 || x.shape.reduce((product, side) => product * side, 1) % 4 === 0;
  return (
    dataFormat === "NDHWC" &&
    x.dtype === "float32" &&
    filter.dtype === "float32" &&
    pad === "same" &&
    isOne(strides) &&
    isOne(dilations) &&
    cubic &&
    wholeQuads &&
    conv3dSupports(channelsIn, channelsOut)
  );
}

function convolve(device: GPUDevice, backend: WebGPUBackend, { x, filter }: Inputs): TensorInfo {
  const [batch, nz, ny, nx, channelsIn] = x.shape;
  const [kernelSize, , , , channelsOut] = filter.shape;
  const output = backend.makeTensorInfo([batch, nz, ny, nx, channelsOut], "float32");
  const [from, weights, to] = [x, filter, output].map((tensor) => bufferOf(backend, tensor));
  const spec: Conv3dSpec = {
    kernelSize: kernelSize as 1 | 3,
    channelsIn: [channelsIn],
    channelsOut,
    relu: false,
  };
  const conv = createConv3dNow(device, spec);
  const bias = zeros(device, channelsOut);
  const sample = (buffer: GPUBuffer, channels: number, index: number): FeatureMap => {
    const shape: Shape3 = [nz, ny, nx];
    return { buffer, box: wholeBox(shape), channels, firstFloat: index * nz * ny * nx * channels };
  };
  flush(backend);
  const runs = Array.from({ length: batch }, (_, index) =>
    conv.run({
      inputs: [sample(from, channelsIn, index)],
      weights,
      bias,
      output: sample(to, channelsOut, index),
    }),
  );
  submitNow(device, runs);
  return output;
}

function bufferOf(backend: WebGPUBackend, { dataId }: TensorInfo): GPUBuffer {
  backend.uploadToGPU(dataId);
  return backend.tensorMap.get(dataId).resource as GPUBuffer;
}

/** Submits what tfjs has recorded and not yet submitted, so that our work comes after it. */
function flush(backend: WebGPUBackend): void {
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue();
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
