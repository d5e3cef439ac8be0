import { expect, test } from "vitest";
import type { TiltScheme } from "./imaging";
import { tiltsOf } from "./tilts";

const scheme = (min: number, max: number, step: number, order: TiltScheme["order"] = "sequential") => ({
  minTiltDeg: min,
  maxTiltDeg: max,
  stepDeg: step,
  order,
});

/** The tilts in the order of their recording. */
const recorded = (given: TiltScheme) => {
  const { tiltsDeg, ranks } = tiltsOf(given, 1);
  return tiltsDeg.map((_, rank) => tiltsDeg[ranks.indexOf(rank)]);
};

test("a sequential series rises, and bears its dose in that order", () => {
  expect(tiltsOf(scheme(-60, 60, 30), 3)).toEqual({
    tiltsDeg: [-60, -30, 0, 30, 60],
    ranks: [0, 1, 2, 3, 4],
    priorDoses: [0, 3, 6, 9, 12],
  });
});

test("a dose-symmetric series alternates in pairs from 0° outwards", () => {
  expect(recorded(scheme(-12, 12, 3, "dose-symmetric"))).toEqual([0, 3, -3, -6, 6, 9, -9, -12, 12]);
  expect(tiltsOf(scheme(-6, 6, 3, "dose-symmetric"), 2).priorDoses).toEqual([6, 4, 0, 2, 8]);
});

test("where one side ends, the other goes on; beyond 0 it begins at the nearest tilt", () => {
  expect(recorded(scheme(-3, 15, 3, "dose-symmetric"))).toEqual([0, 3, -3, 6, 9, 12, 15]);
  expect(recorded(scheme(10, 40, 10, "dose-symmetric"))).toEqual([10, 20, 30, 40]);
});

test("steps that binary numbers cannot hold lose no image", () => {
  const { tiltsDeg } = tiltsOf(scheme(-60, 60, 0.1), 0);
  expect(tiltsDeg).toHaveLength(1201);
  expect(tiltsDeg[3]).toBe(-59.7);
  expect(tiltsDeg[600]).toBe(0);
  expect(tiltsOf(scheme(-50, 50, 7), 0).tiltsDeg.at(-1)).toBe(48); // 55 would be beyond
});

test.each([
  [scheme(60, -60, 2), "must rise and lie within −90° to 90°, not 60 to -60"],
  [scheme(-91, 60, 2), "not -91 to 60"],
  [scheme(-60, 60, 0), "The tilt step must be above 0°, not 0."],
  [scheme(-60, 60, 0.05), "makes 2401 images; at most 2000"],
])("refuses %j in a sentence", (given, sentence) => {
  expect(() => tiltsOf(given, 0)).toThrow(sentence);
});
