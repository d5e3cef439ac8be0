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
  let p = plane0 + offset;
  let q = plane1 + offset;
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
