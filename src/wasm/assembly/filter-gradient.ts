// Gradients by a convolution's weights and bias: sums over voxels, by slabs of sections whose sums are added in order afterwards,
// so that the result does not depend on the number of threads.
import { multiplyAdd } from "./multiply-add";

/**
 * The correlation of a wide volume with a narrow one: out[tz][ty][j][c] = Σ wide[(z, y)·stride + (tz, ty) − taps / 2, x][j] ·
 * narrow[z, y, x][c] over the narrow's voxels, where j runs over the `span` values that lie side by side from the first tap
 * along x on. Steps are in bytes.
 */
@unmanaged
export class FilterGradient {
  /** The first tap along y and x of voxel (0, 0) of plane 0. */
  wide: usize;
  /** From one voxel of the narrow volume to the next. */
  wideStep: usize;
  wideRowBytes: usize;
  widePlaneBytes: usize;
  /** Values, rounded up to a multiple of 4; those beyond mean nothing. */
  span: i32;
  /** 1 or 3. */
  tapsZ: i32;
  tapsY: i32;
  stride: i32;
  narrow: usize;
  /** A multiple of 8. */
  narrowChannels: i32;
  narrowRowBytes: usize;
  narrowPlaneBytes: usize;
  nz: i32;
  ny: i32;
  nx: i32;
  sectionsPerSlab: i32;
  /** Rows that are gone through together, so that both volumes' stay in the first-level cache. */
  rowsTogether: i32;
  /** [slab][tz][ty][span][narrowChannels], added to. */
  sums: usize;
}

/** Adds what the sections of slab `item` give. */
export function filterGradientSlab(item: i32, job: FilterGradient): void {
  const tapsZ = job.tapsZ;
  const tapsY = job.tapsY;
  const tapBytes = <usize>(job.span * job.narrowChannels) << 2;
  const slab = job.sums + <usize>(item * tapsZ * tapsY) * tapBytes;
  const first = item * job.sectionsPerSlab;
  const end = min(first + job.sectionsPerSlab, job.nz);
  for (let z = first; z < end; z++) {
    for (let y = 0; y < job.ny; y += job.rowsTogether) {
      const rows = min(job.rowsTogether, job.ny - y);
      const narrow = job.narrow + <usize>z * job.narrowPlaneBytes + <usize>y * job.narrowRowBytes;
      for (let tz = 0; tz < tapsZ; tz++) {
        const plane = z * job.stride + tz - (tapsZ >> 1);
        if (plane < 0 || plane >= job.nz * job.stride) continue;
        const firstRow = job.wide + <usize>plane * job.widePlaneBytes;
        for (let ty = 0; ty < tapsY; ty++) {
          const wide = firstRow + <usize>(y * job.stride + ty) * job.wideRowBytes;
          correlateRows(job, wide, narrow, rows, slab + <usize>(tz * tapsY + ty) * tapBytes);
        }
      }
    }
  }
}

/** Adds what some rows give to the sums [span][narrowChannels]. */
function correlateRows(job: FilterGradient, wide: usize, narrow: usize, rows: i32, sums: usize): void {
  const sumStep = <usize>job.narrowChannels << 2;
  const spanBytes = <usize>job.span << 2;
  for (let channel: usize = 0; channel < sumStep; channel += 32) {
    for (let j: usize = 0; j < spanBytes; j += 16)
      correlateBlock(job, wide + j, narrow + channel, rows, sums + (j >> 2) * sumStep + channel, sumStep);
  }
}

