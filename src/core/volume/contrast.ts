import type { Shape3 } from "./shape";

/** Share of the voxels that become fully black, and that become fully white. */
const TAIL = 0.005;
/** Percentiles are taken of at most so many voxels, spread evenly. */
const SAMPLE = 2 ** 18;
/** A corner of so many voxels squared that holds one value is an empty border. */
const CORNER = 4;
/** With fewer voxels than this share beside the border, the border counts too. */
const SMALLEST_SHARE = 0.01;
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/** Grey values that become black and white. */
interface GreyRange {
  readonly low: number;
  readonly high: number;
}

/** The value of every corner of the middle section that holds one value alone: the padding of a reconstruction. */
function borderValues(values: Float32Array, [nz, ny, nx]: Shape3): number[] {
  if (ny < 2 * CORNER || nx < 2 * CORNER) return [];
  const base = Math.floor(nz / 2) * ny * nx;
  const found = new Set<number>();
  for (const y0 of [0, ny - CORNER])
    for (const x0 of [0, nx - CORNER]) {
      const value = values[base + y0 * nx + x0];
      let constant = true;
      for (let y = y0; y < y0 + CORNER; y++)
        for (let x = x0; x < x0 + CORNER; x++) constant &&= values[base + y * nx + x] === value;
      if (constant) found.add(value);
    }
  return [...found];
}

/** Finite voxels spread evenly over the slab; golden-ratio jitter keeps them off its columns. */
function sample(values: Float32Array, without: readonly number[]): Float32Array {
  const step = Math.max(1, values.length / SAMPLE);
  const count = Math.floor(values.length / step);
  const kept = new Float32Array(count);
  let length = 0;
  for (let i = 0; i < count; i++) {
    const jitter = step === 1 ? 0 : (i * GOLDEN_RATIO) % 1;
    const value = values[Math.min(values.length - 1, Math.floor((i + jitter) * step))];
    if (Number.isFinite(value) && !without.includes(value)) kept[length++] = value;
  }
  return kept.subarray(0, length);
}

/**
 * Returns the range from the 0.5th to the 99.5th percentile of the finite voxels of a slab. Voxels of an empty border (the
 * value of a constant corner) do not count. If the two percentiles are equal the range is that of all voxels, and around
 * the value of a constant slab: low < high always. Takes the percentiles of at most 262,144 voxels.
 */
export function robustRange(values: Float32Array, shape: Shape3): GreyRange {
  const all = sample(values, []);
  const border = borderValues(values, shape);
  const inner = border.length > 0 ? sample(values, border) : all;
  const counted = (inner.length >= SMALLEST_SHARE * all.length ? inner : all).slice().sort();
  if (counted.length === 0) return { low: 0, high: 1 };
  const at = (share: number) => counted[Math.round(share * (counted.length - 1))];
  if (at(TAIL) < at(1 - TAIL)) return { low: at(TAIL), high: at(1 - TAIL) };
  const ends = all.slice().sort();
  const [min, max] = [ends[0], ends[ends.length - 1]];
  if (min < max) return { low: min, high: max };
  const margin = Math.max(0.5, Math.abs(min) * 1e-3);
  return { low: min - margin, high: max + margin };
}
