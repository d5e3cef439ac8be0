import { describe, expect, test } from "vitest";
import { barrel } from "../../testing/degrade";
import { psnrDb } from "../metrics/psnr";
import { fillNormal } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { mirrored } from "./gaussian";
import { nlMeans } from "./nl-means";

const breathe = async () => {};

function noisyBarrel(shape: Shape3, sigma: number, seed = 3) {
  const structure = barrel(shape);
  const values = new Float32Array(voxelCount(shape));
  fillNormal(values, seed, 0);
  return { structure, values: values.map((v, i) => structure[i] + sigma * v) };
}

/** The mean as it is defined: every pair of voxels of a window by itself, in f64. */
function byEveryPair(values: Float32Array, shape: Shape3, sigma: number): Float32Array {
  const [nz, ny, nx] = shape;
  const positions = Array.from(values, (_, i) => [Math.floor(i / nx / ny), Math.floor(i / nx) % ny, i % nx]);
  const around = [-1, 0, 1];
  const patches = positions.map(([z, y, x]) =>
    around.flatMap((dz) =>
      around.flatMap((dy) =>
        around.map(
          (dx) => values[(mirrored(z + dz, nz) * ny + mirrored(y + dy, ny)) * nx + mirrored(x + dx, nx)],
        ),
      ),
    ),
  );
  return values.map((_, i) => {
    let sum = 0;
    let total = 0;
    for (let j = 0; j < values.length; j++) {
      if (positions[i].some((position, axis) => Math.abs(position - positions[j][axis]) > 3)) continue;
      const squared = patches[i].reduce((all, value, k) => all + (value - patches[j][k]) ** 2, 0) / 27;
      const weight = Math.exp(-Math.max(0, squared - 2 * sigma ** 2) / (0.75 * sigma) ** 2);
      sum += weight * values[j];
      total += weight;
    }
    return sum / total;
  });
}

describe.each([[[6, 7, 8]], [[3, 5, 4]]] as [Shape3][])("%j", (shape) => {
  test("is the mean over every pair of voxels", async () => {
    const { values } = noisyBarrel(shape, 0.2);
    const expected = byEveryPair(values, shape, 0.2);
    const out = await nlMeans(values, shape, 0.2, breathe);
    expect(Math.max(...out.map((v, i) => Math.abs(v - expected[i])))).toBeLessThan(5e-6);
    expect(Math.max(...out.map((v, i) => Math.abs(v - values[i])))).toBeGreaterThan(0.1);
  });
});

test.each([
  [0.1, 7],
  [0.25, 11],
])("at sigma %f it gains more than %f dB", async (sigma, gainDb) => {
  const shape: Shape3 = [16, 19, 17];
  const { structure, values } = noisyBarrel(shape, sigma);
  const gained = psnrDb(structure, await nlMeans(values, shape, sigma, breathe)) - psnrDb(structure, values);
  console.log(`NL-means gains ${gained.toFixed(2)} dB at sigma ${sigma}`);
  expect(gained).toBeGreaterThan(gainDb);
});

test("can be stopped within a shift", async () => {
  let calls = 0;
  const stop = async () => {
    if (++calls === 3) throw new Error("stopped");
  };
  await expect(nlMeans(new Float32Array(1000), [10, 10, 10], 0.1, stop)).rejects.toThrow("stopped");
});
