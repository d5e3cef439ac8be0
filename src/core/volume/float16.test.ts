import { expect, test } from "vitest";
import { fillNormal } from "../random/philox";
import { encodeFloat16, encodeFloat16s, FLOAT16_MAX, float16Values } from "./float16";

/** IEEE 754 binary16, read off the definition. */
function oracle(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits & 0x7c00) / 1024;
  const fraction = (bits & 0x03ff) / 1024;
  if (exponent === 31) return fraction === 0 ? sign / 0 : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

test("every bit pattern decodes to its definition and encodes back to itself", () => {
  const values = float16Values();
  expect(values.length).toBe(0x10000);
  const wrong: number[] = [];
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = values[bits];
    if (!Object.is(value, oracle(bits))) wrong.push(bits);
    if (Number.isNaN(value) ? !Number.isNaN(values[encodeFloat16(value)]) : encodeFloat16(value) !== bits)
      wrong.push(bits);
  }
  expect(wrong).toEqual([]);
});

test("between two neighbours the nearer one is taken, and the even one at the middle", () => {
  const values = float16Values();
  const wrong: number[] = [];
  for (let bits = 0; bits < 0x7bff; bits++) {
    const middle = (values[bits] + values[bits + 1]) / 2; // exact in f64
    const even = bits % 2 === 0 ? bits : bits + 1;
    const nudge = middle * 2 ** -22; // two or more f32 numbers further
    for (const [value, expected] of [
      [middle, even],
      [middle - nudge, bits],
      [middle + nudge, bits + 1],
    ])
      if (encodeFloat16(value) !== expected || encodeFloat16(-value) !== (expected | 0x8000))
        wrong.push(bits);
  }
  expect(wrong).toEqual([]);
});

test("whole sections are encoded as single values are", () => {
  const values = new Float32Array(4000);
  fillNormal(values, 1, 0);
  for (let i = 0; i < values.length; i++) values[i] *= 2 ** ((i % 50) - 28);
  const extremes = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e9, -65520, 2 ** -25];
  values.set(extremes);
  const out = new Uint16Array(values.length - 1);
  encodeFloat16s(values.subarray(1), out);
  expect([...out]).toEqual(Array.from(values.subarray(1), encodeFloat16));
});

test("what is too large becomes infinity, what is too small zero, with its sign", () => {
  expect(encodeFloat16(FLOAT16_MAX)).toBe(0x7bff);
  expect(encodeFloat16(65519.99)).toBe(0x7bff);
  expect(encodeFloat16(65520)).toBe(0x7c00);
  expect(encodeFloat16(-1e300)).toBe(0xfc00);
  expect(encodeFloat16(2 ** -25)).toBe(0);
  expect(encodeFloat16(-(2 ** -25) * 1.0001)).toBe(0x8001);
  expect(encodeFloat16(-0)).toBe(0x8000);
});
