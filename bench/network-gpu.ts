import type { NetworkExecutor } from "../src/core/backend";
import type { Model } from "../src/core/nn/model";
import { type Shape3, voxelCount, wholeBox } from "../src/core/volume/shape";
import { conv3dMethods } from "../src/gpu/conv3d/choose-tiling";
import type { GpuDevice } from "../src/gpu/device";
import type { StoredType } from "../src/gpu/feature-map";
import { createWebGpuNetwork } from "../src/gpu/network/webgpu-executor";
import { networkTile } from "../src/testing/cases/network-cases";
import { GOLDEN_TOLERANCE } from "../src/testing/golden-network";
import { type BenchResult, median, round } from "./bench-result";
import { compareWithGolden } from "./network-golden";
import { layerTimes } from "./network-layers";
import { pyTorch } from "./network-peers";

const SHAPE: Shape3 = [192, 192, 192];
const WARM_UPS = 2;
const RUNS = 7;
/** Tiles that are handed over before the first of them is waited for, as where a tomogram is labelled. */
const IN_FLIGHT = 2;
/** Labels of f16 features that must be those of f32: noise, on which classes are close, is the hard case. */
const MIN_AGREEMENT = 0.999;

const free = async () => {};

/**
 * Labels of one tile after another, in voxels per second, from f32 in memory to labels and scores in memory, against PyTorch's
 * forward pass on the same GPU, its tile and result staying there. With LAYERS=1 in the environment also each layer's time.
 */
export async function networkGpuBench(
  gpu: GpuDevice,
  model: Model,
  shape: Shape3 = SHAPE,
): Promise<BenchResult> {
  const tile = networkTile(shape);
  const types: readonly StoredType[] = gpu.device.features.has("shader-f16") ? ["f32", "f16"] : ["f32"];
  const found = new Map<StoredType, Awaited<ReturnType<typeof measure>>>();
  for (const type of types) {
    const network = await createWebGpuNetwork(gpu, model, { labelType: type });
    found.set(type, await measure(network, tile, shape));
    network.dispose();
  }
  const layers: Record<string, unknown> = {};
  if (process.env.LAYERS) for (const type of types) layers[type] = await layerTimes(gpu, model, shape, type);

  const [f32, f16] = [found.get("f32"), found.get("f16")];
  if (!f32) throw new Error("Nothing was measured.");
  const agreement = f16 ? sameShare(f32.labels, f16.labels) : null;
  const peer = pyTorch(shape, RUNS);
  const peerValue = peer && voxelCount(shape) / peer.f32 / 1e6;
  const peerRight = !peer || peer.goldenError < GOLDEN_TOLERANCE;
  return {
    name: "network",
    backend: "webgpu",
    value: round(f32.mvoxPerSecond),
    unit: "Mvox/s",
    peer: peer ? `PyTorch ${peer.torch} f32 on ${peer.device}` : "PyTorch (no python that has it was found)",
    peerValue: peerValue && round(peerValue),
    ratio: peerValue && round(f32.mvoxPerSecond / peerValue),
    correct: f32.goldenError < GOLDEN_TOLERANCE && (agreement ?? 1) >= MIN_AGREEMENT && peerRight,
    details: {
      shape,
      description: gpu.description,
      subgroupMatrices: gpu.hasSubgroupMatrices,
      goldenError: f32.goldenError,
      secondsOfOneTile: round(f32.secondsAlone),
      f16: f16 && {
        mvoxPerSecond: round(f16.mvoxPerSecond),
        secondsOfOneTile: round(f16.secondsAlone),
        sameLabels: agreement,
        peerMvoxPerSecond: peer?.f16 ? round(voxelCount(shape) / peer.f16 / 1e6) : null,
      },
      ...layers,
      convolutions: await Promise.all(types.map((type) => conv3dMethods(gpu, type))),
    },
  };
}

async function measure(network: NetworkExecutor, tile: Float32Array<ArrayBuffer>, shape: Shape3) {
  const goldenError = await compareWithGolden(network);
  const label = () => network.label(tile, shape, wholeBox(shape), free);
  const { labels } = await label();
  for (let run = 0; run < WARM_UPS; run++) await label();
  const alone: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    await label();
    alone.push((performance.now() - start) / 1000);
  }
  const start = performance.now();
  const pending: Promise<unknown>[] = [];
  for (let run = 0; run < RUNS; run++) {
    if (pending.length >= IN_FLIGHT) await pending.shift();
    pending.push(label());
  }
  await Promise.all(pending);
  const seconds = (performance.now() - start) / 1000;
  const mvoxPerSecond = (RUNS * voxelCount(shape)) / seconds / 1e6;
  return { goldenError, labels, secondsAlone: median(alone), mvoxPerSecond };
}

function sameShare(a: Uint8Array, b: Uint8Array): number {
  let same = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) same++;
  return same / a.length;
}
