import { expect, test } from "vitest";
import { dragContrast } from "./contrast-drag";

const START = { low: -100, high: 200, invert: false };

test("to the right widens the window about its level; back restores it", () => {
  const wide = dragContrast(START, 100, 0);
  expect(wide.high - wide.low).toBeCloseTo(300 * Math.exp(0.6), 9);
  expect((wide.high + wide.low) / 2).toBeCloseTo(50, 9);
  expect(dragContrast(START, 0, 0)).toEqual({ low: -100, high: 200 });
});

test("upwards is brighter, also when inverted", () => {
  expect(dragContrast(START, 0, -30)).toEqual({ low: -130, high: 170 });
  expect(dragContrast({ ...START, invert: true }, 0, -30)).toEqual({ low: -70, high: 230 });
});
