// Lanes of four vectors become four vectors of lanes.
// @ts-ignore: decorator
@inline
export function low(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 4, 1, 5);
}
// @ts-ignore: decorator
@inline
export function high(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 6, 3, 7);
}
// @ts-ignore: decorator
@inline
export function lowHalves(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 1, 4, 5);
}
// @ts-ignore: decorator
@inline
export function highHalves(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 3, 6, 7);
}

/** Stores the transpose of four vectors at `at`, `step` apart. */
// @ts-ignore: decorator
@inline
export function storeTransposed(at: usize, step: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = low(a, b);
  const cd = low(c, d);
  const ab2 = high(a, b);
  const cd2 = high(c, d);
  v128.store(at, lowHalves(ab, cd));
  v128.store(at + step, highHalves(ab, cd));
  v128.store(at + (step << 1), lowHalves(ab2, cd2));
  v128.store(at + step * 3, highHalves(ab2, cd2));
}
