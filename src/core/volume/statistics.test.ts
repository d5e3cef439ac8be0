import fc from "fast-check";
import { expect, test } from "vitest";
import { uniformSequence } from "../random/philox";
import { createStatistics } from "./statistics";

/** Rounding of a few thousand additions of f64, relative to the largest value. */
const TOLERANCE = 1e-13;
/** The root of that, since a variance near 0 carries the rounding of the squares. */
const STD_TOLERANCE = Math.sqrt(TOLERANCE);

function oracle(values: readonly number[]) {
  const finite = values.filter(Number.isFinite);
  const mean = finite.reduce((sum, v) => sum + v, 0) / finite.length;
  const variance = finite.reduce((sum, v) => sum + (v - mean) ** 2, 0) / finite.length;
  return { min: Math.min(...finite), max: Math.max(...finite), mean, std: Math.sqrt(variance) };
}

test("any values in any pieces give the statistics of the definition", () => {
  const value = fc.double({ min: -1e6, max: 1e6 });
  fc.assert(
    fc.property(fc.array(fc.array(value, { minLength: 1, maxLength: 50 }), { minLength: 1 }), (pieces) => {
      const statistics = createStatistics();
      for (const piece of pieces) statistics.add(Float64Array.from(piece));
      const { min, max, mean, std, nonFinite } = statistics.result();
      const expected = oracle(pieces.flat());
      const scale = Math.max(1, Math.abs(min), Math.abs(max));
      expect([nonFinite, min, max]).toEqual([
        pieces.flat().filter(Number.isNaN).length,
        expected.min,
        expected.max,
      ]);
      expect(Math.abs(mean - expected.mean)).toBeLessThanOrEqual(TOLERANCE * scale);
      expect(Math.abs(std - expected.std)).toBeLessThanOrEqual(STD_TOLERANCE * scale);
    }),
    { seed: 1 },
  );
});

test("a large mean costs no precision", () => {
  const draw = uniformSequence(3, 0);
  const noise = Float64Array.from({ length: 100_003 }, () => Math.fround(draw()));
  const about = (mean: number) => {
    const statistics = createStatistics();
    statistics.add(noise.map((v) => v + mean));
    return statistics.result();
  };
  // 2^30 + noise keeps 22 bits of the noise; one-pass sums of squares would keep none.
  expect(about(2 ** 30).std).toBeCloseTo(about(0).std, 6);
  expect(about(2 ** 30).mean - 2 ** 30).toBeCloseTo(about(0).mean, 6);
});

test("NaN and infinite voxels are counted, not mixed in", () => {
  const statistics = createStatistics();
  statistics.add(Float32Array.of(Number.NaN, 1, Number.POSITIVE_INFINITY, 3, Number.NEGATIVE_INFINITY));
  expect(statistics.result()).toEqual({ min: 1, max: 3, mean: 2, std: 1, nonFinite: 3 });
});

test("without a finite voxel there is nothing to tell", () => {
  const statistics = createStatistics();
  statistics.add([Number.NaN]);
  const nan = Number.NaN;
  expect(statistics.result()).toEqual({ min: nan, max: nan, mean: nan, std: nan, nonFinite: 1 });
});

test("constant voxels have exactly no deviation", () => {
  const statistics = createStatistics();
  for (let i = 0; i < 5; i++) statistics.add(new Float32Array(4099).fill(0.1));
  expect(statistics.result().std).toBe(0);
  expect(statistics.result().mean).toBe(Math.fround(0.1));
});

test("a value added many times counts as often, also one that is not finite", () => {
  const [counted, added] = [createStatistics(), createStatistics()];
  for (const [value, count] of [
    [3, 5],
    [-1.5, 2],
    [Number.NaN, 3],
    [9, 0],
  ]) {
    counted.addRepeated(value, count);
    added.add(new Float64Array(count).fill(value));
  }
  const { mean, std, ...rest } = counted.result();
  expect(rest).toEqual({ min: -1.5, max: 3, nonFinite: 3 });
  expect(mean).toBeCloseTo(added.result().mean, 12);
  expect(std).toBeCloseTo(added.result().std, 12);
});
