import type { Tensor, Weights } from "../../core/nn/model";
import { classMajorWeights, createConv1Softmax } from "../conv1-softmax/conv1-softmax";
import { createConv3d } from "../conv3d/conv3d";
import { withErrorScopes } from "../error-scopes";
import type { FeatureMap } from "../feature-map";
import { createMaxPool } from "../max-pool/max-pool";
import type { KernelRun } from "../paced-queue";
import { createUpconv, upconvWeights } from "../upconv/upconv";
import type { GpuLayer } from "./gpu-layers";

type RunLayer = (inputs: readonly FeatureMap[], output: FeatureMap) => KernelRun;

/** Runs a layer by its name, with the weights it was made with. */
export interface LayerRunners {
  (layerName: string, inputs: readonly FeatureMap[], output: FeatureMap): KernelRun;
  dispose(): void;
}

/** Compiles the kernels of the layers and uploads their weights, which stay on the GPU until `dispose`. */
export async function createLayerRunners(
  device: GPUDevice,
  layers: readonly GpuLayer[],
  weights: Weights,
): Promise<LayerRunners> {
  const owned: GPUBuffer[] = [];
  const upload = (values: Float32Array): GPUBuffer => {
    const size = Math.ceil(values.byteLength / 16) * 16;
    const usage = GPUBufferUsage.STORAGE;
    const buffer = device.createBuffer({ size, usage, mappedAtCreation: true });
    new Float32Array(buffer.getMappedRange()).set(values);
    buffer.unmap();
    owned.push(buffer);
    return buffer;
  };
  const values = (name: string) => (weights.get(name) as Tensor).values;
  const channelsOf = new Map([["x", 1], ...layers.map(({ name, channels }) => [name, channels] as const)]);

  const create = async ({ name, op, inputs, channels }: GpuLayer): Promise<RunLayer> => {
    const channelsIn = inputs.map((input) => channelsOf.get(input) as number);
    if (op === "max-pool") {
      const pool = await createMaxPool(device);
      return ([input], output) => pool.run(input, output);
    }
    const kernel = values(`${name}.weight`);
    const bias = upload(values(`${name}.bias`));
    switch (op) {
      case "conv3d": {
        const spec = { kernelSize: 3, channelsIn, channelsOut: channels, relu: true } as const;
        const conv = await createConv3d(device, spec);
        const own = { weights: upload(kernel), bias };
        return (maps, output) => conv.run({ inputs: maps, ...own, output });
      }
      case "upconv": {
        const upconv = await createUpconv(device, channelsIn[0], channels);
        const own = { weights: upload(upconvWeights(kernel)), bias };
        return ([input], output) => upconv.run({ input, ...own, output });
      }
      case "conv1-softmax": {
        const conv = await createConv1Softmax(device);
        const own = { weights: upload(classMajorWeights(kernel, channels)), bias };
        return ([input], output) => conv.run({ input, ...own, output });
      }
    }
  };

  const runners = await withErrorScopes(device, "loading the network", async () => {
    const pairs = layers.map(async (layer) => [layer.name, await create(layer)] as const);
    return new Map(await Promise.all(pairs));
  });
  const run = (name: string, inputs: readonly FeatureMap[], output: FeatureMap) =>
    (runners.get(name) as RunLayer)(inputs, output);
  return Object.assign(run, {
    dispose() {
      for (const buffer of owned) buffer.destroy();
    },
  });
}
