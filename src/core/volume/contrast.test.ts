import { describe, expect, it } from "vitest";
import { fillNormal } from "../random/philox";
import { robustRange } from "./contrast";
import type { Shape3 } from "./shape";

const SHAPE: Shape3 = [5, 61, 73];
const COUNT = 5 * 61 * 73;
/** The 99.5th percentile of the standard normal distribution, and the spread of its estimate from 22,000 voxels (4 σ). */
const NORMAL_PERCENTILE = 2.576;
const PERCENTILE_TOLERANCE = 0.2;

function noise(scale = 1, offset = 0): Float32Array {
  const values = new Float32Array(COUNT);
  fillNormal(values, 7, 0);
  return values.map((value) => offset + scale * value);
}

const expectNormal = ({ low, high }: { low: number; high: number }, scale = 1, offset = 0) => {
  expect(Math.abs((low - offset) / scale + NORMAL_PERCENTILE)).toBeLessThan(PERCENTILE_TOLERANCE);
  expect(Math.abs((high - offset) / scale - NORMAL_PERCENTILE)).toBeLessThan(PERCENTILE_TOLERANCE);
};

describe("robustRange", () => {
  it("gives the percentiles of noise at any scale", () => {
    expectNormal(robustRange(noise(), SHAPE));
    expectNormal(robustRange(noise(1e-6, 5e-5), SHAPE), 1e-6, 5e-5);
  });

  it("gives the exact percentiles of a small slab", () => {
    const ramp = Float32Array.from({ length: 1001 }, (_, i) => (i * 8) % 1001);
    expect(robustRange(ramp, [1, 7, 143])).toEqual({ low: 5, high: 995 });
  });

  it("does not let hot pixels, NaN or infinities widen the range", () => {
    const values = noise();
    for (let i = 0; i < 40; i++) values[i * 500] = [1e9, Number.NaN, Number.POSITIVE_INFINITY, -1e9][i % 4];
    expectNormal(robustRange(values, SHAPE));
  });

  it("leaves an empty border out, whatever its value, also on one side alone", () => {
    for (const border of [0, -30000, 12]) {
      const values = noise(1, 100);
      for (let i = 0; i < COUNT; i++) if (i % 73 > 30) values[i] = border;
      expectNormal(robustRange(values, SHAPE), 1, 100);
    }
  });

  it("gives a range that is not empty for constant, two-valued and label slabs", () => {
    expect(robustRange(new Float32Array(COUNT).fill(7), SHAPE)).toEqual({ low: 6.5, high: 7.5 });
    expect(robustRange(new Float32Array(COUNT).fill(-1e8), SHAPE)).toEqual({ low: -1.001e8, high: -0.999e8 });
    expect(robustRange(new Float32Array(COUNT).fill(Number.NaN), SHAPE)).toEqual({ low: 0, high: 1 });
    const labels = new Float32Array(COUNT);
    labels[2000] = 3;
    expect(robustRange(labels, SHAPE)).toEqual({ low: 0, high: 3 });
  });

  it("samples a large slab without following its columns", () => {
    const shape: Shape3 = [1, 1024, 1024];
    const striped = Float32Array.from({ length: 1024 * 1024 }, (_, i) => i % 4);
    expect(robustRange(striped, shape)).toEqual({ low: 0, high: 3 });
  });
});
