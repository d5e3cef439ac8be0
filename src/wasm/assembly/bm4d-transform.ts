// The twin of src/core/denoise/cube-transforms.ts. Planes of a cube are transposed once it is transformed: lanes run along y.
import { CUBE_BYTES } from "./bm4d-job";
import { storeTransposed } from "./lanes";

// @ts-ignore: decorator
@inline
const COS_EIGHTH: f32 = <f32>0.6532814824381883; // cos(π/8) / √2
// @ts-ignore: decorator
@inline
const SIN_EIGHTH: f32 = <f32>0.2705980500730985;

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

/** The 4-point cosine transform of four rows `step` bytes apart. */
// @ts-ignore: decorator
@inline
function cosine4(at: usize, step: usize): void {
  const half = f32x4.splat(0.5);
  const cos = f32x4.splat(COS_EIGHTH);
  const sin = f32x4.splat(SIN_EIGHTH);
  const a = v128.load(at);
  const b = v128.load(at + step);
  const c = v128.load(at + step * 2);
  const d = v128.load(at + step * 3);
  const outer = f32x4.add(a, d);
  const inner = f32x4.add(b, c);
  const outerSlope = f32x4.sub(a, d);
  const innerSlope = f32x4.sub(b, c);
  v128.store(at, f32x4.mul(f32x4.add(outer, inner), half));
  v128.store(at + step, f32x4.add(f32x4.mul(cos, outerSlope), f32x4.mul(sin, innerSlope)));
  v128.store(at + step * 2, f32x4.mul(f32x4.sub(outer, inner), half));
  v128.store(at + step * 3, f32x4.sub(f32x4.mul(sin, outerSlope), f32x4.mul(cos, innerSlope)));
}

// @ts-ignore: decorator
@inline
function inverseCosine4(at: usize, step: usize): void {
  const half = f32x4.splat(0.5);
  const cos = f32x4.splat(COS_EIGHTH);
  const sin = f32x4.splat(SIN_EIGHTH);
  const a = v128.load(at);
  const b = v128.load(at + step);
  const c = v128.load(at + step * 2);
  const d = v128.load(at + step * 3);
  const outer = f32x4.mul(f32x4.add(a, c), half);
  const inner = f32x4.mul(f32x4.sub(a, c), half);
  const outerSlope = f32x4.add(f32x4.mul(cos, b), f32x4.mul(sin, d));
  const innerSlope = f32x4.sub(f32x4.mul(sin, b), f32x4.mul(cos, d));
  v128.store(at, f32x4.add(outer, outerSlope));
  v128.store(at + step, f32x4.add(inner, innerSlope));
  v128.store(at + step * 2, f32x4.sub(inner, innerSlope));
  v128.store(at + step * 3, f32x4.sub(outer, outerSlope));
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

/** Copies cubes of a volume, whose starts (bytes) are at `starts`, and transforms them and the group by Haar. */
export function haarGroup(volume: usize, rowBytes: usize, planeBytes: usize, starts: usize, cubes: usize, count: i32): void {
  for (let c = 0; c < count; c++) {
    const cube = cubes + CUBE_BYTES * c;
    copyCube(volume + load<usize>(starts + (<usize>c << 2)), rowBytes, planeBytes, cube);
    for (let y: usize = 0; y < 64; y += 16) haar4(cube + y, 64);
    for (let z: usize = 0; z < 256; z += 64) {
      haar4(cube + z, 16);
      transposePlane(cube + z);
      haar4(cube + z, 16);
    }
  }
  acrossGroup(cubes, count);
}

/** The same by the cosine transform, and by Haar across the group. */
export function cosineGroup(volume: usize, rowBytes: usize, planeBytes: usize, starts: usize, cubes: usize, count: i32): void {
  for (let c = 0; c < count; c++) {
    const cube = cubes + CUBE_BYTES * c;
    copyCube(volume + load<usize>(starts + (<usize>c << 2)), rowBytes, planeBytes, cube);
    for (let y: usize = 0; y < 64; y += 16) cosine4(cube + y, 64);
    for (let z: usize = 0; z < 256; z += 64) {
      cosine4(cube + z, 16);
      transposePlane(cube + z);
      cosine4(cube + z, 16);
    }
  }
  acrossGroup(cubes, count);
}

export function inverseHaarGroup(cubes: usize, count: i32): void {
  backAcrossGroup(cubes, count);
  for (let cube = cubes; cube < cubes + CUBE_BYTES * count; cube += CUBE_BYTES) {
    for (let z: usize = 0; z < 256; z += 64) {
      inverseHaar4(cube + z, 16);
      transposePlane(cube + z);
      inverseHaar4(cube + z, 16);
    }
    for (let y: usize = 0; y < 64; y += 16) inverseHaar4(cube + y, 64);
  }
}

export function inverseCosineGroup(cubes: usize, count: i32): void {
  backAcrossGroup(cubes, count);
  for (let cube = cubes; cube < cubes + CUBE_BYTES * count; cube += CUBE_BYTES) {
    for (let z: usize = 0; z < 256; z += 64) {
      inverseCosine4(cube + z, 16);
      transposePlane(cube + z);
      inverseCosine4(cube + z, 16);
    }
    for (let y: usize = 0; y < 64; y += 16) inverseCosine4(cube + y, 64);
  }
}

// @ts-ignore: decorator
@inline
function copyCube(from: usize, rowBytes: usize, planeBytes: usize, cube: usize): void {
  for (let z: usize = 0; z < 4; z++)
    for (let y: usize = 0; y < 4; y++)
      v128.store(cube + (z << 6) + (y << 4), v128.load(from + planeBytes * z + rowBytes * y));
}

// @ts-ignore: decorator
@inline
function acrossGroup(cubes: usize, count: i32): void {
  for (let gap = 1; gap < count; gap <<= 1)
    for (let c = 0; c < count; c += gap << 1)
      butterfly(cubes + CUBE_BYTES * c, cubes + CUBE_BYTES * (c + gap));
}

// @ts-ignore: decorator
@inline
function backAcrossGroup(cubes: usize, count: i32): void {
  for (let gap = count >> 1; gap >= 1; gap >>= 1)
    for (let c = 0; c < count; c += gap << 1)
      butterfly(cubes + CUBE_BYTES * c, cubes + CUBE_BYTES * (c + gap));
}
