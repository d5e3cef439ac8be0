import type { NetworkExecutor } from "../../core/backend";
import { checkTile } from "../../core/nn/check-tile";
import { checkWeights } from "../../core/nn/check-weights";
import { labelProbabilities } from "../../core/nn/labelled";
import type { Model } from "../../core/nn/model";
import { type Box, boxShape, type Shape3, voxelCount, wholeBox } from "../../core/volume/shape";
import { BufferSet } from "../buffer-set";
import type { GpuDevice } from "../device";
import { withErrorScopes } from "../error-scopes";
import { type FeatureMap, featureMapBytes } from "../feature-map";
import { PacedQueue } from "../paced-queue";
import { readFloats } from "../read-floats";
import { gpuLayers } from "./gpu-layers";
import { createLayerRunners } from "./layer-runners";
import { planTile, type TilePlan } from "./tile-plan";

/**
 * Returns the network on the GPU. Nothing is concatenated or up-sampled in memory; of each layer only what the core needs is
 * computed; the buffers are shared between layers and kept from tile to tile. Throws ComputeError "bad-input" if the
 * weights do not fit; `predict` throws "out-of-memory" where a tile is too large for the device: take a smaller one.
 */
export async function createWebGpuNetwork(gpu: GpuDevice, model: Model): Promise<NetworkExecutor> {
  const { device } = gpu;
  const classCount = checkWeights(model);
  const layers = gpuLayers(classCount);
  const runners = await createLayerRunners(device, layers, model.weights);
  const queue = new PacedQueue(device, gpu.isSoftware);
  const buffers = new BufferSet(device);

  const network: NetworkExecutor = {
    classCount,

    predictBytes(shape, core) {
      const { slotBytes } = planTile(layers, shape, core);
      const output = featureMapBytes(core, classCount);
      return slotBytes.reduce((sum, bytes) => sum + bytes, tileBytes(shape) + output);
    },

    async predict(tile, shape, core, breathe) {
      checkTile(tile, shape, core);
      const plan = planTile(layers, shape, core);
      const [input, ...slots] = await buffers.take([tileBytes(shape), ...plan.slotBytes]);
      const maps = placeMaps(plan, slots);
      maps.set("x", { buffer: input, box: wholeBox(shape), channels: 1 });
      const runs = plan.layers.map(({ layer }) => {
        const output = maps.get(layer.name) as FeatureMap;
        const inputs = layer.inputs.map((name) => maps.get(name) as FeatureMap);
        return runners(layer.name, inputs, output);
      });
      return withErrorScopes(device, "running the network", async () => {
        device.queue.writeBuffer(input, 0, tile);
        await queue.run(runs, breathe);
        const { buffer, box } = maps.get("out") as FeatureMap;
        return readFloats(device, buffer, voxelCount(boxShape(box)) * classCount);
      });
    },

    async label(tile, shape, core, breathe) {
      return labelProbabilities(await network.predict(tile, shape, core, breathe), classCount);
    },

    dispose() {
      buffers.free();
      runners.dispose();
    },
  };
  return network;
}

const tileBytes = (shape: Shape3) => featureMapBytes(wholeBox(shape), 1);

function placeMaps(plan: TilePlan, slots: readonly GPUBuffer[]): Map<string, FeatureMap> {
  const place = (box: Box, slot: number, channels: number) => ({ buffer: slots[slot], box, channels });
  return new Map(plan.layers.map(({ layer, box, slot }) => [layer.name, place(box, slot, layer.channels)]));
}
