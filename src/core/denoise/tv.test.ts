import { expect, test } from "vitest";
import { barrel } from "../../testing/degrade";
import { psnrDb } from "../metrics/psnr";
import { fillNormal } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { totalVariation, tvDenoise } from "./tv";

const breathe = async () => {};

const noise = (shape: Shape3, sigma: number, seed = 3) => {
  const normal = new Float32Array(voxelCount(shape));
  fillNormal(normal, seed, 0);
  return normal.map((v) => sigma * v);
};

/** ‖values − x‖² + lambda · ‖∇x‖₁ in f64, and its derivative where lengths are smoothed by `epsilon`. */
function energyAndGradient(
  x: Float64Array,
  values: Float32Array,
  [nz, ny, nx]: Shape3,
  lambda: number,
  epsilon: number,
) {
  let energy = 0;
  const gradient = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    energy += (x[i] - values[i]) ** 2;
    gradient[i] += 2 * (x[i] - values[i]);
    const [ix, iy, iz] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
    const next = [ix < nx - 1 ? i + 1 : i, iy < ny - 1 ? i + nx : i, iz < nz - 1 ? i + nx * ny : i];
    const differences = next.map((j) => x[j] - x[i]);
    const length = Math.hypot(...differences, epsilon);
    energy += lambda * (length - epsilon);
    next.forEach((j, axis) => {
      gradient[j] += (lambda * differences[axis]) / length;
      gradient[i] -= (lambda * differences[axis]) / length;
    });
  }
  return { energy, gradient };
}

test("is as low in energy as a long, plain gradient descent gets", async () => {
  const shape: Shape3 = [4, 5, 6];
  const lambda = 0.3;
  const values = noise(shape, 0.2).map((v, i) => v + (i % 6 > 2 ? 0.8 : 0));
  const epsilon = 0.01;
  const slow = Float64Array.from(values);
  for (let step = 0; step < 1200; step++) {
    const { gradient } = energyAndGradient(slow, values, shape, lambda, epsilon);
    for (let i = 0; i < slow.length; i++) slow[i] -= 0.004 * gradient[i];
  }
  const found = Float64Array.from(await totalVariation(values, shape, lambda, breathe));
  const energyOf = (x: Float64Array) => energyAndGradient(x, values, shape, lambda, 0).energy;
  console.log(
    `TV energy ${energyOf(found)}, by descent ${energyOf(slow)}, at first ${energyOf(Float64Array.from(values))}`,
  );
  expect(energyOf(found)).toBeLessThan(1.003 * energyOf(slow));
  expect(energyOf(found)).toBeGreaterThan(0.98 * energyOf(slow));
});

test("brings a step to the height that is worked out by hand", async () => {
  // Two halves of 4 voxels along x: each end moves by lambda / 2 per area over its depth, (lambda / 2) / 4.
  const shape: Shape3 = [4, 4, 8];
  const values = Float32Array.from({ length: 128 }, (_, i) => (i % 8 < 4 ? 0 : 1));
  const out = await totalVariation(values, shape, 0.8, breathe);
  const expected = values.map((v) => 0.1 + 0.8 * v);
  expect(Math.max(...out.map((v, i) => Math.abs(v - expected[i])))).toBeLessThan(0.03);
});

test.each([
  [0.1, 7.5],
  [0.25, 9.3],
])("at sigma %f it gains more than %f dB", async (sigma, gainDb) => {
  const shape: Shape3 = [16, 19, 17];
  const structure = barrel(shape);
  const values = noise(shape, sigma).map((v, i) => structure[i] + v);
  const out = await tvDenoise(values, shape, sigma, breathe);
  const gained = psnrDb(structure, out) - psnrDb(structure, values);
  console.log(`TV gains ${gained.toFixed(2)} dB at sigma ${sigma}`);
  expect(gained).toBeGreaterThan(gainDb);
  expect(out.reduce((sum, v) => sum + v, 0) / out.length).toBeCloseTo(
    values.reduce((sum, v) => sum + v, 0) / out.length,
    5,
  );
});

test("can be stopped within an iteration", async () => {
  let calls = 0;
  const stop = async () => {
    if (++calls === 3) throw new Error("stopped");
  };
  await expect(tvDenoise(new Float32Array(1000), [10, 10, 10], 0.1, stop)).rejects.toThrow("stopped");
});