/** 4 values of the wide volume with 8 channels of the narrow one, in eight registers over all voxels. */
function correlateBlock(
  job: FilterGradient,
  wide: usize,
  narrow: usize,
  rows: i32,
  sums: usize,
  sumStep: usize,
): void {
  const sums1 = sums + sumStep;
  const sums2 = sums1 + sumStep;
  const sums3 = sums2 + sumStep;
  let a0 = v128.load(sums);
  let a1 = v128.load(sums, 16);
  let b0 = v128.load(sums1);
  let b1 = v128.load(sums1, 16);
  let c0 = v128.load(sums2);
  let c1 = v128.load(sums2, 16);
  let d0 = v128.load(sums3);
  let d1 = v128.load(sums3, 16);
  const wideStep = job.wideStep;
  const narrowStep = <usize>job.narrowChannels << 2;
  const rowBytes = narrowStep * job.nx;
  const wideRowStep = job.wideRowBytes * job.stride;
  for (let row = 0; row < rows; row++) {
    let p = wide;
    let q = narrow;
    const end = q + rowBytes;
    while (q < end) {
      const w0 = v128.load(q);
      const w1 = v128.load(q, 16);
      let x = v128.load32_splat(p);
      a0 = multiplyAdd(x, w0, a0);
      a1 = multiplyAdd(x, w1, a1);
      x = v128.load32_splat(p, 4);
      b0 = multiplyAdd(x, w0, b0);
      b1 = multiplyAdd(x, w1, b1);
      x = v128.load32_splat(p, 8);
      c0 = multiplyAdd(x, w0, c0);
      c1 = multiplyAdd(x, w1, c1);
      x = v128.load32_splat(p, 12);
      d0 = multiplyAdd(x, w0, d0);
      d1 = multiplyAdd(x, w1, d1);
      p += wideStep;
      q += narrowStep;
    }
    wide += wideRowStep;
    narrow += job.narrowRowBytes;
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums1, b0);
  v128.store(sums1, b1, 16);
  v128.store(sums2, c0);
  v128.store(sums2, c1, 16);
  v128.store(sums3, d0);
  v128.store(sums3, d1, 16);
}

/** Adds to each of `count` sums (a multiple of 4) those of the other slabs, in order; item i takes the i-th block of `block`. */
export function addSlabs(item: i32, sums: usize, count: i32, slabs: i32, block: i32): void {
  const end = sums + (<usize>min((item + 1) * block, count) << 2);
  const slabBytes = <usize>count << 2;
  for (let to = sums + (<usize>(item * block) << 2); to < end; to += 16) {
    let sum = v128.load(to);
    for (let slab: usize = 1; slab < <usize>slabs; slab++) sum = f32x4.add(sum, v128.load(to + slab * slabBytes));
    v128.store(to, sum);
  }
}

/**
 * Adds the values of the sections of slab `item` to sums [slab][channels], row by row so that no sum is long. The volume is
 * as the narrow one above, its channels a multiple of 4.
 */
export function biasGradientSlab(
  item: i32,
  volume: usize,
  channels: i32,
  rowBytes: usize,
  planeBytes: usize,
  nz: i32,
  ny: i32,
  nx: i32,
  sectionsPerSlab: i32,
  sums: usize,
): void {
  const step = <usize>channels << 2;
  const slab = sums + <usize>item * step;
  const end = min((item + 1) * sectionsPerSlab, nz);
  for (let z = item * sectionsPerSlab; z < end; z++) {
    for (let y = 0; y < ny; y++) {
      const row = volume + <usize>z * planeBytes + <usize>y * rowBytes;
      const rowEnd = row + step * nx;
      for (let c: usize = 0; c < step; c += 16) {
        let sum = f32x4.splat(0);
        for (let p = row + c; p < rowEnd; p += step) sum = f32x4.add(sum, v128.load(p));
        v128.store(slab + c, f32x4.add(v128.load(slab + c), sum));
      }
    }
  }
}

/** Sets `count` values of row `item` to zero where `y`, the output of a ReLU, is not above zero. Channels are multiples of 4. */
export function maskRow(item: i32, dy: usize, dyRowBytes: usize, y: usize, yRowBytes: usize, count: i32): void {
  const to = dy + <usize>item * dyRowBytes;
  const from = y + <usize>item * yRowBytes;
  const bytes = <usize>count << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const active = f32x4.gt(v128.load(from + at), f32x4.splat(0));
    v128.store(to + at, v128.and(v128.load(to + at), active));
  }
}
