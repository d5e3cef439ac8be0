import { describe, expect, it } from "vitest";
import { histogramAround } from "./histogram";

const sum = (counts: Uint32Array) => counts.reduce((a, b) => a + b, 0);

describe("histogramAround", () => {
  it("counts every float in its bin, the largest in the last", () => {
    const values = Float32Array.from({ length: 1025 }, (_, i) => i / 1024);
    const { min, max, counts } = histogramAround(values, 0, 1);
    expect([min, max, counts.length, sum(counts)]).toEqual([0, 1, 256, 1025]);
    expect([...counts.slice(0, 255)]).toEqual(new Array(255).fill(4));
    expect(counts[255]).toBe(5);
  });

  it("shows half the range more on both sides and no further", () => {
    const values = Float32Array.from({ length: 4001 }, (_, i) => i / 100 - 20 + 0.001);
    const { min, max, counts } = histogramAround(values, -2, 2);
    expect([min, max]).toEqual([-4, 4]);
    expect(sum(counts)).toBe(800);
  });

  it("gives whole numbers bins of their own", () => {
    const values = Float32Array.from({ length: 30 }, (_, i) => (i % 3) - 1);
    expect(histogramAround(values, -1, 1)).toEqual({
      min: -1.5,
      max: 1.5,
      counts: Uint32Array.of(10, 10, 10),
    });
    const wide = Float32Array.from({ length: 1000 }, (_, i) => i);
    const { min, max, counts } = histogramAround(wide, 0, 999);
    expect([min, max]).toEqual([-0.5, 999.5]);
    expect([...counts]).toEqual(new Array(250).fill(4));
  });

  it("takes constant slabs and leaves out what is not finite", () => {
    const constant = histogramAround(new Float32Array(9).fill(2.25), 1.75, 2.75);
    expect(sum(constant.counts)).toBe(9);
    const holed = histogramAround(Float32Array.of(Number.NaN, 0.5, Number.POSITIVE_INFINITY, 1.5), 0.5, 1.5);
    expect([holed.min, holed.max, sum(holed.counts)]).toEqual([0.5, 1.5, 2]);
    expect(sum(histogramAround(Float32Array.of(Number.NaN), 0, 1).counts)).toBe(0);
  });
});
