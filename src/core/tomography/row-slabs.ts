import type { TomographySpec } from "./tomography-kernels";

/** A slab of the volume and its part of the images take no more than this together. */
const SLAB_BYTES = 96e6;

/** Some rows along y of every image and section, which no other rows have to do with. */
export interface RowSlab {
  readonly y0: number;
  readonly rows: number;
}

/**
 * Returns how many rows a slab has, so that it takes no more than `bytes`: an even number, for rows are filtered two by two,
 * or all that there are.
 */
export function slabRowsOf({ shape, imageWidth, tiltsDeg }: TomographySpec, bytes = SLAB_BYTES): number {
  const [nz, ny, nx] = shape;
  const rowBytes = 4 * (nz * nx + tiltsDeg.length * imageWidth);
  return Math.min(ny, 2 * Math.max(1, Math.floor(bytes / rowBytes / 2)));
}

/** Returns rows y0 to y0 + rows of each of `count` sections [ny, length], as [count, rows, length]; rows beyond ny are 0. */
export function takeRows(
  values: Float32Array,
  count: number,
  ny: number,
  { y0, rows }: RowSlab,
): Float32Array {
  const length = values.length / (count * ny);
  const slab = new Float32Array(count * rows * length);
  const there = Math.min(rows, ny - y0);
  for (let i = 0; i < count; i++) {
    const from = (i * ny + y0) * length;
    slab.set(values.subarray(from, from + there * length), i * rows * length);
  }
  return slab;
}

/** The way back; rows beyond ny are left out. */
export function putRows(
  slab: Float32Array,
  values: Float32Array,
  count: number,
  ny: number,
  { y0, rows }: RowSlab,
): void {
  const length = values.length / (count * ny);
  const there = Math.min(rows, ny - y0);
  for (let i = 0; i < count; i++) {
    const from = i * rows * length;
    values.set(slab.subarray(from, from + there * length), (i * ny + y0) * length);
  }
}
