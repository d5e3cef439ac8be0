import type { Tensor, Weights } from "../../core/nn/model";
import { encodeFloat16 } from "../../core/volume/float16";
import { createConv1Label } from "../conv1-label/conv1-label";
import { classMajorWeights, createConv1Softmax } from "../conv1-softmax/conv1-softmax";
import { conv3dMethods } from "../conv3d/choose-tiling";
import { createConv3d } from "../conv3d/conv3d";
import { conv3dMatrixSupports, createConv3dMatrix, packMatrixWeights } from "../conv3d-matrix/conv3d-matrix";
import { createConv3dWinograd, winogradWeights } from "../conv3d-winograd/conv3d-winograd";
import type { GpuDevice } from "../device";
import { withErrorScopes } from "../error-scopes";
import type { FeatureMap, StoredType } from "../feature-map";
import { createMaxPool } from "../max-pool/max-pool";
import type { KernelRun } from "../paced-queue";
import { createUpconv, SMALL_UPCONV, upconvWeights, WIDE_UPCONV } from "../upconv/upconv";
import type { GpuLayer } from "./gpu-layers";

/** What the last layer makes. */
type NetworkResult = "probabilities" | "labels";

type RunLayer = (inputs: readonly FeatureMap[], output: FeatureMap) => KernelRun;

/** Runs a layer by its name, with the weights it was made with. */
export interface LayerRunners {
  (layerName: string, inputs: readonly FeatureMap[], output: FeatureMap): KernelRun;
  dispose(): void;
}

/** What the layers are to be: features and weights between them are stored as `type`, the tile is f32. */
export interface RunnerSpec {
  readonly type: StoredType;
  readonly result: NetworkResult;
}

/** Compiles the kernels of the layers and uploads their weights, which stay on the GPU until `dispose`. */
export async function createLayerRunners(
  gpu: GpuDevice,
  layers: readonly GpuLayer[],
  weights: Weights,
  spec: RunnerSpec,
): Promise<LayerRunners> {
  const uploads = new Uploads(gpu.device);
  const channelsOf = new Map([["x", 1], ...layers.map(({ name, channels }) => [name, channels] as const)]);
  const create = (layer: GpuLayer) => {
    const channelsIn = layer.inputs.map((input) => channelsOf.get(input) as number);
    return createRunner(gpu, layer, channelsIn, weights, spec, uploads);
  };
  const runners = await withErrorScopes(gpu.device, "loading the network", async () => {
    const pairs = layers.map(async (layer) => [layer.name, await create(layer)] as const);
    return new Map(await Promise.all(pairs));
  });
  const run = (name: string, inputs: readonly FeatureMap[], output: FeatureMap) =>
    (runners.get(name) as RunLayer)(inputs, output);
  return Object.assign(run, { dispose: () => uploads.dispose() });
}

async function createRunner(
  gpu: GpuDevice,
  { name, op, channels }: GpuLayer,
  channelsIn: readonly number[],
  weights: Weights,
  { type, result }: RunnerSpec,
  uploads: Uploads,
): Promise<RunLayer> {
  const { device } = gpu;
  if (op === "max-pool") {
    const pool = await createMaxPool(device, type);
    return ([input], output) => pool.run(input, output);
  }
  const kernel = (weights.get(`${name}.weight`) as Tensor).values;
  const bias = uploads.add((weights.get(`${name}.bias`) as Tensor).values);
  switch (op) {
    case "conv3d":
      return createConvolution(gpu, channelsIn, channels, kernel, bias, type, uploads);
    case "upconv": {
      const tiling = gpu.isSoftware ? SMALL_UPCONV : { ...WIDE_UPCONV, halfSums: type === "f16" };
      const kernels = await createUpconv(device, channelsIn[0], channels, type, tiling);
      const own = { weights: uploads.add(upconvWeights(kernel), type), bias };
      return ([input], output) => kernels.run({ input, ...own, output });
    }
    case "conv1-softmax": {
      const own = { weights: uploads.add(classMajorWeights(kernel, channels)), bias };
      if (result === "labels") {
        const conv = await createConv1Label(device, channelsIn[0], channels, type);
        return ([input], { buffer, box }) => conv.run({ input, ...own, box, output: buffer });
      }
      const conv = await createConv1Softmax(device, type);
      return ([input], output) => conv.run({ input, ...own, output });
    }
  }
}

/** A 3×3×3 convolution by matrices of the GPU where features are f16 and it has them, else as it is found to be fastest. */
async function createConvolution(
  gpu: GpuDevice,
  channelsIn: readonly number[],
  channelsOut: number,
  kernel: Float32Array,
  bias: GPUBuffer,
  type: StoredType,
  uploads: Uploads,
): Promise<RunLayer> {
  const { device } = gpu;
  const spec = { channelsIn, channelsOut, relu: true };
  if (type === "f16" && gpu.hasSubgroupMatrices && conv3dMatrixSupports(channelsIn, channelsOut)) {
    const conv = await createConv3dMatrix(device, { ...spec, stored: type });
    const all = channelsIn.reduce((sum, count) => sum + count, 0);
    const own = {
      weights: uploads.add(packMatrixWeights(kernel, all, channelsOut, conv.columns), type),
      bias,
    };
    return (inputs, output) => conv.run({ inputs, ...own, output });
  }
  const inputType = channelsIn[0] === 1 ? "f32" : type;
  const [{ method, tiling }] = await conv3dMethods(gpu, type);
  if (method === "winograd" && channelsIn[0] > 1) {
    const conv = await createConv3dWinograd(device, { ...spec, type }, tiling);
    const own = { weights: uploads.add(winogradWeights(kernel)), bias };
    return (inputs, output) => conv.run({ inputs, ...own, output });
  }
  const conv = await createConv3d(device, { ...spec, kernelSize: 3, inputType, type }, tiling);
  const own = { weights: uploads.add(kernel, type), bias };
  return (inputs, output) => conv.run({ inputs, ...own, output });
}

/** Buffers with weights, freed together. */
class Uploads {
  readonly #device: GPUDevice;
  readonly #owned: GPUBuffer[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  add(values: Float32Array, type: StoredType = "f32"): GPUBuffer {
    const stored = type === "f16" ? Uint16Array.from(values, encodeFloat16) : values;
    const size = Math.ceil(stored.byteLength / 16) * 16;
    const buffer = this.#device.createBuffer({ size, usage: GPUBufferUsage.STORAGE, mappedAtCreation: true });
    const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
    new Uint8Array(buffer.getMappedRange()).set(bytes);
    buffer.unmap();
    this.#owned.push(buffer);
    return buffer;
  }

  dispose(): void {
    for (const buffer of this.#owned) buffer.destroy();
  }
}
