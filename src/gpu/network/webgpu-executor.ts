import type { NetworkExecutor } from "../../core/backend";
import { checkTile } from "../../core/nn/check-tile";
import { checkWeights } from "../../core/nn/check-weights";
import type { Labelled } from "../../core/nn/labelled";
import type { Model } from "../../core/nn/model";
import { fillNormal } from "../../core/random/philox";
import { type Box, type Shape3, voxelCount, wholeBox } from "../../core/volume/shape";
import { BufferSet } from "../buffer-set";
import { labelledBytes } from "../conv1-label/conv1-label";
import type { GpuDevice } from "../device";
import { withErrorScopes } from "../error-scopes";
import { type FeatureMap, featureMapBytes, type StoredType } from "../feature-map";
import { PacedQueue } from "../paced-queue";
import { readBytes } from "../read-floats";
import { writeFloats } from "../write-floats";
import { gpuLayers } from "./gpu-layers";
import { createLayerRunners, type LayerRunners, type RunnerSpec } from "./layer-runners";
import { planTile } from "./tile-plan";

interface WebGpuNetworkOptions {
  /**
   * How features are stored for `label`: f16 (the default where the GPU has it) is faster, and nearly all labels are those of
   * f32. `predict` is always f32.
   */
  readonly labelType?: StoredType;
}

/**
 * Returns the network on the GPU. Nothing is concatenated or up-sampled in memory; of each layer only what the core needs is
 * computed; the buffers are shared between layers and kept from tile to tile. A tile may be handed over before the one
 * before has come back: it is uploaded and queued meanwhile. Throws ComputeError "bad-input" if the weights do not fit;
 * `predict` and `label` throw "out-of-memory" where a tile is too large for the device: take a smaller one.
 */
