import { expect, test } from "vitest";
import { fillNormal } from "../random/philox";
import { rampFactors } from "./ramp-filter";
import { createReferenceRowFilter } from "./row-filter";
import { tiltWeights } from "./tilt-weights";

const RAMP = { weighting: "ramp", window: "none", thickness: 20 } as const;
const TILTS = [-40, -20, 0, 20, 40];

/** Σ h(s − t)·row(t) with the Ram–Lak kernel, term by term. */
function convolved(row: Float32Array): number[] {
  const kernel = (n: number) => (n === 0 ? 0.25 : n % 2 === 0 ? 0 : -1 / (Math.PI * n) ** 2);
  return Array.from(row, (_, s) => row.reduce((sum, value, t) => sum + value * kernel(s - t), 0));
}

test.each([17, 32])(
  "is the convolution with the Ram–Lak kernel, nothing wrapped around, at width %i",
  (width) => {
    const rows = new Float32Array(3 * width);
    fillNormal(rows, 1, 0);
    const filtered = rows.slice();
    createReferenceRowFilter(width)(filtered, rampFactors(TILTS, width, RAMP)[1]);
    const weight = tiltWeights(TILTS)[1];
    for (let row = 0; row < 3; row++)
      convolved(rows.subarray(row * width, (row + 1) * width)).forEach((value, s) => {
        expect(Math.abs(filtered[row * width + s] - weight * value)).toBeLessThan(1e-6);
      });
  },
);

test("rows are filtered alike, whatever rows come before and after their pair", () => {
  const width = 24;
  const rows = new Float32Array(6 * width);
  fillNormal(rows, 2, 0);
  const filter = createReferenceRowFilter(width);
  const [factors] = rampFactors(TILTS, width, RAMP);
  const whole = rows.slice();
  filter(whole, factors);
  const pair = rows.slice(2 * width, 4 * width);
  filter(pair, factors);
  expect(pair).toEqual(whole.slice(2 * width, 4 * width));
});

/** The response to a wave of `cycles` per pixel in the middle of a long row. */
function gainAt(cycles: number, tilts: readonly number[], settings: Parameters<typeof rampFactors>[2]) {
  const width = 512;
  const wave = Float32Array.from({ length: width }, (_, s) => Math.cos(2 * Math.PI * cycles * (s - 256)));
  const filtered = wave.slice();
  createReferenceRowFilter(width)(filtered, rampFactors(tilts, width, settings)[2]);
  return filtered[256];
}

test("grows with the frequency; the Hamming window takes 92 % away at Nyquist", () => {
  const step = (20 * Math.PI) / 180;
  for (const cycles of [0.125, 0.25, 0.5])
    expect(gainAt(cycles, TILTS, RAMP) / (step * cycles)).toBeCloseTo(1, 2);
  const windowed = { ...RAMP, window: "hamming" } as const;
  expect(gainAt(0.5, TILTS, windowed) / gainAt(0.5, TILTS, RAMP)).toBeCloseTo(0.08, 2);
  expect(gainAt(0.25, TILTS, windowed) / gainAt(0.25, TILTS, RAMP)).toBeCloseTo(0.54, 2);
});

test("exact weights are the ramp where slabs of neighbours overlap, and level off where they do not", () => {
  const tilts = Array.from({ length: 90 }, (_, i) => -90 + 2 * i);
  const exact = { weighting: "exact", window: "none", thickness: 40 } as const;
  const step = (2 * Math.PI) / 180;
  // Up to 1/(40 · step) = 0.72 cycles the slabs overlap.
  for (const cycles of [0.1, 0.2, 0.4])
    expect(Math.abs(gainAt(cycles, tilts, exact) / (step * cycles) - 1)).toBeLessThan(0.06);
  const far = { ...exact, thickness: 400 };
  for (const cycles of [0.1, 0.2, 0.4]) expect(gainAt(cycles, tilts, far) * 400).toBeCloseTo(1, 2);
});
