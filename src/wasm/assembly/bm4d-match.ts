// The twin of src/core/denoise/cube-matcher.ts.
import { Bm4dJob, DISTANCES, FRESH, STARTS } from "./bm4d-job";

const SIDE: i32 = 4;

/** The sum of four lanes, added crosswise. */
// @ts-ignore: decorator
@inline
export function crossSum(a: v128): f32 {
  const pairs = f32x4.add(a, v128.shuffle<f32>(a, a, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

// @ts-ignore: decorator
@inline
function fourCrossSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 1, 4, 5), v128.shuffle<f32>(c, d, 2, 3, 6, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
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

/** Distances of the reference to four cubes side by side, into `out`. */
function fourDistances(a: usize, b: usize, rowBytes: usize, planeBytes: usize, out: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  for (let z = 0; z < SIDE; z++) {
    for (let y: usize = 0; y < <usize>SIDE * rowBytes; y += rowBytes) {
      const reference = v128.load(a + y);
      const from = b + y;
      s0 = f32x4.add(s0, squaredDifference(reference, v128.load(from)));
      s1 = f32x4.add(s1, squaredDifference(reference, v128.load(from, 4)));
      s2 = f32x4.add(s2, squaredDifference(reference, v128.load(from, 8)));
      s3 = f32x4.add(s3, squaredDifference(reference, v128.load(from, 12)));
    }
    a += planeBytes;
    b += planeBytes;
  }
  v128.store(out, fourCrossSums(s0, s1, s2, s3));
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

/** Distances of the reference to `columns` cubes side by side, into `out`: seven at a time, then four, then one. */
// @ts-ignore: decorator
@inline
function rowOfDistances(a: usize, b: usize, rowBytes: usize, planeBytes: usize, columns: i32, out: usize): void {
  let i = 0;
  for (; i + 7 <= columns; i += 7) sevenDistances(a, b + (<usize>i << 2), rowBytes, planeBytes, out + (<usize>i << 2));
  for (; i + 4 <= columns; i += 4) fourDistances(a, b + (<usize>i << 2), rowBytes, planeBytes, out + (<usize>i << 2));
  for (; i < columns; i++)
    store<f32>(out + (<usize>i << 2), distance(a, b + (<usize>i << 2), rowBytes, planeBytes));
}

/** Fills the group's starts with the reference and the most similar cubes; returns how many, a power of two. */
export function match(job: Bm4dJob, group: usize, z: i32, y: i32, x: i32): i32 {
  const rowBytes = <usize>job.nx << 2;
  const planeBytes = rowBytes * job.ny;
  const radius = job.radius;
  const listBytes = <usize>job.maxGroup << 2;
  const reference = job.compared + planeBytes * z + rowBytes * y + (<usize>x << 2);
  for (let i: usize = 0; i < listBytes; i += 16) v128.store(group + i, f32x4.splat(f32.MAX_VALUE), DISTANCES);
  // Nothing is nearer than the reference, so it stays first.
  store<f32>(group, -1, DISTANCES);
  store<usize>(group, reference - job.compared, STARTS);
  let count = 1;
  const lastZ = min(job.nz - SIDE, z + radius);
  const lastY = min(job.ny - SIDE, y + radius);
  const firstX = max(0, x - radius);
  const columns = min(job.nx - SIDE, x + radius) - firstX + 1;
  let bound = job.largestDistance;
  for (let cz = max(0, z - radius); cz <= lastZ; cz++) {
    for (let cy = max(0, y - radius); cy <= lastY; cy++) {
      const first = job.compared + planeBytes * cz + rowBytes * cy + (<usize>firstX << 2);
      rowOfDistances(reference, first, rowBytes, planeBytes, columns, group + FRESH);
      for (let near = nearColumns(group, bound, columns); near; near &= near - 1) {
        const i = <usize>ctz(near) << 2;
        if (first + i == reference) continue;
        insert(group, listBytes, first + i - job.compared, load<f32>(group + i, FRESH));
        count++;
        bound = min(bound, load<f32>(group + listBytes, DISTANCES - 4));
      }
    }
  }
  return 1 << (31 - clz(min(count, job.maxGroup)));
}

/** Which of the fresh distances are at most `bound`, one bit each. */
// @ts-ignore: decorator
@inline
function nearColumns(group: usize, bound: f32, columns: i32): i32 {
  const limit = f32x4.splat(bound);
  let near =
    i32x4.bitmask(f32x4.le(v128.load(group, FRESH), limit)) |
    (i32x4.bitmask(f32x4.le(v128.load(group, FRESH + 16), limit)) << 4);
  if (columns > 8) near |= i32x4.bitmask(f32x4.le(v128.load(group, FRESH + 32), limit)) << 8;
  return near & ((1 << columns) - 1);
}

/** Puts a cube in its place by distance, after equals, if it is nearer than the last; all places move at once. */
// @ts-ignore: decorator
@inline
function insert(group: usize, listBytes: usize, start: usize, d: f32): void {
  const distances = f32x4.splat(d);
  const starts = i32x4.splat(<i32>start);
  let distanceBefore = distances;
  let startBefore = starts;
  let movedBefore = i32x4.splat(0);
  for (let at = group; at < group + listBytes; at += 16) {
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
