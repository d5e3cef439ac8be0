import type { WasmRuntime } from "../runtime";
import type { PaddedVolume } from "./padded-volume";

/** Slabs of sections with sums of their own: enough for the threads to share, and the same for any number of them. */
const SLABS = 16;
/** Voxels of both volumes that are gone through together: their channels fit the first-level cache. */
const VOXELS_TOGETHER = 56;
/** Sums that a thread adds up at a time. */
const ADD_BLOCK = 4096;

/** What the correlation runs over: rows of voxels [z, y, x, channel] with whatever lies between them. */
export type Rows = Pick<PaddedVolume, "shape" | "channels" | "first" | "rowBytes" | "planeBytes">;

/** The taps of a correlation along each axis: 1, or 3 of which the middle one is the voxel itself. */
export interface Taps {
  readonly z: 1 | 3;
  readonly y: 1 | 3;
  readonly x: 1 | 3;
}

/** Sums over voxels, added up over the samples of a batch: [tap z, y, x][channel of the wide volume][of the narrow one]. */
export interface FilterSums {
  readonly taps: Taps;
  readonly wideChannels: number;
  readonly narrowChannels: number;
  readonly pointer: number;
}

/** Values of one row of taps, in whole vectors. */
const spanOf = ({ taps, wideChannels }: Omit<FilterSums, "pointer">) =>
  Math.ceil((taps.x * wideChannels) / 4) * 4;

const valuesOf = (sums: Omit<FilterSums, "pointer">) =>
  sums.taps.z * sums.taps.y * spanOf(sums) * sums.narrowChannels;

function allocateZeros(runtime: WasmRuntime, values: number): number {
  const pointer = runtime.alloc(4 * values);
  runtime.f32(pointer, values).fill(0);
  return pointer;
}

/** Returns a view of the slabs' sum. */
function addSlabs(runtime: WasmRuntime, pointer: number, length: number): Float32Array {
  runtime.parallel("addSlabs", Math.ceil(length / ADD_BLOCK), pointer, length, SLABS, ADD_BLOCK);
  return runtime.f32(pointer, length);
}

/** Allocates sums of zero; `narrowChannels` is a multiple of 8. */
export function createFilterSums(
  runtime: WasmRuntime,
  taps: Taps,
  wideChannels: number,
  narrowChannels: number,
): FilterSums {
  const size = { taps, wideChannels, narrowChannels };
  return { ...size, pointer: allocateZeros(runtime, SLABS * valuesOf(size)) };
}

/**
 * Adds Σ wide[voxel · stride + tap][i] · narrow[voxel][o] of one sample. The wide volume has zero voxels before and after its
 * rows and columns where there are taps; with stride 2 its sides are doubled.
 */
export function addCorrelation(
  runtime: WasmRuntime,
  sums: FilterSums,
  wide: Rows,
  narrow: Rows,
  stride: 1 | 2 = 1,
): void {
  const [nz, ny, nx] = narrow.shape;
  const { taps } = sums;
  const voxelBytes = 4 * wide.channels;
  const firstTap = wide.first - (taps.y === 3 ? wide.rowBytes : 0) - (taps.x === 3 ? voxelBytes : 0);
  const job = [
    firstTap,
    stride * voxelBytes,
    wide.rowBytes,
    wide.planeBytes,
    spanOf(sums),
    taps.z,
    taps.y,
    stride,
    narrow.first,
    narrow.channels,
    narrow.rowBytes,
    narrow.planeBytes,
    nz,
    ny,
    nx,
    Math.ceil(nz / SLABS),
    Math.max(1, Math.floor(VOXELS_TOGETHER / nx)),
    sums.pointer,
  ];
  const mark = runtime.mark();
  const pointer = runtime.alloc(4 * job.length);
  runtime.i32(pointer, job.length).set(job);
  runtime.parallel("filterGradientSlab", SLABS, pointer);
  runtime.release(mark);
}

/** Returns the first channels' sums [tap z, y, x][wideCount][narrowCount]; nothing can be added to them after. */
export function readFilterSums(
  runtime: WasmRuntime,
  sums: FilterSums,
  wideCount: number,
  narrowCount: number,
): Float32Array<ArrayBuffer> {
  const total = addSlabs(runtime, sums.pointer, valuesOf(sums));
  const { taps, wideChannels, narrowChannels } = sums;
  const span = spanOf(sums);
  const allTaps = taps.z * taps.y * taps.x;
  const result = new Float32Array(allTaps * wideCount * narrowCount);
  let to = 0;
  for (let tap = 0; tap < allTaps; tap++) {
    const first = Math.floor(tap / taps.x) * span + (tap % taps.x) * wideChannels;
    for (let channel = 0; channel < wideCount; channel++, to += narrowCount) {
      const from = (first + channel) * narrowChannels;
      result.set(total.subarray(from, from + narrowCount), to);
    }
  }
  return result;
}

/** Sums of each channel, added up over the samples of a batch. */
export interface BiasSums {
  readonly channels: number;
  readonly pointer: number;
}

/** Allocates sums of zero; `channels` is a multiple of 4. */
export function createBiasSums(runtime: WasmRuntime, channels: number): BiasSums {
  return { channels, pointer: allocateZeros(runtime, SLABS * channels) };
}

/** Adds the sum over the voxels of one sample. */
export function addToBiasSums(runtime: WasmRuntime, sums: BiasSums, volume: Rows): void {
  const { first, channels, rowBytes, planeBytes, shape } = volume;
  const [nz, ny, nx] = shape;
  const sections = Math.ceil(nz / SLABS);
  const { pointer } = sums;
  runtime.parallel(
    "biasGradientSlab",
    SLABS,
    first,
    channels,
    rowBytes,
    planeBytes,
    nz,
    ny,
    nx,
    sections,
    pointer,
  );
}

/** Returns the first channels' sums; nothing can be added to them after. */
export function readBiasSums(runtime: WasmRuntime, sums: BiasSums, count: number): Float32Array<ArrayBuffer> {
  return new Float32Array(addSlabs(runtime, sums.pointer, sums.channels).subarray(0, count));
}
