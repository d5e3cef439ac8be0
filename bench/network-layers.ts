import type { Model } from "../src/core/nn/model";
import { type Shape3, wholeBox } from "../src/core/volume/shape";
import { BufferSet } from "../src/gpu/buffer-set";
import type { GpuDevice } from "../src/gpu/device";
import { type FeatureMap, featureMapBytes, type StoredType } from "../src/gpu/feature-map";
import { gpuLayers } from "../src/gpu/network/gpu-layers";
import { createLayerRunners } from "../src/gpu/network/layer-runners";
import { planTile } from "../src/gpu/network/tile-plan";
import { PacedQueue } from "../src/gpu/paced-queue";
import { round } from "./bench-result";

const REPEATS = 8;

/** Returns the time of each layer on a whole tile in milliseconds and its TFLOP/s, alone and repeated, for tuning. */
export async function layerTimes(
  gpu: GpuDevice,
  model: Model,
  shape: Shape3,
  type: StoredType,
): Promise<Readonly<Record<string, { readonly ms: number; readonly tflops: number }>>> {
  const layers = gpuLayers(model.manifest.classes.length);
  const runners = await createLayerRunners(gpu, layers, model.weights, { type, result: "labels" });
  const plan = planTile(layers, shape, wholeBox(shape), ({ channels }, box) =>
    featureMapBytes(box, channels, type),
  );
  const buffers = new BufferSet(gpu.device);
  const [x, ...slots] = await buffers.take([featureMapBytes(wholeBox(shape), 1), ...plan.slotBytes]);
  const maps = new Map<string, FeatureMap>([["x", { buffer: x, box: wholeBox(shape), channels: 1 }]]);
  for (const { layer, box, slot } of plan.layers)
    maps.set(layer.name, { buffer: slots[slot], box, channels: layer.channels, type });
  const map = (name: string) => maps.get(name) as FeatureMap;

  const queue = new PacedQueue(gpu.device, gpu.isSoftware);
  const times: Record<string, { ms: number; tflops: number }> = {};
  for (const { layer } of plan.layers) {
    const run = runners(layer.name, layer.inputs.map(map), map(layer.name));
    const repeat = (count: number) =>
      queue.run(
        Array.from({ length: count }, () => run),
        async () => {},
      );
    await repeat(REPEATS);
    const start = performance.now();
    await repeat(REPEATS);
    const ms = (performance.now() - start) / REPEATS;
    times[layer.name] = { ms: round(ms), tflops: round(run.flops / ms / 1e9) };
  }
  buffers.free();
  runners.dispose();
  return times;
}
