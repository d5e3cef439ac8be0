import { rowVoxels } from "./conv3d";

/**
 * Computes row `item` of a plane of ny × nx voxels from two planes of twice its sides: the largest of 2×2×2 values, for each
 * of `channels`, a multiple of 4.
 */
export function maxPoolRow(item: i32, out: usize, plane0: usize, plane1: usize, channels: i32, nx: i32): void {
  const step = <usize>channels << 2;
  const rowBytes = rowVoxels(nx << 1) * step;
  let to = out + (<usize>(item + 1) * rowVoxels(nx) + 1) * step;
  const offset = <usize>(2 * item + 1) * rowBytes + step;
  poolRow(to, plane0 + offset, plane1 + offset, rowBytes, step, nx);
}

/** As maxPoolRow of a whole volume without borders: row `item` of an output of ny rows a section. */
export function maxPoolRows(item: i32, out: usize, x: usize, channels: i32, ny: i32, nx: i32): void {
  const step = <usize>channels << 2;
  const rowBytes = <usize>(nx << 1) * step;
  const planeBytes = rowBytes * (ny << 1);
  const first = x + <usize>(item / ny) * 2 * planeBytes + <usize>(item % ny) * 2 * rowBytes;
  poolRow(out + <usize>(item * nx) * step, first, first + planeBytes, rowBytes, step, nx);
}

/** The gradient by x of maxPoolRows: dy goes to the first of equal voxels of a window, in the order z, y, x; zeros elsewhere. */
export function maxPoolGradientRows(
  item: i32,
  dx: usize,
  x: usize,
  y: usize,
  dy: usize,
  channels: i32,
  ny: i32,
  nx: i32,
): void {
  const step = <usize>channels << 2;
  const rowBytes = <usize>(nx << 1) * step;
  const planeBytes = rowBytes * (ny << 1);
  let window = <usize>(item / ny) * 2 * planeBytes + <usize>(item % ny) * 2 * rowBytes;
  let at = <usize>(item * nx) * step;
  for (let i = 0; i < nx; i++) {
    for (let c: usize = 0; c < step; c += 16) {
      const largest = v128.load(y + at);
      const gradient = v128.load(dy + at);
      let free = i32x4.splat(-1);
      for (let corner = 0; corner < 8; corner++) {
        const place =
          window + c + <usize>(corner >> 2) * planeBytes + <usize>((corner >> 1) & 1) * rowBytes + <usize>(corner & 1) * step;
        const takes = v128.and(f32x4.eq(v128.load(x + place), largest), free);
        free = v128.andnot(free, takes);
        v128.store(dx + place, v128.and(gradient, takes));
      }
      at += 16;
    }
    window += step << 1;
  }
}

// @ts-ignore: decorator
@inline
function poolRow(to: usize, p: usize, q: usize, rowBytes: usize, step: usize, nx: i32): void {
  for (let x = 0; x < nx; x++) {
    for (let c: usize = 0; c < step; c += 16) {
      const first = largestOf4(p + c, step, rowBytes);
      const second = largestOf4(q + c, step, rowBytes);
      v128.store(to, f32x4.max(first, second));
      to += 16;
    }
    p += step << 1;
    q += step << 1;
  }
}

// @ts-ignore: decorator
@inline
function largestOf4(p: usize, step: usize, rowBytes: usize): v128 {
  const upper = f32x4.max(v128.load(p), v128.load(p + step));
  const lower = f32x4.max(v128.load(p + rowBytes), v128.load(p + rowBytes + step));
  return f32x4.max(upper, lower);
}
