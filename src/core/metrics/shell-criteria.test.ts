import { expect, test } from "vitest";
import { shellResolutions, shellThreshold } from "./shell-criteria";

test("thresholds as van Heel and Schatz give them, for half of the coefficients being free", () => {
  expect(shellThreshold("sigma", 200, 3)).toBeCloseTo(0.3, 12);
  const free = 100;
  const root = Math.sqrt(free);
  expect(shellThreshold("half-bit", 200, 3)).toBeCloseTo(
    (0.2071 + 1.9102 / root) / (1.2071 + 0.9102 / root),
    4,
  );
  expect(shellThreshold("one-bit", 200, 3)).toBeCloseTo(
    (0.5 + (1 + Math.SQRT2) / root) / (1.5 + Math.SQRT2 / root),
    4,
  );
  // For endless shells: the correlation that a signal-to-noise ratio of one half gives.
  expect(shellThreshold("one-bit", 1e12, 3)).toBeCloseTo(1 / 3, 5);
});

test("the resolution is the first crossing after shells that say something, interpolated in frequency", () => {
  const curve = {
    frequencies: Float64Array.of(0, 0.01, 0.02, 0.03, 0.04),
    values: Float64Array.of(0, -1, 0.9, 0.4, 0.05),
    counts: Float64Array.of(0, 2, 200, 200, 200),
  };
  const found = shellResolutions(curve, 3);
  expect(found["0.5"]).toBeCloseTo(1 / 0.028, 9);
  expect(found.sigma).toBeCloseTo(1 / (0.03 + (0.01 * (0.4 - 0.3)) / 0.35), 9);
  const high = { ...curve, values: Float64Array.of(1, 1, 1, 1, 1) };
  expect(shellResolutions(high, 3)["one-bit"]).toBe(25);
  const low = { ...curve, values: Float64Array.of(1, 1, 0.1, 1, 1) };
  expect(shellResolutions(low, 3)).toMatchObject({ "0.5": null, "0.143": null });
});
