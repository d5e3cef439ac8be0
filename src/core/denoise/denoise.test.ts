import { describe, expect, test } from "vitest";
import { psnrDb } from "../metrics/psnr";
import { fillNormal } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { bm4d } from "./bm4d";
import { kaiserCube, referencePositions } from "./bm4d-plan";
import { diffuse } from "./diffusion";
import { blurSigmaVoxels, gaussianBlur, gaussianKernel, mirrored } from "./gaussian";
import { nlMeans } from "./nl-means";
import { tvDenoise } from "./tv";

const shape: Shape3 = [13, 17, 23];
const breathe = async () => {};

/** Blocks, a ball and a slope in [0, 1]: edges in every direction. */
const phantom = Float32Array.from({ length: voxelCount(shape) }, (_, i) => {
  const [, ny, nx] = shape;
  const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
  if ((x - 7) ** 2 + (y - 8) ** 2 + (z - 6) ** 2 < 22) return 1;
  if (x > 13 && y > 4 && y < 12) return 0.6;
  return 0.1 + (0.2 * x) / nx;
});

const noisy = (sigma: number, seed = 3) => {
  const normal = new Float32Array(phantom.length);
  fillNormal(normal, seed, 0);
  return phantom.map((v, i) => v + sigma * normal[i]);
};

const denoisers = {
  bm4d: (values: Float32Array, sigma: number) => bm4d(values, shape, sigma, breathe),
  gaussian: async (values: Float32Array, sigma: number) =>
    gaussianBlur(values, shape, blurSigmaVoxels(sigma)),
  tv: (values: Float32Array, sigma: number) => tvDenoise(values, shape, sigma, breathe),
  nlMeans: (values: Float32Array, sigma: number) => nlMeans(values, shape, sigma, breathe),
  diffusion: (values: Float32Array, sigma: number) => diffuse(values, shape, sigma, breathe),
};

describe.each(Object.entries(denoisers))("%s", (_, denoise) => {
  test("keeps a constant, dark or bright", async () => {
    // 0.05 is above 0.084 sigma, below which BM4D takes a constant for nothing.
    for (const constant of [-3, 0.05, 0.7]) {
      const out = await denoise(new Float32Array(phantom.length).fill(constant), 0.2);
      expect(Math.max(...out.map((v) => Math.abs(v - constant)))).toBeLessThan(
        4e-6 * Math.max(1, Math.abs(constant)),
      );
    }
  });

  test("keeps its input and does nothing at sigma 0", async () => {
    const values = noisy(0.1);
    const copy = Float32Array.from(values);
    await denoise(values, 0.1);
    expect(values).toEqual(copy);
    expect(await denoise(values, 0)).toEqual(copy);
  });

  test("a changed sign changes nothing else: dark and bright particles are alike", async () => {
    const values = noisy(0.1);
    const plain = await denoise(values, 0.1);
    const inverted = await denoise(
      values.map((v) => -v),
      0.1,
    );
    expect(inverted).toEqual(plain.map((v) => -v));
  });

  test("takes away noise", async () => {
    const before = psnrDb(phantom, noisy(0.25));
    expect(Math.abs(before - 20 * Math.log10(1 / 0.25))).toBeLessThan(0.5);
    expect(psnrDb(phantom, await denoise(noisy(0.25), 0.25))).toBeGreaterThan(before + 3);
  });
});

test("BM4D gains more than 7 dB on the phantom at sigma 0.1, where the Gaussian blurs the edges away", async () => {
  const values = noisy(0.1);
  const gained = psnrDb(phantom, await denoisers.bm4d(values, 0.1)) - psnrDb(phantom, values);
  const byGaussian = psnrDb(phantom, await denoisers.gaussian(values, 0.1)) - psnrDb(phantom, values);
  console.log(`BM4D gains ${gained.toFixed(2)} dB, the Gaussian ${byGaussian.toFixed(2)} dB`);
  expect(gained).toBeGreaterThan(7);
  expect(gained).toBeGreaterThan(byGaussian + 3);
});

test("BM4D takes pure noise down to a tenth", async () => {
  const values = new Float32Array(phantom.length);
  fillNormal(values, 9, 0);
  const out = await bm4d(
    values.map((v) => 0.1 * v),
    shape,
    0.1,
    breathe,
  );
  const deviation = Math.sqrt(out.reduce((sum, v) => sum + v * v, 0) / out.length);
  expect(deviation).toBeLessThan(0.015);
});

test("BM4D can be stopped, and names sides that are too small", async () => {
  const stop = async () => {
    throw new Error("stopped");
  };
  await expect(bm4d(phantom, shape, 0.1, stop)).rejects.toThrow("stopped");
  await expect(bm4d(new Float32Array(75), [3, 5, 5], 0.1, breathe)).rejects.toThrow("not 3 × 5 × 5");
});

test("reference cubes reach both borders and leave no gap", () => {
  for (let length = 4; length < 40; length++) {
    const starts = [...referencePositions(length)];
    expect(starts[0]).toBe(0);
    expect(starts[starts.length - 1]).toBe(length - 4);
    for (let i = 1; i < starts.length; i++) {
      expect(starts[i] - starts[i - 1]).toBeGreaterThan(0);
      expect(starts[i] - starts[i - 1]).toBeLessThanOrEqual(3);
    }
    // Rows four apart may be written by two threads: their windows (3 before, 3 + 4 after) must not meet.
    for (let i = 4; i < starts.length; i++)
      expect(Math.max(0, starts[i] - 3)).toBeGreaterThan(
        starts[i - 4] + 6 < length - 1 ? starts[i - 4] + 6 : -1,
      );
  }
});

test("the aggregation window is the Kaiser window with beta 2", () => {
  // I0(2√(1 − u²)) / I0(2) with u = 2i/3 − 1, the Bessel function worked out apart from this program.
  const cube = kaiserCube();
  const edge = 1 / 2.2795853;
  const inner = 2.1070523 / 2.2795853;
  expect(cube[0]).toBeCloseTo(edge ** 3, 5);
  expect(cube[21]).toBeCloseTo(inner ** 3, 5);
  expect(cube[22]).toBe(cube[21]);
});

test("the Gaussian leaves noise of 0.02, and its kernel sums to 1", () => {
  const s = blurSigmaVoxels(0.4);
  const kernel = gaussianKernel(s);
  expect(kernel.reduce((sum, w, i) => sum + (i === 0 ? w : 2 * w), 0)).toBeCloseTo(1, 6);
  const gain = kernel.reduce((sum, w, i) => sum + (i === 0 ? w * w : 2 * w * w), 0) ** 1.5;
  expect(0.4 * gain).toBeCloseTo(0.02, 3);
  expect([-2, -1, 0, 3, 4, 5].map((i) => mirrored(i, 4))).toEqual([1, 0, 0, 3, 3, 2]);
});
