const EXPONENT_BIAS = 15;
const FRACTION_BITS = 10;
const INFINITY_HALF = 0x7c00;
const NAN_HALF = 0x7e00;
/** The largest finite half-precision number. */
export const FLOAT16_MAX = 65504;

/** Bits of f32 numbers: 2^-14 (the smallest normal half), 65520 (from there on halves are infinite), infinity. */
const SMALLEST_NORMAL = 0x38800000;
const OVERFLOW = 0x477ff000;
const INFINITY_BITS = 0x7f800000;
const MAGNITUDE_BITS = 0x7fffffff;
/** What to take away from the bits of an f32 to move its exponent's bias from 127 to 15. */
const BIAS_SHIFT = 0x38000000;
/** Adding and taking away 2^23 · 2^-24 · 1.5 rounds an f32 to a whole number of 2^-24, ties to even. */
const ROUNDER = 0.75;

function decodeOne(bits: number): number {
  const exponent = (bits >> FRACTION_BITS) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** (1 - EXPONENT_BIAS - FRACTION_BITS);
  return sign * (1024 + fraction) * 2 ** (exponent - EXPONENT_BIAS - FRACTION_BITS);
}

let table: Float32Array | undefined;

/** Returns the value of every half-precision bit pattern (IEEE 754 binary16), by its bits; made once. */
export function float16Values(): Float32Array {
  table ??= Float32Array.from({ length: 0x10000 }, (_, bits) => decodeOne(bits));
  return table;
}

/** The half-precision bits of an f32, of which `word` are the bits. */
function encodeOne(value: number, word: number): number {
  const magnitude = word & MAGNITUDE_BITS;
  const sign = (word >>> 16) & 0x8000;
  if (magnitude >= OVERFLOW) return magnitude > INFINITY_BITS ? NAN_HALF : sign | INFINITY_HALF;
  // A fraction rounded up to 1024 carries into the exponent.
  if (magnitude >= SMALLEST_NORMAL)
    return sign | ((magnitude - BIAS_SHIFT + 0xfff + ((magnitude >> 13) & 1)) >> 13);
  return sign | ((Math.fround(Math.abs(value) + ROUNDER) - ROUNDER) * 2 ** 24);
}

const single = new Float32Array(1);
const singleWord = new Int32Array(single.buffer);

/**
 * Returns the half-precision bits nearest to a number, which is rounded to f32 first; ties to even. From 65,520 on it is
 * infinity; NaN stays NaN.
 */
export function encodeFloat16(value: number): number {
  single[0] = value;
  return encodeOne(single[0], singleWord[0]);
}

/** Writes the half-precision bits of f32 values as `encodeFloat16` does; quicker for whole sections. */
export function encodeFloat16s(values: Float32Array, out: Uint16Array): void {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) out[i] = encodeOne(values[i], words[i]);
}