export async function createWebGpuNetwork(
  gpu: GpuDevice,
  model: Model,
  options: WebGpuNetworkOptions = {},
): Promise<NetworkExecutor> {
  const { device } = gpu;
  const classCount = checkWeights(model);
  const layers = gpuLayers(classCount);
  const queue = new PacedQueue(device, gpu.isSoftware);
  const buffers = new BufferSet(device);

  const made = new Map<string, Promise<LayerRunners>>();
  const runnersFor = (spec: RunnerSpec) => {
    const key = `${spec.type} ${spec.result}`;
    const runners = made.get(key) ?? createLayerRunners(gpu, layers, model.weights, spec);
    made.set(key, runners);
    runners.catch(() => made.delete(key));
    return runners;
  };

  const planOf = (spec: RunnerSpec, shape: Shape3, core: Box) => {
    const resultBytes = bytesOfResult(spec, core, classCount);
    return planTile(layers, shape, core, ({ name, channels }, box) =>
      name === "out" ? resultBytes : featureMapBytes(box, channels, spec.type),
    );
  };

  const bytesOfTile = (spec: RunnerSpec, shape: Shape3, core: Box) =>
    planOf(spec, shape, core).slotBytes.reduce((sum, bytes) => sum + bytes, tileBytes(shape));

  const submitTile = async (
    spec: RunnerSpec,
    ...[tile, shape, core, breathe]: TileArgs
  ): Promise<{ readonly result: Promise<ArrayBuffer> }> => {
    const runners = await runnersFor(spec);
    const resultBytes = bytesOfResult(spec, core, classCount);
    const plan = planOf(spec, shape, core);
    const [input, ...slots] = await buffers.take([tileBytes(shape), ...plan.slotBytes]);
    const maps = new Map<string, FeatureMap>([["x", { buffer: input, box: wholeBox(shape), channels: 1 }]]);
    for (const { layer, box, slot } of plan.layers)
      maps.set(layer.name, { buffer: slots[slot], box, channels: layer.channels, type: spec.type });
    const map = (name: string) => maps.get(name) as FeatureMap;
    const runs = plan.layers.map(({ layer: { name, inputs } }) => runners(name, inputs.map(map), map(name)));
    return withErrorScopes(device, "running the network", async () => {
      writeFloats(device, input, tile);
      await queue.submit(runs, breathe);
      const result = readBytes(device, map("out").buffer, resultBytes);
      result.catch(() => {}); // awaited by the caller, unless the scopes throw
      return { result };
    });
  };

  let turn: Promise<unknown> = Promise.resolve();
  const infer = async (spec: RunnerSpec, ...args: TileArgs): Promise<ArrayBuffer> => {
    const [tile, shape, core] = args;
    checkTile(tile, shape, core);
    const submitted = turn.then(() => submitTile(spec, ...args));
    turn = submitted.catch(() => {});
    return (await submitted).result;
  };

  const labelWith = async (type: StoredType, ...tile: TileArgs): Promise<Labelled> => {
    const bytes = await infer({ type, result: "labels" }, ...tile);
    const voxels = bytes.byteLength / 2;
    return { labels: new Uint8Array(bytes, 0, voxels), scores: new Uint8Array(bytes, voxels) };
  };

  /** f16 only where it gives the labels of f32 on a small tile: drivers have faults of their own in it. */
  const chooseLabelType = async (): Promise<StoredType> => {
    if (options.labelType) return options.labelType;
    if (!device.features.has("shader-f16")) return "f32";
    const [expected, found] = [await labelWith("f32", ...probe()), await labelWith("f16", ...probe())];
    return alike(expected, found) ? "f16" : "f32";
  };
  let labelType: Promise<StoredType> | null = null;
  const typeOfLabels = () => {
    labelType ??= chooseLabelType().catch((error) => {
      labelType = null;
      throw error;
    });
    return labelType;
  };

  return {
    classCount,

    predictBytes: (shape, core) => bytesOfTile({ type: "f32", result: "probabilities" }, shape, core),

    async labelBytes() {
      const spec = { type: await typeOfLabels(), result: "labels" } as const;
      return (shape, core) => bytesOfTile(spec, shape, core);
    },

    async predict(tile, shape, core, breathe) {
      const spec = { type: "f32", result: "probabilities" } as const;
      return new Float32Array(await infer(spec, tile, shape, core, breathe));
    },

    async label(tile, shape, core, breathe) {
      return labelWith(await typeOfLabels(), tile, shape, core, breathe);
    },

    dispose() {
      buffers.free();
      for (const runners of made.values()) runners.then((made) => made.dispose()).catch(() => {});
    },
  };
}

type TileArgs = [tile: Float32Array, shape: Shape3, core: Box, breathe: (fraction: number) => Promise<void>];

const PROBE_SHAPE: Shape3 = [16, 16, 16];
const PROBE_SEED = 4;
/** A wrong kernel is wrong nearly everywhere; rounding moves few labels, and scores (of 255) a little. */
const PROBE_SAME_LABELS = 0.98;
const PROBE_SCORE_DIFFERENCE = 4;

function probe(): TileArgs {
  const tile = new Float32Array(voxelCount(PROBE_SHAPE));
  fillNormal(tile, PROBE_SEED, 0);
  return [tile, PROBE_SHAPE, wholeBox(PROBE_SHAPE), async () => {}];
}

function alike(a: Labelled, b: Labelled): boolean {
  let same = 0;
  let apart = 0;
  for (let i = 0; i < a.labels.length; i++) {
    if (a.labels[i] === b.labels[i]) same++;
    apart += Math.abs(a.scores[i] - b.scores[i]);
  }
  const voxels = a.labels.length;
  return same / voxels >= PROBE_SAME_LABELS && apart / voxels <= PROBE_SCORE_DIFFERENCE;
}

const tileBytes = (shape: Shape3) => featureMapBytes(wholeBox(shape), 1);

const bytesOfResult = ({ result }: RunnerSpec, core: Box, classCount: number) =>
  result === "labels" ? labelledBytes(core) : featureMapBytes(core, classCount);
