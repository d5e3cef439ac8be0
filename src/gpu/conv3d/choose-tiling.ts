import { wholeBox } from "../../core/volume/shape";
import { BufferSet } from "../buffer-set";
import { createConv3dWinograd, winogradFits } from "../conv3d-winograd/conv3d-winograd";
import type { GpuDevice } from "../device";
import { type FeatureMap, featureMapBytes, type StoredType } from "../feature-map";
import { PacedQueue } from "../paced-queue";
import {
  type Conv3d,
  type Conv3dTiling,
  createConv3d,
  SMALL_TILING,
  tilingFits,
  WIDE_TILING,
} from "./conv3d";

/** A way to convolve: the plain sum, or Winograd's with half the products and more to load for each. */
interface Conv3dMethod {
  readonly method: "direct" | "winograd";
  readonly tiling: Conv3dTiling;
}

/** GPUs differ in registers and in what workgroup memory costs. */
const CANDIDATES: readonly Conv3dMethod[] = [
  { method: "direct", tiling: WIDE_TILING },
  { method: "direct", tiling: { ...WIDE_TILING, voxelsZ: 8 } },
  { method: "direct", tiling: { ...WIDE_TILING, voxelsY: 4 } },
  { method: "direct", tiling: { ...WIDE_TILING, threadQuads: 1 } },
  { method: "winograd", tiling: WIDE_TILING },
  { method: "winograd", tiling: { ...WIDE_TILING, threadQuads: 1 } },
];

/** The probe: the network's most frequent layer on a part of a tile, 7 GFLOP. */
const PROBE = { box: wholeBox([32, 64, 64]), channels: 32 } as const;
/** Repeated for about this long, which is long beside what starting and waiting take. */
const MIN_MS = 10;
const MAX_REPEATS = 64;

type Timed = Conv3dMethod & { readonly ms: number };

const timed = new WeakMap<GPUDevice, Map<StoredType, Promise<readonly Timed[]>>>();

/**
 * Returns the ways to convolve features stored as `type` on this device, the fastest first, with the milliseconds of 7 GFLOP:
 * each is tried once per device, about two seconds together on an H100, nearly all of it compiling. A software adapter has one,
 * untried.
 */
export function conv3dMethods(gpu: GpuDevice, type: StoredType): Promise<readonly Timed[]> {
  if (gpu.isSoftware) return Promise.resolve([{ method: "direct", tiling: SMALL_TILING, ms: Number.NaN }]);
  const known = timed.get(gpu.device) ?? new Map<StoredType, Promise<readonly Timed[]>>();
  timed.set(gpu.device, known);
  const methods = known.get(type) ?? tryAll(gpu, type);
  known.set(type, methods);
  methods.catch(() => known.delete(type));
  return methods;
}

/** Returns the fastest tiling of the plain sum, which takes weights as they are. */
export async function chooseTiling(gpu: GpuDevice, type: StoredType): Promise<Conv3dTiling> {
  const methods = await conv3dMethods(gpu, type);
  return methods.find(({ method }) => method === "direct")?.tiling ?? SMALL_TILING;
}

async function tryAll(gpu: GpuDevice, type: StoredType): Promise<readonly Timed[]> {
  const { device } = gpu;
  const buffers = new BufferSet(device);
  const { box, channels } = PROBE;
  const mapBytes = featureMapBytes(box, channels, type);
  const weightBytes = 4 * 54 * channels * channels;
  const fitting = CANDIDATES.filter(({ method, tiling }) =>
    (method === "direct" ? tilingFits : winogradFits)(device, tiling),
  );
  try {
    const [from, to, weights, bias] = await buffers.take([mapBytes, mapBytes, weightBytes, 4 * channels]);
    const map = (buffer: GPUBuffer): FeatureMap => ({ buffer, box, channels, type });
    const args = { inputs: [map(from)], weights, bias, output: map(to) };
    const results: Timed[] = [];
    for (const candidate of fitting) {
      const way = { ...candidate, tiling: { ...candidate.tiling, halfSums: type === "f16" } };
      results.push({ ...way, ms: await millisecondsOf(device, await probeOf(device, type, way), args) });
    }
    return results.sort((a, b) => a.ms - b.ms);
  } finally {
    buffers.free();
  }
}

function probeOf(device: GPUDevice, type: StoredType, { method, tiling }: Conv3dMethod): Promise<Conv3d> {
  const spec = { channelsIn: [PROBE.channels], channelsOut: PROBE.channels, relu: true, type };
  if (method === "winograd") return createConv3dWinograd(device, spec, tiling);
  return createConv3d(device, { ...spec, kernelSize: 3, inputType: type }, tiling);
}

async function millisecondsOf(
  device: GPUDevice,
  conv: Conv3d,
  args: Parameters<Conv3d["run"]>[0],
): Promise<number> {
  const queue = new PacedQueue(device, false);
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
