import { expect, test } from "vitest";
import { distanceHistogram } from "./distance-histogram";

test.each([
  [0.4, 1, 1],
  [29.9, 1, 30],
  [30, 2, 16],
  [60, 5, 13],
  [150, 10, 16],
  [480, 20, 25],
  [2999, 100, 30],
])("distances up to %d Å come in bins of %d Å, %i of them", (largest, binAngstrom, bins) => {
  const histogram = distanceHistogram([0, largest / 2, largest]);
  expect(histogram.binAngstrom).toBe(binAngstrom);
  expect(histogram.counts).toHaveLength(bins);
  expect(histogram.counts.reduce((sum, count) => sum + count)).toBe(3);
  expect(histogram.counts.at(-1)).toBeGreaterThan(0);
});

test("a bin holds its lower end, and no distances fill none", () => {
  expect(distanceHistogram([0, 1, 1.5, 2])).toEqual({ binAngstrom: 1, counts: [1, 2, 1] });
  expect(distanceHistogram([])).toEqual({ binAngstrom: 1, counts: [0] });
});
