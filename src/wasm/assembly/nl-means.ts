// The twin of src/core/denoise/nl-means.ts. All volumes have rows of `stride` f32 (a multiple of 4, at least nx + 6), so that what
// vectors read or add beyond a row's ends falls between rows, where nothing counts. The bordered volume has one more row and
// section at each end, and its rows begin with the border voxel.

/** The shape, and the pointers of the arrays of a call. */
@unmanaged
class NlMeansJob {
  nz: i32;
  ny: i32;
  nx: i32;
  stride: i32;
  bordered: usize;
  sums: usize;
  totals: usize;
  /** For each item: sums over 3 × 3 voxels of three sections, then sums along x of three rows. */
  scratch: usize;
  scratchBytes: usize;
  /** Sections of the volume that an item takes. */
  thickness: i32;
  noise: f32;
  perSquaredWidth: f32;
}

/** Item i makes section i of the bordered volume: the values, mirrored at the faces; and starts the sums of the section within. */
export function nlMeansBorder(item: i32, job: NlMeansJob, values: usize): void {
  const nx = job.nx;
  const ny = job.ny;
  const rowBytes = <usize>job.stride << 2;
  const z = max(0, min(job.nz - 1, item - 1));
  const isInside = item > 0 && item <= job.nz;
  for (let y = -1; y <= ny; y++) {
    const from = values + (<usize>((z * ny + max(0, min(ny - 1, y))) * nx) << 2);
    const to = job.bordered + rowBytes * (item * (ny + 2) + y + 1);
    store<f32>(to, load<f32>(from));
    memory.copy(to + 4, from, <usize>nx << 2);
    store<f32>(to + 4 + (<usize>nx << 2), load<f32>(from + (<usize>(nx - 1) << 2)));
    if (!isInside || y < 0 || y === ny) continue;
    const row = rowBytes * (z * ny + y);
    memory.copy(job.sums + row, from, <usize>nx << 2);
    for (let x: usize = 0; x < rowBytes; x += 16) v128.store(job.totals + row + x, f32x4.splat(1));
  }
}

/** Item i adds to its sections what the pairs one shift apart give them: first as the far voxel, then as the near one. */
export function nlMeansShift(item: i32, job: NlMeansJob, shiftZ: i32, shiftY: i32, shiftX: i32): void {
  const start = item * job.thickness;
  const end = min(job.nz, start + job.thickness);
  const sections = job.scratch + job.scratchBytes * item;
  const sectionBytes = <usize>(job.stride * job.ny) << 2;
  const first = max(0, start - shiftZ);
  let ready = first;
  for (let z = first; z < min(end, job.nz - shiftZ); z++) {
    for (; ready < z + 3; ready++)
      measureSection(job, ready, shiftZ, shiftY, shiftX, sections + sectionBytes * (ready % 3), sections + sectionBytes * 3);
    const before = sections + sectionBytes * (z % 3);
    const here = sections + sectionBytes * ((z + 1) % 3);
    const after = sections + sectionBytes * ((z + 2) % 3);
    const gives = z + shiftZ < end;
    const takes = z >= start;
    for (let y = max(0, -shiftY); y < job.ny - max(0, shiftY); y++)
      addRow(job, z, y, shiftZ, shiftY, shiftX, before, here, after, gives, takes);
  }
}

// @ts-ignore: decorator
@inline
function squaredDifference(a: usize, b: usize): v128 {
  const difference = f32x4.sub(v128.load(a), v128.load(b));
  return f32x4.mul(difference, difference);
}

/** Sums squared differences of section z of the bordered volume to those one shift away over 3 × 3, into `out`. */
function measureSection(
  job: NlMeansJob,
  z: i32,
  shiftZ: i32,
  shiftY: i32,
  shiftX: i32,
  out: usize,
  rows: usize,
): void {
  const rowBytes = <usize>job.stride << 2;
  const height = job.ny + 2;
  const reach = ((shiftZ * height + shiftY) * job.stride + shiftX) << 2;
  const from = max(0, -shiftY);
  const to = height - max(0, shiftY);
  const usedBytes = <usize>job.nx << 2;
  for (let y = from; y < to; y++) {
    const newest = rows + rowBytes * (y % 3);
    let a = job.bordered + rowBytes * (z * height + y);
    let b = a + reach;
    let squares = squaredDifference(a, b);
    for (let x: usize = 0; x < usedBytes; x += 16) {
      a += 16;
      b += 16;
      const following = squaredDifference(a, b);
      const pair = f32x4.add(squares, v128.shuffle<f32>(squares, following, 1, 2, 3, 4));
      v128.store(newest + x, f32x4.add(pair, v128.shuffle<f32>(squares, following, 2, 3, 4, 5)));
      squares = following;
    }
    if (y < from + 2) continue;
    const above = rows + rowBytes * ((y - 2) % 3);
    const middle = rows + rowBytes * ((y - 1) % 3);
    const target = out + rowBytes * (y - 2);
    for (let x: usize = 0; x < usedBytes; x += 16) {
      const sum = f32x4.add(v128.load(above + x), v128.load(middle + x));
      v128.store(target + x, f32x4.add(sum, v128.load(newest + x)));
    }
  }
}

