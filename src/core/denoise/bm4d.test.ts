import { describe, expect, test } from "vitest";
import { psnrDb } from "../metrics/psnr";
import { fillNormal } from "../random/philox";
import type { DenoiserSpec } from "../restore/mwr-kernels";
import { type Shape3, voxelCount } from "../volume/shape";
import { bm4d } from "./bm4d";
import { BM4D_PROFILES, kaiserCube, referencePositions } from "./bm4d-plan";
import { DCT, HAAR, inverseTransformGroup, transformGroup } from "./cube-transforms";

const shape: Shape3 = [14, 17, 21];
const small: Shape3 = [8, 9, 11];
const breathe = async () => {};
const variants: Record<string, Pick<DenoiserSpec, "profile" | "wiener">> = {
  np: { profile: "np" },
  "lc with Wiener": { wiener: true },
  "np with Wiener": { profile: "np", wiener: true },
};

const normal = (length: number, seed: number): Float32Array => {
  const values = new Float32Array(length);
  fillNormal(values, seed, 0);
  return values;
};

/** A ball and a block on a slope, in [0, 1]. */
const phantom = Float32Array.from({ length: voxelCount(shape) }, (_, i) => {
  const [, ny, nx] = shape;
  const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
  if ((x - 7) ** 2 + (y - 8) ** 2 + (z - 7) ** 2 < 22) return 1;
  return x > 12 && y > 4 && y < 12 ? 0.6 : 0.1 + (0.2 * x) / nx;
});
const noise = normal(phantom.length, 3);
const noisy = (sigma: number) => phantom.map((v, i) => v + sigma * noise[i]);

describe.each(Object.entries(variants))("BM4D, %s", (_, options) => {
  test("keeps a bright constant, is odd, keeps its input and does nothing at sigma 0", async () => {
    const flat = await bm4d(new Float32Array(voxelCount(small)).fill(2), small, 0.1, breathe, options);
    // The Wiener share of the mean of a single cube is (8·2)² / ((8·2)² + 0.1²) at the least.
    expect(Math.max(...flat.map((v) => Math.abs(v - 2)))).toBeLessThan(1e-4);
    const values = noisy(0.1).slice(0, voxelCount(small));
    const copy = Float32Array.from(values);
    const plain = await bm4d(values, small, 0.1, breathe, options);
    expect(values).toEqual(copy);
    const negative = values.map((v) => -v);
    expect(await bm4d(negative, small, 0.1, breathe, options)).toEqual(plain.map((v) => -v));
    expect(await bm4d(values, small, 0, breathe, options)).toEqual(copy);
  });

  test("can be stopped", async () => {
    const stop = async () => {
      throw new Error("stopped");
    };
    await expect(bm4d(phantom, shape, 0.1, stop, options)).rejects.toThrow("stopped");
  });
});

test("the Wiener stage improves on hard thresholding, and more cubes on fewer", async () => {
  for (const sigma of [0.1, 0.25]) {
    const psnr = async (options: Pick<DenoiserSpec, "profile" | "wiener">) =>
      psnrDb(phantom, await bm4d(noisy(sigma), shape, sigma, breathe, options));
    const lc = await psnr({});
    const lcWiener = await psnr(variants["lc with Wiener"]);
    const npWiener = await psnr(variants["np with Wiener"]);
    console.log(`sigma ${sigma}: ${[lc, lcWiener, npWiener].map((v) => v.toFixed(2)).join(", ")} dB`);
    expect(lcWiener).toBeGreaterThan(lc + 0.1);
    expect(npWiener).toBeGreaterThan(lcWiener + 0.1);
  }
});

test("rows of one class write to different voxels", () => {
  for (const { searchRadius, classesPerAxis } of Object.values(BM4D_PROFILES))
    for (let length = 4; length < 60; length++) {
      const starts = [...referencePositions(length)];
      for (let i = classesPerAxis; i < starts.length; i++) {
        const lastWritten = Math.min(length - 1, starts[i - classesPerAxis] + searchRadius + 3);
        expect(starts[i] - searchRadius).toBeGreaterThan(lastWritten);
      }
    }
});

// What follows works out the smallest group, two cubes of a 4 × 4 × 5 volume, by matrices in f64.

