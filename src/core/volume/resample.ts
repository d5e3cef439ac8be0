import { type Box, boxShape, type Shape3, voxelCount } from "./shape";
import type { VolumeReader } from "./volume";

/** Voxels that are read at a time: 16 MB. */
const SLAB_VOXELS = 1 << 22;

/** One axis: voxel i of the new grid lies at i · step of the old one, so the two share voxel 0. */
interface AxisResampling {
  readonly step: number;
  readonly oldCount: number;
  readonly newCount: number;
}

/** A grid of another voxel size over the same volume. */
export interface Resampling {
  readonly z: AxisResampling;
  readonly y: AxisResampling;
  readonly x: AxisResampling;
  readonly shape: Shape3;
}

/** Returns the grid of voxels of `angstrom` over a volume of known voxel sizes; every old voxel has a new one within half of it. */
export function resamplingTo(
  { shape, voxelSizeAngstrom }: VolumeReader["meta"],
  angstrom: number,
): Resampling {
  const axis = (oldCount: number, oldAngstrom: number): AxisResampling => {
    const step = angstrom / oldAngstrom;
    return { step, oldCount, newCount: Math.round((oldCount - 1) / step) + 1 };
  };
  const z = axis(shape[0], voxelSizeAngstrom.z);
  const y = axis(shape[1], voxelSizeAngstrom.y);
  const x = axis(shape[2], voxelSizeAngstrom.x);
  return { z, y, x, shape: [z.newCount, y.newCount, x.newCount] };
}

/** Returns for each old voxel along an axis the nearest new one. */
export function nearestAlong({ step, oldCount, newCount }: AxisResampling): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: oldCount }, (_, i) => Math.min(newCount - 1, Math.round(i / step)));
}

/** The old voxels that make new ones from `start` to `end` (excluded), and their weights. */
interface Taps {
  /** The range of old voxels. */
  readonly from: number;
  readonly to: number;
  /** The first old voxel of each new one, and where its weights begin (and those of the one before it end). */
  readonly first: Int32Array;
  readonly offset: Int32Array;
  readonly weights: Float64Array;
}

/**
 * A tent as wide as a step of the coarser grid: linear interpolation towards finer grids, a low-pass towards coarser ones.
 * Its weights add up to 1 also at the borders.
 */
function tapsOf({ step, oldCount }: AxisResampling, start: number, end: number): Taps {
  const radius = Math.max(1, step);
  const first = new Int32Array(end - start);
  const offset = new Int32Array(end - start + 1);
  const weights: number[] = [];
  let to = 0;
  for (let i = start; i < end; i++) {
    const place = i * step;
    const low = Math.max(0, Math.floor(place - radius) + 1);
    const high = Math.min(oldCount, Math.ceil(place + radius));
    const tent = Array.from({ length: high - low }, (_, k) => 1 - Math.abs(low + k - place) / radius);
    const sum = tent.reduce((total, weight) => total + weight, 0);
    for (const weight of tent) weights.push(weight / sum);
    first[i - start] = low;
    offset[i - start + 1] = weights.length;
    to = high;
  }
  return { from: first[0], to, first, offset, weights: Float64Array.from(weights) };
}

/** The new voxels that an old one adds to, of those that `taps` are for: the first, and one beyond the last. */
function targetsOf({ first, offset }: Taps, old: number): readonly [start: number, end: number] {
  const ends = (i: number) => first[i] + offset[i + 1] - offset[i];
  let start = 0;
  while (start < first.length && ends(start) <= old) start++;
  let end = start;
  while (end < first.length && first[end] <= old) end++;
  return [start, end];
}

const weightOf = ({ first, offset, weights }: Taps, target: number, old: number) =>
  weights[offset[target] + old - first[target]];

/** Writes a row of old voxels (from `taps.from` on) as new ones. */
function resampleRow(
  old: Float32Array,
  at: number,
  { from, first, offset, weights }: Taps,
  out: Float64Array,
) {
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let k = offset[i], j = at + first[i] - from; k < offset[i + 1]; k++, j++) sum += weights[k] * old[j];
    out[i] = sum;
  }
}

/**
 * Returns the volume at other voxels: each new one is the mean of the old ones around it under a tent (see `tapsOf`). A box
 * holds the same numbers as that part of the whole, to the last bit. Old sections are read once for each box, some at a
 * time, so that memory is that of the box.
 */
export function resampleVolume(volume: VolumeReader, resampling: Resampling, angstrom: number): VolumeReader {
  return {
    meta: {
      ...volume.meta,
      shape: resampling.shape,
      dtype: "float32",
      voxelSizeAngstrom: { x: angstrom, y: angstrom, z: angstrom },
    },
    async readBox(box: Box) {
      const [nz, ny, nx] = boxShape(box);
      const out = new Float32Array(voxelCount([nz, ny, nx]));
      const z = tapsOf(resampling.z, box.z0, box.z1);
      const y = tapsOf(resampling.y, box.y0, box.y1);
      const x = tapsOf(resampling.x, box.x0, box.x1);
      const [height, width] = [y.to - y.from, x.to - x.from];
      const rowTargets = Array.from({ length: height }, (_, row) => targetsOf(y, y.from + row));
      const section = new Float64Array(ny * nx);
      const row = new Float64Array(nx);
      const step = Math.max(1, Math.floor(SLAB_VOXELS / (height * width)));

      for (let z0 = z.from; z0 < z.to; z0 += step) {
        const z1 = Math.min(z.to, z0 + step);
        const old = await volume.readBox({ z0, y0: y.from, x0: x.from, z1, y1: y.to, x1: x.to });
        for (let oldZ = z0; oldZ < z1; oldZ++) {
          section.fill(0);
          for (let oldY = 0; oldY < height; oldY++) {
            resampleRow(old, ((oldZ - z0) * height + oldY) * width, x, row);
            const [start, end] = rowTargets[oldY];
            for (let target = start; target < end; target++)
              addScaled(section, target * nx, row, weightOf(y, target, y.from + oldY));
          }
          const [start, end] = targetsOf(z, oldZ);
          for (let target = start; target < end; target++)
            addScaled(
              out.subarray(target * ny * nx, (target + 1) * ny * nx),
              0,
              section,
              weightOf(z, target, oldZ),
            );
        }
      }
      return out;
    },
  };
}

function addScaled(out: Float32Array | Float64Array, at: number, values: Float64Array, weight: number): void {
  for (let i = 0; i < values.length; i++) out[at + i] += weight * values[i];
}
