import { describe, expect, test } from "vitest";
import { psnrDb } from "../metrics/psnr";
import { fillNormal } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { bm3d } from "./bm3d";
import { factorCholesky, solveCholesky } from "./cholesky";
import { cosine8, inverseCosine8 } from "./cosine8";
import { nlBayes } from "./nl-bayes";
import { createPatchGaussian } from "./patch-gaussian";
import { createPatchRowSearch } from "./patch-rows";

const shape: Shape3 = [2, 27, 31];
const [, ny, nx] = shape;
const oneSection: Shape3 = [1, ny, nx];
const breathe = async () => {};

const normal = (length: number, seed: number): Float32Array => {
  const values = new Float32Array(length);
  fillNormal(values, seed, 0);
  return values;
};

/** A disc and a block on a slope, in [0, 1], the second section other than the first. */
const phantom = Float32Array.from({ length: voxelCount(shape) }, (_, i) => {
  const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
  if ((x - 9) ** 2 + (y - 10 - 3 * z) ** 2 < 40) return 1;
  return x > 17 && y > 4 && y < 19 ? 0.6 : 0.1 + (0.2 * x) / nx;
});
const noise = normal(phantom.length, 3);
const noisy = (sigma: number) => phantom.map((v, i) => v + sigma * noise[i]);

describe.each([
  ["BM3D", bm3d],
  ["NL-Bayes", nlBayes],
])("%s", (name, denoise) => {
  test("keeps constants, dark or bright", async () => {
    for (const constant of [-3, 0.05]) {
      const out = await denoise(new Float32Array(270).fill(constant), [1, 15, 18], 0.1, breathe);
      // BM3D's Wiener stage takes 0.1² / (8·√32·0.05)² of a dark constant.
      const taken = name === "BM3D" ? 2e-3 : 1e-6;
      for (const v of out) expect(Math.abs(v / constant - 1)).toBeLessThan(taken);
    }
  });

  test("is odd, keeps its input and does nothing at sigma 0, little at a small one", async () => {
    const values = noisy(0.1).slice(ny * nx);
    const copy = Float32Array.from(values);
    const plain = await denoise(values, oneSection, 0.1, breathe);
    expect(values).toEqual(copy);
    const negative = values.map((v) => -v);
    expect(await denoise(negative, oneSection, 0.1, breathe)).toEqual(plain.map((v) => -v));
    expect(await denoise(values, oneSection, 0, breathe)).toEqual(copy);
    const kept = await denoise(values, oneSection, 1e-4, breathe);
    expect(Math.max(...kept.map((v, i) => Math.abs(v - values[i])))).toBeLessThan(2e-3);
  });

  test("takes away noise, section by section", async () => {
    // Few patches of 27 × 31 pixels resemble one at an edge; larger sections gain more.
    for (const [sigma, gain] of [
      [0.1, 4],
      [0.25, 6.5],
    ]) {
      const values = noisy(sigma);
      const out = await denoise(values, shape, sigma, breathe);
      const gained = psnrDb(phantom, out) - psnrDb(phantom, values);
      console.log(`${name} gains ${gained.toFixed(2)} dB at sigma ${sigma}`);
      expect(gained).toBeGreaterThan(gain);
      const second = await denoise(values.slice(ny * nx), oneSection, sigma, breathe);
      expect(second).toEqual(out.slice(ny * nx));
    }
  });

  test("can be stopped, and names sections that are too small", async () => {
    const stop = async () => {
      throw new Error("stopped");
    };
    await expect(denoise(phantom, shape, 0.1, stop)).rejects.toThrow("stopped");
    await expect(denoise(new Float32Array(160), [10, 4, 4], 0.1, breathe)).rejects.toThrow("not 4 × 4");
  });

  test("takes the smallest section", async () => {
    const side = name === "BM3D" ? 8 : 5;
    const out = await denoise(normal(side * side, 2), [1, side, side], 0.5, breathe);
    expect(out.every(Number.isFinite)).toBe(true);
  });
});

