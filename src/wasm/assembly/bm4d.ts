// The twin of src/core/denoise/bm4d.ts: the same cubes in the same order, with the same roundings.
import { storeTransposed } from "./lanes";

const SIDE: i32 = 4;
const RADIUS: i32 = 3;
const MAX_GROUP: i32 = 16;
const CLASSES: i32 = 4;
const CUBE_BYTES: usize = 256;
/** Behind the group: where its cubes start, and how far from the reference they are. */
const STARTS: usize = CUBE_BYTES * 16;
const DISTANCES: usize = STARTS + 64;
const FRESH: usize = DISTANCES + 64;

/** As src/wasm/restore/wasm-bm4d.ts writes it: every field has 4 bytes. */
@unmanaged
class Bm4dJob {
  values: usize;
  sums: usize;
  totals: usize;
  nz: i32;
  ny: i32;
  nx: i32;
  positionsZ: usize;
  positionsY: usize;
  positionsX: usize;
  countY: i32;
  countX: i32;
  kaiser: usize;
  scratch: usize;
  scratchBytes: usize;
  largestDistance: f32;
  threshold: f32;
}

/**
 * Denoises around the reference cubes of one row of one class. Rows of a class write to different voxels, so they may run on
 * any threads; classes run one after the other, which fixes the order of every sum.
 */
export function bm4dRow(item: i32, job: Bm4dJob, classZ: i32, classY: i32): void {
  const rowsOfClass = (job.countY - classY + CLASSES - 1) / CLASSES;
  const z = load<i32>(job.positionsZ + (<usize>(classZ + CLASSES * (item / rowsOfClass)) << 2));
  const y = load<i32>(job.positionsY + (<usize>(classY + CLASSES * (item % rowsOfClass)) << 2));
  const group = job.scratch + job.scratchBytes * item;
  for (let i = 0; i < job.countX; i++) {
    const x = load<i32>(job.positionsX + (<usize>i << 2));
    const count = match(job, group, z, y, x);
    transform(job, group, count);
    const weight = <f32>1 / <f32>shrink(job, group, count);
    aggregate(job, group, count, weight);
  }
}

