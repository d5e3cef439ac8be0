// The twin of src/core/denoise/cube-transforms.ts. Planes of a cube are transposed once it is transformed: lanes run along y.
import { CUBE_BYTES } from "./bm4d-job";
import { high, highHalves, low, lowHalves } from "./lanes";

// @ts-ignore: decorator
@inline
const COS_EIGHTH: f32 = <f32>0.6532814824381883; // cos(π/8) / √2
// @ts-ignore: decorator
@inline
const SIN_EIGHTH: f32 = <f32>0.2705980500730985;

// @ts-ignore: decorator
@inline
function scaled(factor: f32, a: v128): v128 {
  return f32x4.mul(a, f32x4.splat(factor));
}

// The four coefficients of four points, by Haar or by the cosine transform. `cosine` is always a constant, and what the
// coefficients share is worked out once.

// @ts-ignore: decorator
@inline
function first(cosine: bool, a: v128, b: v128, c: v128, d: v128): v128 {
  if (cosine) return scaled(0.5, f32x4.add(f32x4.add(a, d), f32x4.add(b, c)));
  return scaled(0.5, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
}

// @ts-ignore: decorator
@inline
function second(cosine: bool, a: v128, b: v128, c: v128, d: v128): v128 {
  if (cosine) return f32x4.add(scaled(COS_EIGHTH, f32x4.sub(a, d)), scaled(SIN_EIGHTH, f32x4.sub(b, c)));
  return scaled(0.5, f32x4.sub(f32x4.add(a, b), f32x4.add(c, d)));
}

// @ts-ignore: decorator
@inline
function third(cosine: bool, a: v128, b: v128, c: v128, d: v128): v128 {
  if (cosine) return scaled(0.5, f32x4.sub(f32x4.add(a, d), f32x4.add(b, c)));
  return scaled(<f32>Math.SQRT1_2, f32x4.sub(a, b));
}

// @ts-ignore: decorator
@inline
function fourth(cosine: bool, a: v128, b: v128, c: v128, d: v128): v128 {
  if (cosine) return f32x4.sub(scaled(SIN_EIGHTH, f32x4.sub(a, d)), scaled(COS_EIGHTH, f32x4.sub(b, c)));
  return scaled(<f32>Math.SQRT1_2, f32x4.sub(c, d));
}

// The four points of four coefficients.

// @ts-ignore: decorator
@inline
function firstPoint(cosine: bool, a: v128, b: v128, c: v128, d: v128): v128 {
  if (cosine) return f32x4.add(outer(a, c), outerSlope(b, d));
  return f32x4.add(scaled(0.5, f32x4.add(a, b)), scaled(<f32>Math.SQRT1_2, c));
}

// @ts-ignore: decorator
@inline
function secondPoint(cosine: bool, a: v128, b: v128, c: v128, d: v128): v128 {
  if (cosine) return f32x4.add(inner(a, c), innerSlope(b, d));
  return f32x4.sub(scaled(0.5, f32x4.add(a, b)), scaled(<f32>Math.SQRT1_2, c));
}

// @ts-ignore: decorator
@inline
function thirdPoint(cosine: bool, a: v128, b: v128, c: v128, d: v128): v128 {
  if (cosine) return f32x4.sub(inner(a, c), innerSlope(b, d));
  return f32x4.add(scaled(0.5, f32x4.sub(a, b)), scaled(<f32>Math.SQRT1_2, d));
}

// @ts-ignore: decorator
@inline
function fourthPoint(cosine: bool, a: v128, b: v128, c: v128, d: v128): v128 {
  if (cosine) return f32x4.sub(outer(a, c), outerSlope(b, d));
  return f32x4.sub(scaled(0.5, f32x4.sub(a, b)), scaled(<f32>Math.SQRT1_2, d));
}

// @ts-ignore: decorator
@inline
function outer(a: v128, c: v128): v128 {
  return scaled(0.5, f32x4.add(a, c));
}
// @ts-ignore: decorator
@inline
function inner(a: v128, c: v128): v128 {
  return scaled(0.5, f32x4.sub(a, c));
}
// @ts-ignore: decorator
@inline
function outerSlope(b: v128, d: v128): v128 {
  return f32x4.add(scaled(COS_EIGHTH, b), scaled(SIN_EIGHTH, d));
}
// @ts-ignore: decorator
@inline
function innerSlope(b: v128, d: v128): v128 {
  return f32x4.sub(scaled(SIN_EIGHTH, b), scaled(COS_EIGHTH, d));
}

/** Copies a row of four voxels of each plane of a cube and transforms it along z. */
// @ts-ignore: decorator
@inline
function transformZ(cosine: bool, from: usize, planeBytes: usize, to: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + planeBytes);
  const c = v128.load(from + planeBytes * 2);
  const d = v128.load(from + planeBytes * 3);
  v128.store(to, first(cosine, a, b, c, d));
  v128.store(to, second(cosine, a, b, c, d), 64);
  v128.store(to, third(cosine, a, b, c, d), 128);
  v128.store(to, fourth(cosine, a, b, c, d), 192);
}