const haarMatrix = [
  [0.5, 0.5, 0.5, 0.5],
  [0.5, 0.5, -0.5, -0.5],
  [Math.SQRT1_2, -Math.SQRT1_2, 0, 0],
  [0, 0, Math.SQRT1_2, -Math.SQRT1_2],
];
const dctMatrix = [0, 1, 2, 3].map((k) =>
  [0, 1, 2, 3].map((i) => (k ? Math.SQRT1_2 : 0.5) * Math.cos((Math.PI * k * (2 * i + 1)) / 8)),
);

/** Coefficients of two cubes: sum and difference of their separable transforms; `inverse` transposes it all. */
function coefficients(cubes: number[][], matrix: number[][], inverse = false): number[][] {
  const m = (k: number, i: number) => (inverse ? matrix[i][k] : matrix[k][i]);
  const transformed = cubes.map((cube) =>
    cube.map((_, at) => {
      let sum = 0;
      for (let i = 0; i < 64; i++)
        sum += m(at >> 4, i >> 4) * m((at >> 2) & 3, (i >> 2) & 3) * m(at & 3, i & 3) * cube[i];
      return sum;
    }),
  );
  const [a, b] = transformed;
  return [a.map((v, i) => (v + b[i]) * Math.SQRT1_2), a.map((v, i) => (v - b[i]) * Math.SQRT1_2)];
}

const twoCubes = (values: ArrayLike<number>) =>
  [0, 1].map((x) => Array.from({ length: 64 }, (_, i) => values[5 * (i >> 2) + (i & 3) + x]));

/** Both groups hold the same two cubes, so each stage ends with their mean under the window. */
function aggregateTwo(cubes: number[][]): number[] {
  const window = kaiserCube();
  return Array.from({ length: 80 }, (_, at) => {
    const [row, x] = [Math.floor(at / 5), at % 5];
    let [sum, total] = [0, 0];
    for (const [c, inCube] of [x, x - 1].entries()) {
      if (inCube < 0 || inCube > 3) continue;
      const i = 4 * row + inCube;
      sum += window[i] * cubes[c][i];
      total += window[i];
    }
    return sum / total;
  });
}

test("one group equals its hard thresholding and Wiener filtering by matrices", async () => {
  const sigma = 0.2;
  const values = normal(80, 8).map((v, i) => 0.5 * Math.sin(i / 9) + 0.3 + 0.15 * v);
  const kept = coefficients(twoCubes(values), haarMatrix).map((cube) =>
    cube.map((v) => (Math.abs(v) < 2.7 * sigma ? 0 : v)),
  );
  const basic = aggregateTwo(coefficients(kept, haarMatrix, true));
  const shape: Shape3 = [4, 4, 5];
  const hard = await bm4d(values, shape, sigma, breathe);
  for (let i = 0; i < 80; i++) expect(hard[i]).toBeCloseTo(basic[i], 5);
  expect(kept.flat().filter((v) => v).length).toBeGreaterThan(2);

  const guide = coefficients(twoCubes(basic), dctMatrix);
  const shared = coefficients(twoCubes(values), dctMatrix).map((cube, c) =>
    cube.map((v, i) => (v * guide[c][i] ** 2) / (guide[c][i] ** 2 + sigma ** 2)),
  );
  const expected = aggregateTwo(coefficients(shared, dctMatrix, true));
  const wiener = await bm4d(values, shape, sigma, breathe, { wiener: true });
  for (let i = 0; i < 80; i++) expect(wiener[i]).toBeCloseTo(expected[i], 5);
  expect(Math.max(...wiener.map((v, i) => Math.abs(v - hard[i])))).toBeGreaterThan(1e-3);
});

test.each([
  ["Haar", HAAR],
  ["cosine", DCT],
])(
  "the %s transform of a group of 16 keeps lengths, is undone, and puts a constant into one number",
  (_, transform) => {
    const values = normal(16 * 64, 5);
    const cubes = Float32Array.from(values);
    transformGroup(cubes, 16, transform);
    const power = (array: Float32Array) => array.reduce((sum, v) => sum + v * v, 0);
    expect(power(cubes) / power(values)).toBeCloseTo(1, 5);
    inverseTransformGroup(cubes, 16, transform);
    expect(Math.max(...cubes.map((v, i) => Math.abs(v - values[i])))).toBeLessThan(2e-6);
    const flat = new Float32Array(16 * 64).fill(1);
    transformGroup(flat, 16, transform);
    expect(flat[0]).toBeCloseTo(32, 4);
    expect(Math.max(...flat.subarray(1).map(Math.abs))).toBeLessThan(1e-5);
  },
);
