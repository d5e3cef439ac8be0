import { expect, test } from "vitest";
import { sizeStops, stopOfSize } from "./size-scale";

test("the stops rise from one voxel to the largest size, so that a key always moves the slider", () => {
  const stops = sizeStops(5000);
  expect([stops[0], stops.at(-1)]).toEqual([1, 5000]);
  stops.forEach((size, index) => {
    expect(stopOfSize(stops, size)).toBe(index);
    if (index > 0) expect(size).toBeGreaterThan(stops[index - 1]);
    // Small steps everywhere: some per cent, or one voxel.
    if (index > 0) expect(size - stops[index - 1]).toBeLessThanOrEqual(0.05 * size + 1);
  });
});

test("sizes between and beyond the stops have the one below", () => {
  const stops = sizeStops(5000);
  expect(stops[stopOfSize(stops, 4999)]).toBeLessThan(5000);
  expect([stopOfSize(stops, 9000), stopOfSize(stops, 0)]).toEqual([stops.length - 1, 0]);
  expect(sizeStops(1)).toEqual([1]);
});