/** Adds what the pairs that start in one row give to their far voxels (`gives`) and near ones (`takes`). */
function addRow(
  job: NlMeansJob,
  z: i32,
  y: i32,
  shiftZ: i32,
  shiftY: i32,
  shiftX: i32,
  before: usize,
  here: usize,
  after: usize,
  gives: bool,
  takes: bool,
): void {
  const stride = job.stride;
  const ny = job.ny;
  const from = max(0, -shiftX);
  const to = job.nx - max(0, shiftX);
  const start = <usize>(from & ~3) << 2;
  const end = <usize>to << 2;
  const row = <usize>(stride * y) << 2;
  const near = <usize>((z * ny + y) * stride) << 2;
  const far = <usize>(((z + shiftZ) * ny + y + shiftY) * stride + shiftX) << 2;
  const nearSums = job.sums + near;
  const nearTotals = job.totals + near;
  const farSums = job.sums + far;
  const farTotals = job.totals + far;
  const nearValues = job.bordered + (<usize>(((z + 1) * (ny + 2) + y + 1) * stride + 1) << 2);
  const farValues = nearValues + (((shiftZ * (ny + 2) + shiftY) * stride + shiftX) << 2);
  const noise = f32x4.splat(job.noise);
  const scale = f32x4.splat(job.perSquaredWidth);
  const zero = f32x4.splat(0);
  before += row;
  here += row;
  after += row;
  let lane = i32x4.add(i32x4.splat(from & ~3), i32x4(0, 1, 2, 3));
  for (let at = start; at < end; at += 16) {
    const outer = f32x4.add(v128.load(before + at), v128.load(here + at));
    const squared = f32x4.add(outer, v128.load(after + at));
    const excess = f32x4.mul(f32x4.pmax(zero, f32x4.sub(squared, noise)), scale);
    const isPair = v128.and(i32x4.ge_s(lane, i32x4.splat(from)), i32x4.lt_s(lane, i32x4.splat(to)));
    const weight = v128.and(exponentialOfMinus(excess), isPair);
    lane = i32x4.add(lane, i32x4.splat(4));
    if (gives) {
      const give = f32x4.mul(weight, v128.load(nearValues + at));
      v128.store(farSums + at, f32x4.add(v128.load(farSums + at), give));
      v128.store(farTotals + at, f32x4.add(v128.load(farTotals + at), weight));
    }
    if (takes) {
      const take = f32x4.mul(weight, v128.load(farValues + at));
      v128.store(nearSums + at, f32x4.add(v128.load(nearSums + at), take));
      v128.store(nearTotals + at, f32x4.add(v128.load(nearTotals + at), weight));
    }
  }
}

/** Added to a number it leaves the nearest whole one in the lowest bits. */
const WHOLE: f32 = 12582912;
// 2^f for |f| ≤ ½ as 1 + C1·f + … + C5·f⁵, fitted to 9e-8.
const C1: f32 = 0.6931469775966106;
const C2: f32 = 0.24022242081846681;
const C3: f32 = 0.05550733745616088;
const C4: f32 = 0.009671512862018831;
const C5: f32 = 0.0013264727088583943;

/** Returns exp(−a) for a ≥ 0, to 2e-7 of itself where it counts; never less than 2^−126. */
// @ts-ignore: decorator
@inline
function exponentialOfMinus(a: v128): v128 {
  const power = f32x4.pmax(f32x4.splat(-126), f32x4.mul(a, f32x4.splat(-1.4426950408889634)));
  const shifted = f32x4.add(power, f32x4.splat(WHOLE));
  const f = f32x4.sub(power, f32x4.sub(shifted, f32x4.splat(WHOLE)));
  let sum = f32x4.add(f32x4.mul(f, f32x4.splat(C5)), f32x4.splat(C4));
  sum = f32x4.add(f32x4.mul(sum, f), f32x4.splat(C3));
  sum = f32x4.add(f32x4.mul(sum, f), f32x4.splat(C2));
  sum = f32x4.add(f32x4.mul(sum, f), f32x4.splat(C1));
  sum = f32x4.add(f32x4.mul(sum, f), f32x4.splat(1));
  return i32x4.add(sum, i32x4.shl(shifted, 23));
}

/** Item i writes section i of the weighted means to `out`, whose rows have no gaps and at least 4 voxels. */
export function nlMeansDivide(item: i32, job: NlMeansJob, out: usize): void {
  const nx = job.nx;
  for (let y = 0; y < job.ny; y++) {
    const row = <usize>((item * job.ny + y) * job.stride) << 2;
    const target = out + (<usize>((item * job.ny + y) * nx) << 2);
    for (let x = 0; x < nx; x += 4) {
      const at = <usize>min(x, nx - 4) << 2;
      v128.store(target + at, f32x4.div(v128.load(job.sums + row + at), v128.load(job.totals + row + at)));
    }
  }
}
