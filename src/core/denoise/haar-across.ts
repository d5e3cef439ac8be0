const f32 = Math.fround;
const ROOT_HALF = f32(Math.SQRT1_2);

/**
 * The orthonormal Haar transform across a group of `count` patches (a power of two) of `size` values, one after the other in
 * `patches`; in place. Every operation is rounded to f32.
 */
export function haarAcross(patches: Float32Array, count: number, size: number): void {
  for (let gap = 1; gap < count; gap *= 2) butterflies(patches, count, size, gap);
}

export function inverseHaarAcross(patches: Float32Array, count: number, size: number): void {
  for (let gap = count / 2; gap >= 1; gap /= 2) butterflies(patches, count, size, gap);
}

/** (a, b) → ((a + b), (a − b)) / √2 for patches `gap` apart, which is its own inverse: pairs, pairs of pairs, … */
function butterflies(patches: Float32Array, count: number, size: number, gap: number): void {
  for (let first = 0; first < count; first += 2 * gap)
    for (let a = first * size, b = a + gap * size; a < (first + 1) * size; a++, b++) {
      const sum = f32(patches[a] + patches[b]);
      const difference = f32(patches[a] - patches[b]);
      patches[a] = sum * ROOT_HALF;
      patches[b] = difference * ROOT_HALF;
    }
}
