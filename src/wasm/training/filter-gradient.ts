import type { WasmRuntime } from "../runtime";
import type { PaddedVolume } from "./padded-volume";

/** Slabs of sections with sums of their own: enough for the threads to share, and the same for any number of them. */
const SLABS = 16;
/** Voxels of both volumes that are gone through together: their channels fit the first-level cache. */
const VOXELS_TOGETHER = 56;

/** What the correlation runs over: a padded volume, or rows of voxels without a border. */
type Rows = Pick<PaddedVolume, "shape" | "channels" | "first" | "rowBytes" | "planeBytes">;

/**
 * Sums of one filter's gradient, added up over the samples of a batch: [taps][span][channels of the narrow volume], where the
 * wide volume's taps along x lie side by side in `span`.
 */
export interface FilterSums {
  readonly taps: 1 | 3;
  readonly span: number;
  readonly narrowChannels: number;
  readonly pointer: number;
}

const alignQuad = (values: number) => Math.ceil(values / 4) * 4;

const slabValues = ({ taps, span, narrowChannels }: Omit<FilterSums, "pointer">) =>
  taps * taps * alignQuad(span) * narrowChannels;

function clear(runtime: WasmRuntime, values: number): number {
  const pointer = runtime.alloc(4 * values);
  runtime.f32(pointer, values).fill(0);
  return pointer;
}

/** Adds the slabs up, in order. */
function addSlabs(runtime: WasmRuntime, pointer: number, length: number): Float32Array<ArrayBuffer> {
  const slabs = runtime.f32(pointer, SLABS * length);
  const sum = new Float32Array(slabs.subarray(0, length));
  for (let from = length; from < slabs.length; from += length)
    for (let i = 0; i < length; i++) sum[i] += slabs[from + i];
  return sum;
}

export function createFilterSums(
  runtime: WasmRuntime,
  taps: 1 | 3,
  wideChannels: number,
  narrowChannels: number,
): FilterSums {
  const size = { taps, span: taps * wideChannels, narrowChannels };
  return { ...size, pointer: clear(runtime, SLABS * slabValues(size)) };
}

/** Adds Σ wide[voxel · stride + tap][i] · narrow[voxel][o] of one sample; stride 2 if the wide volume's sides are doubled. */
export function addFilterGradient(runtime: WasmRuntime, sums: FilterSums, wide: Rows, narrow: Rows): void {
  const [nz, ny, nx] = narrow.shape;
  const stride = wide.shape[2] / nx;
  const { taps, span } = sums;
  const voxelBytes = 4 * wide.channels;
  const firstTap = taps === 3 ? wide.first - wide.rowBytes - voxelBytes : wide.first;
  const rowsTogether = Math.max(1, Math.floor(VOXELS_TOGETHER / nx));
  const job = [
    firstTap,
    stride * voxelBytes,
    wide.rowBytes,
    wide.planeBytes,
    alignQuad(span),
    taps,
    stride,
    narrow.first,
    narrow.channels,
    narrow.rowBytes,
    narrow.planeBytes,
    nz,
    ny,
    nx,
    Math.ceil(nz / SLABS),
    rowsTogether,
    sums.pointer,
  ];
  const mark = runtime.mark();
  const pointer = runtime.alloc(4 * job.length);
  runtime.i32(pointer, job.length).set(job);
  runtime.parallel("filterGradientSlab", SLABS, pointer);
  runtime.release(mark);
}

/** Returns the sums [tap z, y, x][wideChannels][narrowCount], without what fills up groups. */
export function filterGradient(
  runtime: WasmRuntime,
  sums: FilterSums,
  wideChannels: number,
  narrowCount: number,
): Float32Array<ArrayBuffer> {
  const total = addSlabs(runtime, sums.pointer, slabValues(sums));
  const { taps, span, narrowChannels } = sums;
  const stored = span / taps;
  const allTaps = taps ** 3;
  const gradient = new Float32Array(allTaps * wideChannels * narrowCount);
  let to = 0;
  for (let tap = 0; tap < allTaps; tap++) {
    const tapRow = Math.floor(tap / taps) * alignQuad(span) + (tap % taps) * stored;
    for (let channel = 0; channel < wideChannels; channel++, to += narrowCount) {
      const from = (tapRow + channel) * narrowChannels;
      gradient.set(total.subarray(from, from + narrowCount), to);
    }
  }
  return gradient;
}

/** Sums of a bias's gradient, added up over the samples of a batch. */
export interface BiasSums {
  readonly channels: number;
  readonly pointer: number;
}

export function createBiasSums(runtime: WasmRuntime, channels: number): BiasSums {
  return { channels, pointer: clear(runtime, SLABS * channels) };
}

/** Adds the sum over the voxels of each channel. */
export function addBiasGradient(runtime: WasmRuntime, sums: BiasSums, volume: Rows): void {
  const { first, channels, rowBytes, planeBytes, shape } = volume;
  const [nz, ny, nx] = shape;
  const sections = Math.ceil(nz / SLABS);
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
    sums.pointer,
  );
}

export function biasGradient(runtime: WasmRuntime, sums: BiasSums, count: number): Float32Array<ArrayBuffer> {
  return addSlabs(runtime, sums.pointer, sums.channels).slice(0, count);
}