test("the search finds the nearest patches, as comparing all does", () => {
  const search = { side: 8, radius: 5, maxGroup: 6, largestDistance: 30 };
  const pixels = noise.subarray(0, ny * nx).map((v) => 0.5 * v);
  const columns = Int32Array.of(0, 7, 23);
  const { starts, counts } = createPatchRowSearch({ pixels, ny, nx }, columns, search)(9);
  for (const [reference, x] of columns.entries()) {
    const all: { start: number; distance: number }[] = [];
    for (let cy = 4; cy <= 14; cy++)
      for (let cx = Math.max(0, x - 5); cx <= Math.min(nx - 8, x + 5); cx++) {
        let distance = 0;
        for (let i = 0; i < 64; i++) {
          const offset = (i >> 3) * nx + (i & 7);
          distance += (pixels[cy * nx + cx + offset] - pixels[9 * nx + x + offset]) ** 2;
        }
        if (distance <= 30) all.push({ start: cy * nx + cx, distance });
      }
    all.sort((a, b) => a.distance - b.distance);
    const expected = all.slice(0, 6).map(({ start }) => start);
    expect(counts[reference]).toBe(expected.length);
    expect(expected.length).toBeGreaterThan(1);
    expect([...starts.subarray(6 * reference, 6 * reference + expected.length)]).toEqual(expected);
  }
});

test("the cosine transform of eight points is the sum of its definition, and is undone", () => {
  const values = normal(24, 6);
  const out = Float32Array.from(values);
  cosine8(out, 1, 3);
  for (let k = 0; k < 8; k++) {
    let sum = 0;
    for (let i = 0; i < 8; i++) sum += values[1 + 3 * i] * Math.cos((Math.PI * k * (2 * i + 1)) / 16);
    expect(out[1 + 3 * k]).toBeCloseTo(sum * (k === 0 ? Math.sqrt(1 / 8) : 0.5), 5);
  }
  inverseCosine8(out, 1, 3);
  for (let i = 0; i < 24; i++) expect(out[i]).toBeCloseTo(values[i], 5);
});

test("Cholesky's factor solves a system, and refuses a singular one", () => {
  const n = 5;
  const root = normal(n * n, 7);
  const product = (row: number, column: number) => {
    let sum = row === column ? 0.1 : 0;
    for (let k = 0; k < n; k++) sum += root[row * n + k] * root[column * n + k];
    return sum;
  };
  const matrix = Float64Array.from({ length: n * n }, (_, i) => product(Math.floor(i / n), i % n));
  const solution = [1, -2, 3, 0.5, 4];
  const b = Float64Array.from({ length: n }, (_, row) =>
    solution.reduce((sum, x, column) => sum + matrix[row * n + column] * x, 0),
  );
  expect(factorCholesky(matrix, n, 1e-12)).toBe(true);
  solveCholesky(matrix, n, b);
  for (let i = 0; i < n; i++) expect(b[i]).toBeCloseTo(solution[i], 8);
  expect(factorCholesky(new Float64Array(n * n).fill(1), n, 1e-12)).toBe(false);
});

test("patches of two values come out as the formula of their Gaussian says", () => {
  // Samples along (1, 1) with variance 8 and along (1, −1) with variance 2, about the mean (5, 1).
  const [a, b] = [2, 1].map((v) => v * Math.sqrt(3 / 2));
  const patches = Float64Array.of(5 + a, 1 + a, 5 - a, 1 - a, 5 + b, 1 - b, 5 - b, 1 + b);
  const out = new Float64Array(8);
  createPatchGaussian(2, 4)(patches, patches, 4, 1, 0, out);
  // (λ − σ²) / λ of each direction: 1 − 1/8·… with C = Σ v·vᵀ / 3, so λ = 2·a²·2/3 = 8 and 2·b²·2/3 = 2.
  for (const [i, gain] of [7 / 8, 7 / 8, 7 / 8, 7 / 8, 1 / 2, 1 / 2, 1 / 2, 1 / 2].entries()) {
    const mean = i % 2 ? 1 : 5;
    expect(out[i]).toBeCloseTo(mean + gain * (patches[i] - mean), 10);
  }
  // With the noise apart from the model: λ / (λ + σ²).
  createPatchGaussian(2, 4)(patches, patches, 4, 1, 1, out);
  for (const [i, gain] of [8 / 9, 8 / 9, 8 / 9, 8 / 9, 2 / 3, 2 / 3, 2 / 3, 2 / 3].entries()) {
    const mean = i % 2 ? 1 : 5;
    expect(out[i]).toBeCloseTo(mean + gain * (patches[i] - mean), 10);
  }
});