/** Transforms a plane along y, transposes it, and transforms it along x. */
// @ts-ignore: decorator
@inline
function transformPlane(cosine: bool, at: usize): void {
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const c = v128.load(at, 32);
  const d = v128.load(at, 48);
  const y0 = first(cosine, a, b, c, d);
  const y1 = second(cosine, a, b, c, d);
  const y2 = third(cosine, a, b, c, d);
  const y3 = fourth(cosine, a, b, c, d);
  const x0 = lowHalves(low(y0, y1), low(y2, y3));
  const x1 = highHalves(low(y0, y1), low(y2, y3));
  const x2 = lowHalves(high(y0, y1), high(y2, y3));
  const x3 = highHalves(high(y0, y1), high(y2, y3));
  v128.store(at, first(cosine, x0, x1, x2, x3));
  v128.store(at, second(cosine, x0, x1, x2, x3), 16);
  v128.store(at, third(cosine, x0, x1, x2, x3), 32);
  v128.store(at, fourth(cosine, x0, x1, x2, x3), 48);
}

/** Undoes `transformPlane`. */
// @ts-ignore: decorator
@inline
function inversePlane(cosine: bool, at: usize): void {
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const c = v128.load(at, 32);
  const d = v128.load(at, 48);
  const x0 = firstPoint(cosine, a, b, c, d);
  const x1 = secondPoint(cosine, a, b, c, d);
  const x2 = thirdPoint(cosine, a, b, c, d);
  const x3 = fourthPoint(cosine, a, b, c, d);
  const y0 = lowHalves(low(x0, x1), low(x2, x3));
  const y1 = highHalves(low(x0, x1), low(x2, x3));
  const y2 = lowHalves(high(x0, x1), high(x2, x3));
  const y3 = highHalves(high(x0, x1), high(x2, x3));
  v128.store(at, firstPoint(cosine, y0, y1, y2, y3));
  v128.store(at, secondPoint(cosine, y0, y1, y2, y3), 16);
  v128.store(at, thirdPoint(cosine, y0, y1, y2, y3), 32);
  v128.store(at, fourthPoint(cosine, y0, y1, y2, y3), 48);
}

/** Undoes `transformZ` in place. */
// @ts-ignore: decorator
@inline
function inverseZ(cosine: bool, at: usize): void {
  const a = v128.load(at);
  const b = v128.load(at, 64);
  const c = v128.load(at, 128);
  const d = v128.load(at, 192);
  v128.store(at, firstPoint(cosine, a, b, c, d));
  v128.store(at, secondPoint(cosine, a, b, c, d), 64);
  v128.store(at, thirdPoint(cosine, a, b, c, d), 128);
  v128.store(at, fourthPoint(cosine, a, b, c, d), 192);
}

/** (a, b) → ((a + b), (a − b)) / √2 for two cubes. */
// @ts-ignore: decorator
@inline
function butterfly(a: usize, b: usize): void {
  for (let i: usize = 0; i < CUBE_BYTES; i += 16) {
    const x = v128.load(a + i);
    const y = v128.load(b + i);
    v128.store(a + i, scaled(<f32>Math.SQRT1_2, f32x4.add(x, y)));
    v128.store(b + i, scaled(<f32>Math.SQRT1_2, f32x4.sub(x, y)));
  }
}

/**
 * Copies cubes of a volume, whose starts (bytes) are at `starts`, and transforms them (by the cosine transform or by Haar) and
 * the group (by Haar).
 */
// @ts-ignore: decorator
@inline
export function transformGroup(
  cosine: bool,
  volume: usize,
  rowBytes: usize,
  planeBytes: usize,
  starts: usize,
  cubes: usize,
  count: i32,
): void {
  for (let c = 0; c < count; c++) {
    const cube = cubes + CUBE_BYTES * c;
    const from = volume + load<usize>(starts + (<usize>c << 2));
    for (let y: usize = 0; y < 4; y++) transformZ(cosine, from + rowBytes * y, planeBytes, cube + (y << 4));
    for (let z: usize = 0; z < 256; z += 64) transformPlane(cosine, cube + z);
  }
  for (let gap = 1; gap < count; gap <<= 1)
    for (let c = 0; c < count; c += gap << 1)
      butterfly(cubes + CUBE_BYTES * c, cubes + CUBE_BYTES * (c + gap));
}

/** Transforms cubes and group back, in place. */
// @ts-ignore: decorator
@inline
export function inverseTransformGroup(cosine: bool, cubes: usize, count: i32): void {
  for (let gap = count >> 1; gap >= 1; gap >>= 1)
    for (let c = 0; c < count; c += gap << 1)
      butterfly(cubes + CUBE_BYTES * c, cubes + CUBE_BYTES * (c + gap));
  for (let cube = cubes; cube < cubes + CUBE_BYTES * count; cube += CUBE_BYTES) {
    for (let z: usize = 0; z < 256; z += 64) inversePlane(cosine, cube + z);
    for (let y: usize = 0; y < 64; y += 16) inverseZ(cosine, cube + y);
  }
}
