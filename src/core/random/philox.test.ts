import { expect, test } from "vitest";
import { fillNormal, philox4x32, uniformSequence } from "./philox";

// Known answers published with the authors' program (Random123, kat_vectors).
test.each([
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
] as const)("philox4x32 gives the published words", (counter, key, expected) => {
  const out = new Uint32Array(4);
  philox4x32(counter, key, out);
  expect([...out]).toEqual(expected);
});

test("normal numbers have mean 0, variance 1, and depend on seed and stream only", () => {
  const first = new Float32Array(100_001);
  fillNormal(first, 7, 3);
  const mean = first.reduce((sum, v) => sum + v, 0) / first.length;
  const variance = first.reduce((sum, v) => sum + (v - mean) ** 2, 0) / first.length;
  // Four standard errors of the mean and of the variance for 100,001 draws.
  expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(first.length));
  expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / first.length));
  const part = new Float32Array(10);
  fillNormal(part, 7, 3);
  expect([...part]).toEqual([...first.subarray(0, 10)]);
  fillNormal(part, 8, 3);
  expect(part[0]).not.toBe(first[0]);
});

test("uniform numbers are reproducible and fill [0, 1)", () => {
  const draw = uniformSequence(1, 2);
  const again = uniformSequence(1, 2);
  const values = Array.from({ length: 10_000 }, draw);
  expect(values.slice(0, 9)).toEqual(Array.from({ length: 9 }, again));
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
  expect(values.reduce((sum, v) => sum + v, 0) / values.length).toBeCloseTo(0.5, 1);
});
