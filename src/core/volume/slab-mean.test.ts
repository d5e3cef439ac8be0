import { describe, expect, it } from "vitest";
import { fillNormal, uniformSequence } from "../random/philox";
import { createSlabMean } from "./slab-mean";

const AREA = 17 * 23;
const SECTIONS = 29;
const SEED = 11;
/** The last bit of an f32 near 4, since the sums are in f64. */
const TOLERANCE = 5e-7;

describe("createSlabMean", () => {
  const values = new Float32Array(SECTIONS * AREA);
  fillNormal(values, SEED, 0);
  const sectionOf = (z: number) => values.subarray(z * AREA, (z + 1) * AREA);

  function check(mean: Float32Array, from: number, to: number) {
    for (let i = 0; i < AREA; i++) {
      let sum = 0;
      for (let z = from; z < to; z++) sum += sectionOf(z)[i];
      if (Number.isFinite(sum)) expect(Math.abs(mean[i] - sum / (to - from))).toBeLessThan(TOLERANCE);
      else expect(mean[i]).toBe(sum);
    }
  }

  it("equals the plain mean after any sequence of slabs", () => {
    const slabMean = createSlabMean(AREA, (z, out) => out.set(sectionOf(z)));
    const random = uniformSequence(SEED, 1);
    for (let i = 0; i < 60; i++) {
      const from = Math.floor(random() * SECTIONS);
      const to = Math.min(SECTIONS, from + 1 + Math.floor(random() * 12));
      check(slabMean(from, to), from, to);
    }
  });

  it("copies two sections for a step, however thick the slab", () => {
    let copies = 0;
    const slabMean = createSlabMean(AREA, (z, out) => {
      copies++;
      out.set(sectionOf(z));
    });
    slabMean(2, 22);
    copies = 0;
    check(slabMean(3, 23), 3, 23);
    expect(copies).toBe(2);
  });

  it("forgets voxels that are not finite once they are outside", () => {
    const kept = values[5 * AREA + 3];
    values[5 * AREA + 3] = Number.NaN;
    const slabMean = createSlabMean(AREA, (z, out) => out.set(sectionOf(z)));
    expect(slabMean(1, 8)[3]).toBeNaN();
    check(slabMean(6, 13), 6, 13);
    values[5 * AREA + 3] = kept;
  });
});
