import { expect, test } from "vitest";
import { type LineTiling, planLine } from "./line-plan";

const TILING: LineTiling = { lines: 16, largestRadix: 16, threads: 512 };
const LEAST_LIMITS = { bytes: 16_384, threads: 256 };

test("lines of every length are cut into whole stages that fit the least that a device allows", () => {
  for (let length = 1; length <= 1100; length++) {
    const plan = planLine(length, 8 * length, TILING, LEAST_LIMITS);
    if (!plan) throw new Error(`Length ${length} has no plan.`);
    expect(plan.radices.reduce((product, radix) => product * radix, 1)).toBe(length);
    expect(plan.lines * plan.threads).toBeLessThanOrEqual(LEAST_LIMITS.threads);
    expect(8 * length * plan.lines).toBeLessThanOrEqual(LEAST_LIMITS.bytes);
    for (const radix of plan.radices) if (radix > 16) expect(isPrime(radix)).toBe(true);
  }
});

test("few stages, primes above 16 first", () => {
  const radices = (length: number) => planLine(length, 8 * length, TILING, LEAST_LIMITS)?.radices;
  expect(radices(1)).toEqual([1]);
  expect(radices(256)).toEqual([16, 16]);
  expect(radices(480)).toEqual([10, 8, 6]);
  expect(radices(512)).toEqual([8, 8, 8]);
  expect(radices(928)).toEqual([29, 8, 4]);
  expect(radices(31 * 17)).toEqual([31, 17]);
});

test("a line longer than a workgroup's memory has no plan", () => {
  expect(planLine(2049, 8 * 2049, TILING, LEAST_LIMITS)).toBeNull();
  expect(planLine(2048, 8 * 2048, TILING, LEAST_LIMITS)?.lines).toBe(1);
});

const isPrime = (value: number) =>
  Array.from({ length: value - 2 }, (_, index) => index + 2).every((factor) => value % factor > 0);
