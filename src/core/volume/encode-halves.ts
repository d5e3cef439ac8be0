import { FLOAT16_MAX } from "./float16";

/** The f32 bits of 2^-14, the smallest normal half, and what to take away to move the exponent's bias from 127 to 15. */
const SMALLEST_NORMAL = 0x38800000;
const BIAS_SHIFT = 0x38000000;
const INFINITY_BITS = 0x7f800000;
const MAGNITUDE_BITS = 0x7fffffff;
/** Adding and taking away 2^23 · 2^-24 · 1.5 rounds an f32 to a whole number of 2^-24, ties to even. */
const ROUNDER = 0.75;

/**
 * Writes values times `scale` as half-precision bits, nearest with ties to even; what lies beyond ±65504 is cut off there and
 * NaN stays NaN. For whole sections: many times as fast as a call per value.
 */
export function encodeHalves(values: Float32Array, scale: number, out: Uint16Array): void {
  const limit = FLOAT16_MAX;
  const scaled = new Float32Array(values.length);
  const words = new Int32Array(scaled.buffer);
  for (let i = 0; i < values.length; i++) scaled[i] = Math.max(-limit, Math.min(limit, values[i] * scale));
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    const magnitude = word & MAGNITUDE_BITS;
    const sign = (word >>> 16) & 0x8000;
    if (magnitude > INFINITY_BITS) out[i] = 0x7e00;
    else if (magnitude >= SMALLEST_NORMAL)
      out[i] = sign | ((magnitude - BIAS_SHIFT + 0xfff + ((magnitude >> 13) & 1)) >> 13);
    else out[i] = sign | ((Math.fround(Math.abs(scaled[i]) + ROUNDER) - ROUNDER) * 2 ** 24);
  }
}
