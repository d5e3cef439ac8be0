import { expect, test } from "vitest";
import { blurredBilayer } from "./bilayer";

const STEP = 0.25;
const profile = (blur: number) => {
  const { density, reachAngstrom } = blurredBilayer(blur);
  const steps = Math.ceil(reachAngstrom / STEP);
  return Array.from({ length: 2 * steps + 1 }, (_, i) => ({
    at: (i - steps) * STEP,
    value: density((i - steps) * STEP),
  }));
};

test("a sharp bilayer has its heads 38 Å apart, little between, and is even", () => {
  const points = profile(0);
  const peaks = points.filter(
    ({ value }, i) =>
      i > 0 && i < points.length - 1 && value > points[i - 1].value && value > points[i + 1].value,
  );
  expect(peaks).toHaveLength(2);
  expect(Math.abs(peaks[1].at - peaks[0].at - 38)).toBeLessThan(1);
  expect(peaks[0].value).toBeCloseTo(peaks[1].value, 12);
  const middle = points.find(({ at }) => at === 0)?.value ?? Number.NaN;
  expect(middle).toBeLessThan(0.3 * peaks[0].value);
});

test("blurring keeps the electrons of a patch and closes the dip", () => {
  const sums = [0, 5, 20].map((blur) => profile(blur).reduce((sum, { value }) => sum + value * STEP, 0));
  for (const sum of sums) expect(sum / sums[0]).toBeCloseTo(1, 3);
  const { density } = blurredBilayer(20);
  expect(density(0)).toBeGreaterThan(density(19));
});
