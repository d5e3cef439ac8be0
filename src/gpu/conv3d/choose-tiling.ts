import { wholeBox } from "../../core/volume/shape";
import { BufferSet } from "../buffer-set";
import type { GpuDevice } from "../device";
import { bytesOf, type FeatureMap, featureMapBytes, type StoredType } from "../feature-map";
import { PacedQueue } from "../paced-queue";
import { type Conv3dTiling, createConv3d, SMALL_TILING, tilingFits, WIDE_TILING } from "./conv3d";

/** What is tried: GPUs differ in registers and in what workgroup memory costs. */
const CANDIDATES: readonly Conv3dTiling[] = [
  WIDE_TILING,
  { ...WIDE_TILING, voxelsZ: 8 },
  { ...WIDE_TILING, voxelsY: 4 },
  { ...WIDE_TILING, threadQuads: 1 },
];

/** The probe: the network's most frequent layer on a part of a tile, 7 GFLOP. */
const PROBE = { box: wholeBox([32, 64, 64]), channels: 32 } as const;
/** Repeated for about this long, which is long beside what starting and waiting take. */
const MIN_MS = 10;
const MAX_REPEATS = 64;

const chosen = new WeakMap<GPUDevice, Map<StoredType, Promise<Conv3dTiling>>>();

/**
 * Returns the fastest tiling of `createConv3d` on this device for features and weights stored as `type`, by trying each once
 * per device: well below a second on a GPU, and without trying on a software adapter.
 */
export function chooseTiling(gpu: GpuDevice, type: StoredType): Promise<Conv3dTiling> {
  if (gpu.isSoftware) return Promise.resolve(SMALL_TILING);
  const known = chosen.get(gpu.device) ?? new Map<StoredType, Promise<Conv3dTiling>>();
  chosen.set(gpu.device, known);
  const tiling = known.get(type) ?? tryAll(gpu, type);
  known.set(type, tiling);
  tiling.catch(() => known.delete(type));
  return tiling;
}

async function tryAll(gpu: GpuDevice, type: StoredType): Promise<Conv3dTiling> {
  const buffers = new BufferSet(gpu.device);
  const { box, channels } = PROBE;
  const mapBytes = featureMapBytes(box, channels, type);
  const weightBytes = 27 * channels * channels * bytesOf(type);
  try {
    const [from, to, weights, bias] = await buffers.take([mapBytes, mapBytes, weightBytes, 4 * channels]);
    const map = (buffer: GPUBuffer): FeatureMap => ({ buffer, box, channels, type });
    const args = { inputs: [map(from)], weights, bias, output: map(to) };
    let best = { tiling: WIDE_TILING, ms: Number.POSITIVE_INFINITY };
    for (const candidate of CANDIDATES.filter((tiling) => tilingFits(gpu.device, tiling))) {
      const tiling = { ...candidate, halfSums: type === "f16" };
      const ms = await millisecondsOf(gpu, type, tiling, args);
      if (ms < best.ms) best = { tiling, ms };
    }
    return best.tiling;
  } finally {
    buffers.free();
  }
}

type ConvolutionArgs = Parameters<Awaited<ReturnType<typeof createConv3d>>["run"]>[0];

async function millisecondsOf(
  gpu: GpuDevice,
  type: StoredType,
  tiling: Conv3dTiling,
  args: ConvolutionArgs,
): Promise<number> {
  const { channels } = PROBE;
  const spec = { kernelSize: 3, channelsIn: [channels], channelsOut: channels, relu: true } as const;
  const conv = await createConv3d(gpu.device, { ...spec, inputType: type, type }, tiling);
  const queue = new PacedQueue(gpu.device, false);
  const time = async (repeats: number) => {
    const runs = Array.from({ length: repeats }, () => conv.run(args));
    const start = performance.now();
    await queue.run(runs, async () => {});
    return (performance.now() - start) / repeats;
  };
  await time(1); // the first use of a pipeline is slow
  const once = await time(1);
  return time(Math.min(MAX_REPEATS, Math.max(1, Math.ceil(MIN_MS / once))));
}
