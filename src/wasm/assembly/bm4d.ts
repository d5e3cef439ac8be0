// The twin of src/core/denoise/bm4d.ts: the same cubes in the same order, with the same roundings.
import { Bm4dJob, CUBE_BYTES, GUIDE, STARTS } from "./bm4d-job";
import { crossSum, match } from "./bm4d-match";
import { inverseTransformGroup, transformGroup } from "./bm4d-transform";

const LEAST_WIENER_POWER: f32 = 0.25;

/**
 * Denoises by hard thresholding around the reference cubes of one row of one class. Rows of a class write to different
 * voxels, so they may run on any threads; classes run one after the other, which fixes the order of every sum.
 */
export function bm4dRow(item: i32, job: Bm4dJob, classZ: i32, classY: i32): void {
  const z = rowZ(item, job, classZ, classY);
  const y = rowY(item, job, classY);
  const rowBytes = <usize>job.nx << 2;
  const planeBytes = rowBytes * job.ny;
  const group = job.scratch + job.scratchBytes * item;
  for (let i = 0; i < job.countX; i++) {
    const count = match(job, group, z, y, load<i32>(job.positionsX + (<usize>i << 2)));
    transformGroup(false, job.values, rowBytes, planeBytes, group + STARTS, group, count);
    const weight = <f32>1 / <f32>shrink(group, count, job.level);
    inverseTransformGroup(false, group, count);
    aggregate(job, group, count, weight);
  }
}

/** The same by Wiener filtering: the groups and their shares of signal come from the first stage's estimate. */
export function bm4dWienerRow(item: i32, job: Bm4dJob, classZ: i32, classY: i32): void {
  const z = rowZ(item, job, classZ, classY);
  const y = rowY(item, job, classY);
  const rowBytes = <usize>job.nx << 2;
  const planeBytes = rowBytes * job.ny;
  const group = job.scratch + job.scratchBytes * item;
  for (let i = 0; i < job.countX; i++) {
    const count = match(job, group, z, y, load<i32>(job.positionsX + (<usize>i << 2)));
    transformGroup(true, job.values, rowBytes, planeBytes, group + STARTS, group, count);
    transformGroup(true, job.compared, rowBytes, planeBytes, group + STARTS, group + GUIDE, count);
    const weight = LEAST_WIENER_POWER / attenuate(group, count, job.level);
    inverseTransformGroup(true, group, count);
    aggregate(job, group, count, weight);
  }
}

// @ts-ignore: decorator
@inline
function rowZ(item: i32, job: Bm4dJob, classZ: i32, classY: i32): i32 {
  return load<i32>(job.positionsZ + (<usize>(classZ + job.classes * (item / rowsOfClass(job, classY))) << 2));
}

// @ts-ignore: decorator
@inline
function rowY(item: i32, job: Bm4dJob, classY: i32): i32 {
  return load<i32>(job.positionsY + (<usize>(classY + job.classes * (item % rowsOfClass(job, classY))) << 2));
}

// @ts-ignore: decorator
@inline
function rowsOfClass(job: Bm4dJob, classY: i32): i32 {
  return (job.countY - classY + job.classes - 1) / job.classes;
}

/** Zeroes small coefficients; returns how many stay, at least 1. */
function shrink(group: usize, count: i32, level: f32): i32 {
  const threshold = f32x4.splat(level);
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

/** Multiplies each coefficient by its share of signal; returns the sum of the squared shares, at least 0.25. */
function attenuate(group: usize, count: i32, level: f32): f32 {
  const variance = f32x4.splat(level);
  let power = f32x4.splat(0);
  const end = group + CUBE_BYTES * count;
  for (let at = group; at < end; at += 16) {
    const guide = v128.load(at, GUIDE);
    const signal = f32x4.mul(guide, guide);
    const share = f32x4.div(signal, f32x4.add(signal, variance));
    v128.store(at, f32x4.mul(v128.load(at), share));
    power = f32x4.add(power, f32x4.mul(share, share));
  }
  return max(crossSum(power), LEAST_WIENER_POWER);
}

/** Adds the cubes to the sums, weighted. */
function aggregate(job: Bm4dJob, group: usize, count: i32, weight: f32): void {
  const rowBytes = <usize>job.nx << 2;
  const planeBytes = rowBytes * job.ny;
  const weights = f32x4.splat(weight);
  for (let c = 0; c < count; c++) {
    const cube = group + CUBE_BYTES * c;
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
