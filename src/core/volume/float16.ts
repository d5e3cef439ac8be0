const EXPONENT_BIAS = 15;
const FRACTION_BITS = 10;
const INFINITY_BITS = 0x7c00;
const NAN_BITS = 0x7e00;
const SMALLEST_NORMAL = 2 ** -14;
/** The largest finite half-precision number. */
export const FLOAT16_MAX = 65504;

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

/** What brings a number of exponent e − 15 to a whole number of its last bit; a table, since powers are slow. */
const TO_LAST_BIT = Float64Array.from({ length: 32 }, (_, e) => 2 ** (FRACTION_BITS - (e - EXPONENT_BIAS)));

const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);

/**
 * Returns the half-precision bits nearest to a number, ties to even, in one rounding from f64. Beyond 65,520 it is infinity;
 * NaN stays NaN.
 */
export function encodeFloat16(value: number): number {
  if (Number.isNaN(value)) return NAN_BITS;
  double[0] = value;
  const sign = (doubleWords[1] >>> 16) & 0x8000;
  const magnitude = Math.abs(value);
  // Adding and taking away 2^52 rounds a double to a whole number, ties to even.
  if (magnitude < SMALLEST_NORMAL) return sign | (magnitude * 2 ** 24 + 2 ** 52 - 2 ** 52);
  if (magnitude > 2 * FLOAT16_MAX) return sign | INFINITY_BITS;
  const exponent = ((doubleWords[1] >>> 20) & 0x7ff) - 1023 + EXPONENT_BIAS;
  const fraction = magnitude * TO_LAST_BIT[exponent] + 2 ** 52 - 2 ** 52 - 1024;
  // A fraction rounded up to 1024 carries into the exponent, and from the largest exponent into infinity.
  return sign | ((exponent << FRACTION_BITS) + fraction);
}
