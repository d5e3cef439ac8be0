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
  const at = (z: number, y: number, x: number) =>
    values[(mirrored(z, nz) * ny + mirrored(y, ny)) * nx + mirrored(x, nx)];
  const offsets = (radius: number) =>
    Array.from({ length: (2 * radius + 1) ** 3 }, (_, i) => {
      const side = 2 * radius + 1;
      return [
        Math.floor(i / side / side) - radius,
        (Math.floor(i / side) % side) - radius,
        (i % side) - radius,
      ];
    });
  const patch = offsets(1);
  const window = offsets(3);
  const width = (0.75 * sigma) ** 2;
  return values.map((_, i) => {
    const [z, y, x] = [Math.floor(i / nx / ny), Math.floor(i / nx) % ny, i % nx];
    let sum = 0;
    let total = 0;
    for (const [dz, dy, dx] of window) {
      const [cz, cy, cx] = [z + dz, y + dy, x + dx];
      if (cz < 0 || cz >= nz || cy < 0 || cy >= ny || cx < 0 || cx >= nx) continue;
      let squared = 0;
      for (const [oz, oy, ox] of patch)
        squared += (at(z + oz, y + oy, x + ox) - at(cz + oz, cy + oy, cx + ox)) ** 2;
      const weight = Math.exp(-Math.max(0, squared / patch.length - 2 * sigma ** 2) / width);
      sum += weight * at(cz, cy, cx);
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
  [0.1, 9],
  [0.25, 13],
])("at sigma %f it gains more than %f dB", async (sigma, gainDb) => {
  const shape: Shape3 = [21, 23, 25];
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
