/**
 * Philox4x32-10 (Salmon et al. 2011, doi 10.1145/2063384.2063405): a counter-based generator, so that voxel i of stream s
 * gets the same number on every backend, in any order and on any number of threads.
 */
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

const highHalf = (a: number, b: number): number => {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
};

/** Writes the four 32-bit words of counter (c0, c1, c2, c3) under the key (k0, k1) into `out`. */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
): void {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = highHalf(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = highHalf(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

const TO_UNIT = 2 ** -32;

/**
 * Fills `out` with standard normal numbers (Box–Muller): element i depends on (seed, stream, i) only. Words 4j…4j+3 of the
 * counter (j, stream) give elements 4j…4j+3.
 */
export function fillNormal(out: Float32Array, seed: number, stream: number): void {
  const words = new Uint32Array(4);
  const key = [seed >>> 0, 0] as const;
  for (let start = 0; start < out.length; start += 4) {
    philox4x32([start / 4, 0, stream >>> 0, 0], key, words);
    for (let pair = 0; pair < 4; pair += 2) {
      const radius = Math.sqrt(-2 * Math.log((words[pair] + 0.5) * TO_UNIT));
      const angle = 2 * Math.PI * (words[pair + 1] + 0.5) * TO_UNIT;
      if (start + pair < out.length) out[start + pair] = radius * Math.cos(angle);
      if (start + pair + 1 < out.length) out[start + pair + 1] = radius * Math.sin(angle);
    }
  }
}

/** Returns a function that gives uniform numbers in [0, 1), one after the other, for (seed, stream), from the `first` on. */
export function uniformSequence(seed: number, stream: number, first = 0): () => number {
  const words = new Uint32Array(4);
  let drawn = first;
  return () => {
    if (drawn % 4 === 0 || drawn === first)
      philox4x32([Math.floor(drawn / 4), 0, stream >>> 0, 1], [seed >>> 0, 0], words);
    return words[drawn++ % 4] * TO_UNIT;
  };
}