/** The four sums of a distance, added crosswise. */
// @ts-ignore: decorator
@inline
function crossSum(a: v128): f32 {
  const pairs = f32x4.add(a, v128.shuffle<f32>(a, a, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

// @ts-ignore: decorator
@inline
function squaredDifference(a: v128, b: v128): v128 {
  const difference = f32x4.sub(a, b);
  return f32x4.mul(difference, difference);
}

function distance(a: usize, b: usize, rowBytes: usize, planeBytes: usize): f32 {
  let sum = f32x4.splat(0);
  for (let z = 0; z < SIDE; z++) {
    for (let y: usize = 0; y < <usize>SIDE * rowBytes; y += rowBytes)
      sum = f32x4.add(sum, squaredDifference(v128.load(a + y), v128.load(b + y)));
    a += planeBytes;
    b += planeBytes;
  }
  return crossSum(sum);
}

/** Distances of the reference to seven cubes side by side, into `out` (an eighth repeats the last). */
function sevenDistances(a: usize, b: usize, rowBytes: usize, planeBytes: usize, out: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let s4 = f32x4.splat(0);
  let s5 = f32x4.splat(0);
  let s6 = f32x4.splat(0);
  for (let z = 0; z < SIDE; z++) {
    for (let y: usize = 0; y < <usize>SIDE * rowBytes; y += rowBytes) {
      const reference = v128.load(a + y);
      const from = b + y;
      s0 = f32x4.add(s0, squaredDifference(reference, v128.load(from)));
      s1 = f32x4.add(s1, squaredDifference(reference, v128.load(from, 4)));
      s2 = f32x4.add(s2, squaredDifference(reference, v128.load(from, 8)));
      s3 = f32x4.add(s3, squaredDifference(reference, v128.load(from, 12)));
      s4 = f32x4.add(s4, squaredDifference(reference, v128.load(from, 16)));
      s5 = f32x4.add(s5, squaredDifference(reference, v128.load(from, 20)));
      s6 = f32x4.add(s6, squaredDifference(reference, v128.load(from, 24)));
    }
    a += planeBytes;
    b += planeBytes;
  }
  v128.store(out, fourCrossSums(s0, s1, s2, s3));
  v128.store(out, fourCrossSums(s4, s5, s6, s6), 16);
}

// @ts-ignore: decorator
@inline
function fourCrossSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 1, 4, 5), v128.shuffle<f32>(c, d, 2, 3, 6, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}

/** Fills the group's starts with the reference and the most similar cubes; returns how many, a power of two. */
function match(job: Bm4dJob, group: usize, z: i32, y: i32, x: i32): i32 {
  const rowBytes = <usize>job.nx << 2;
  const planeBytes = rowBytes * job.ny;
  const reference = job.values + planeBytes * z + rowBytes * y + (<usize>x << 2);
  for (let i: usize = 0; i < 64; i += 16) v128.store(group + i, f32x4.splat(f32.MAX_VALUE), DISTANCES);
  // Nothing is nearer than the reference, so it stays first.
  store<f32>(group, -1, DISTANCES);
  store<usize>(group, reference - job.values, STARTS);
  let count = 1;
  const lastZ = min(job.nz - SIDE, z + RADIUS);
  const lastY = min(job.ny - SIDE, y + RADIUS);
  const firstX = max(0, x - RADIUS);
  const columns = min(job.nx - SIDE, x + RADIUS) - firstX + 1;
  let bound = job.largestDistance;
  for (let cz = max(0, z - RADIUS); cz <= lastZ; cz++) {
    for (let cy = max(0, y - RADIUS); cy <= lastY; cy++) {
      const first = job.values + planeBytes * cz + rowBytes * cy + (<usize>firstX << 2);
      if (columns == 7) sevenDistances(reference, first, rowBytes, planeBytes, group + FRESH);
      else
        for (let i = 0; i < columns; i++)
          store<f32>(
            group + (<usize>i << 2),
            distance(reference, first + (<usize>i << 2), rowBytes, planeBytes),
            FRESH,
          );
      const limit = f32x4.splat(bound);
      let near =
        i32x4.bitmask(f32x4.le(v128.load(group, FRESH), limit)) |
        (i32x4.bitmask(f32x4.le(v128.load(group, FRESH + 16), limit)) << 4);
      near &= (1 << columns) - 1;
      for (; near; near &= near - 1) {
        const i = <usize>ctz(near) << 2;
        if (first + i == reference) continue;
        insert(group, first + i - job.values, load<f32>(group + i, FRESH));
        count++;
        bound = min(bound, load<f32>(group, DISTANCES + 60));
      }
    }
  }
  return 1 << (31 - clz(min(count, MAX_GROUP)));
}

/** Puts a cube in its place by distance, after equals, if it is nearer than the last; all places move at once. */
// @ts-ignore: decorator
@inline
function insert(group: usize, start: usize, d: f32): void {
  const distances = f32x4.splat(d);
  const starts = i32x4.splat(<i32>start);
  let distanceBefore = distances;
  let startBefore = starts;
  let movedBefore = i32x4.splat(0);
  for (let at = group; at < group + 64; at += 16) {
    const distance = v128.load(at, DISTANCES);
    const cube = v128.load(at, STARTS);
    const moves = f32x4.lt(distances, distance);
    const moved = v128.shuffle<f32>(movedBefore, moves, 3, 4, 5, 6);
    const newDistance = v128.bitselect(v128.shuffle<f32>(distanceBefore, distance, 3, 4, 5, 6), distances, moved);
    const newStart = v128.bitselect(v128.shuffle<f32>(startBefore, cube, 3, 4, 5, 6), starts, moved);
    v128.store(at, v128.bitselect(newDistance, distance, moves), DISTANCES);
    v128.store(at, v128.bitselect(newStart, cube, moves), STARTS);
    distanceBefore = distance;
    startBefore = cube;
    movedBefore = moves;
  }
}

/** The 4-point Haar transform of four rows `step` bytes apart. */
// @ts-ignore: decorator
@inline
function haar4(at: usize, step: usize): void {
  const half = f32x4.splat(0.5);
  const root = f32x4.splat(<f32>Math.SQRT1_2);
  const a = v128.load(at);
  const b = v128.load(at + step);
  const c = v128.load(at + step * 2);
  const d = v128.load(at + step * 3);
  const low = f32x4.add(a, b);
  const low2 = f32x4.add(c, d);
  v128.store(at, f32x4.mul(f32x4.add(low, low2), half));
  v128.store(at + step, f32x4.mul(f32x4.sub(low, low2), half));
  v128.store(at + step * 2, f32x4.mul(f32x4.sub(a, b), root));
  v128.store(at + step * 3, f32x4.mul(f32x4.sub(c, d), root));
}

// @ts-ignore: decorator
@inline
function inverseHaar4(at: usize, step: usize): void {
  const half = f32x4.splat(0.5);
  const root = f32x4.splat(<f32>Math.SQRT1_2);
  const a = v128.load(at);
  const b = v128.load(at + step);
  const low = f32x4.mul(f32x4.add(a, b), half);
  const low2 = f32x4.mul(f32x4.sub(a, b), half);
  const high = f32x4.mul(v128.load(at + step * 2), root);
  const high2 = f32x4.mul(v128.load(at + step * 3), root);
  v128.store(at, f32x4.add(low, high));
  v128.store(at + step, f32x4.sub(low, high));
  v128.store(at + step * 2, f32x4.add(low2, high2));
  v128.store(at + step * 3, f32x4.sub(low2, high2));
}

// @ts-ignore: decorator
@inline
function transposePlane(at: usize): void {
  storeTransposed(at, 16, v128.load(at), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48));
}

/** (a, b) → ((a + b), (a − b)) / √2 for two cubes. */
// @ts-ignore: decorator
@inline
function butterfly(a: usize, b: usize): void {
  const root = f32x4.splat(<f32>Math.SQRT1_2);
  for (let i: usize = 0; i < CUBE_BYTES; i += 16) {
    const x = v128.load(a + i);
    const y = v128.load(b + i);
    v128.store(a + i, f32x4.mul(f32x4.add(x, y), root));
    v128.store(b + i, f32x4.mul(f32x4.sub(x, y), root));
  }
}

/** Copies the cubes and transforms them along z, y and x (planes are transposed from then on), then across the group. */
function transform(job: Bm4dJob, group: usize, count: i32): void {
  const rowBytes = <usize>job.nx << 2;
  const planeBytes = rowBytes * job.ny;
  for (let c = 0; c < count; c++) {
    const from = job.values + load<usize>(group + (<usize>c << 2), STARTS);
    const cube = group + CUBE_BYTES * c;
    for (let z: usize = 0; z < 4; z++)
      for (let y: usize = 0; y < 4; y++)
        v128.store(cube + (z << 6) + (y << 4), v128.load(from + planeBytes * z + rowBytes * y));
    for (let y: usize = 0; y < 64; y += 16) haar4(cube + y, 64);
    for (let z: usize = 0; z < 256; z += 64) {
      haar4(cube + z, 16);
      transposePlane(cube + z);
      haar4(cube + z, 16);
    }
  }
  for (let gap = 1; gap < count; gap <<= 1)
    for (let c = 0; c < count; c += gap << 1)
      butterfly(group + CUBE_BYTES * c, group + CUBE_BYTES * (c + gap));
}

/** Zeroes small coefficients; returns how many stay, at least 1. */
function shrink(job: Bm4dJob, group: usize, count: i32): i32 {
  const threshold = f32x4.splat(job.threshold);
  let kept = i32x4.splat(0);
  const end = group + CUBE_BYTES * count;
  for (let at = group; at < end; at += 16) {
    const value = v128.load(at);
    const stays = f32x4.ge(f32x4.abs(value), threshold);
    v128.store(at, v128.and(value, stays));
    kept = i32x4.sub(kept, stays);
  }
  const total =
    i32x4.extract_lane(kept, 0) +
    i32x4.extract_lane(kept, 1) +
    i32x4.extract_lane(kept, 2) +
    i32x4.extract_lane(kept, 3);
  return max(total, 1);
}

/** Transforms back and adds the cubes to the sums, weighted. */
function aggregate(job: Bm4dJob, group: usize, count: i32, weight: f32): void {
  const rowBytes = <usize>job.nx << 2;
  const planeBytes = rowBytes * job.ny;
  const weights = f32x4.splat(weight);
  for (let gap = count >> 1; gap >= 1; gap >>= 1)
    for (let c = 0; c < count; c += gap << 1)
      butterfly(group + CUBE_BYTES * c, group + CUBE_BYTES * (c + gap));
  for (let c = 0; c < count; c++) {
    const cube = group + CUBE_BYTES * c;
    for (let z: usize = 0; z < 256; z += 64) {
      inverseHaar4(cube + z, 16);
      transposePlane(cube + z);
      inverseHaar4(cube + z, 16);
    }
    for (let y: usize = 0; y < 64; y += 16) inverseHaar4(cube + y, 64);
    const start = load<usize>(group + (<usize>c << 2), STARTS);
    for (let z: usize = 0; z < 4; z++) {
      for (let y: usize = 0; y < 4; y++) {
        const voxel = start + planeBytes * z + rowBytes * y;
        const inCube = (z << 6) + (y << 4);
        const share = f32x4.mul(weights, v128.load(job.kaiser + inCube));
        const sums = job.sums + voxel;
        const totals = job.totals + voxel;
        v128.store(sums, f32x4.add(v128.load(sums), f32x4.mul(share, v128.load(cube + inCube))));
        v128.store(totals, f32x4.add(v128.load(totals), share));
      }
    }
  }
}
