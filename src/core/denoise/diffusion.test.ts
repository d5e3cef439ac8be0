import { describe, expect, test } from "vitest";
import { barrel } from "../../testing/degrade";
import { psnrDb } from "../metrics/psnr";
import { fillNormal } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { diffuse } from "./diffusion";
import { toDiffusionTensors } from "./diffusion-tensor";

const breathe = async () => {};

function noisyBarrel(shape: Shape3, sigma: number) {
  const structure = barrel(shape);
  const values = new Float32Array(voxelCount(shape));
  fillNormal(values, 3, 0);
  return { structure, values: values.map((v, i) => structure[i] + sigma * v) };
}

const mean = (values: Float32Array) => values.reduce((sum, v) => sum + v, 0) / values.length;

test.each([
  [0.1, 5.7],
  [0.25, 10.5],
])("at sigma %f it gains more than %f dB and keeps the mean", async (sigma, gainDb) => {
  const shape: Shape3 = [16, 19, 17];
  const { structure, values } = noisyBarrel(shape, sigma);
  const out = await diffuse(values, shape, sigma, breathe);
  const gained = psnrDb(structure, out) - psnrDb(structure, values);
  console.log(`Diffusion gains ${gained.toFixed(2)} dB at sigma ${sigma}`);
  expect(gained).toBeGreaterThan(gainDb);
  expect(mean(out)).toBeCloseTo(mean(values), 7);
});

test("does to a mirrored or turned volume the same", async () => {
  const side = 7;
  const shape: Shape3 = [side, side, side];
  const { values } = noisyBarrel(shape, 0.2);
  const at = (z: number, y: number, x: number) => (z * side + y) * side + x;
  /** The volume with its axes exchanged in a ring, and one of them reversed. */
  const turned = (volume: Float32Array) =>
    volume.map((_, i) => {
      const [z, y, x] = [Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side];
      return volume[at(y, side - 1 - x, z)];
    });
  const expected = turned(await diffuse(values, shape, 0.2, breathe));
  const out = await diffuse(turned(values), shape, 0.2, breathe);
  expect(Math.max(...out.map((v, i) => Math.abs(v - expected[i])))).toBeLessThan(1e-5);
  expect(Math.max(...out.map((v, i) => Math.abs(v - turned(values)[i])))).toBeGreaterThan(0.1);
});

test("smooths along a wall and leaves its edge", async () => {
  const shape: Shape3 = [12, 12, 12];
  const wall = Float32Array.from({ length: 1728 }, (_, i) => (i % 12 < 6 ? 0 : 1));
  const noise = new Float32Array(1728);
  fillNormal(noise, 5, 0);
  const out = await diffuse(
    wall.map((v, i) => v + 0.1 * noise[i]),
    shape,
    0.1,
    breathe,
  );
  const deviation = (column: number) => {
    const values = out.filter((_, i) => i % 12 === column);
    return Math.sqrt(values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / values.length);
  };
  expect(deviation(5)).toBeLessThan(0.05);
  expect(deviation(6)).toBeLessThan(0.05);
  expect(mean(out.filter((_, i) => i % 12 === 6)) - mean(out.filter((_, i) => i % 12 === 5))).toBeGreaterThan(
    0.8,
  );
});

describe("diffusion tensors", () => {
  /** The columns are three directions at right angles. */
  const [a, b] = [0.7, -1.1];
  const directions = [
    [Math.cos(a), -Math.sin(a) * Math.cos(b), Math.sin(a) * Math.sin(b)],
    [Math.sin(a), Math.cos(a) * Math.cos(b), -Math.cos(a) * Math.sin(b)],
    [0, Math.sin(b), Math.cos(b)],
  ];
  const tensorOf = (values: readonly number[]) =>
    [
      [0, 0],
      [1, 1],
      [2, 2],
      [0, 1],
      [0, 2],
      [1, 2],
    ].map(([p, q]) =>
      Float32Array.of(values.reduce((sum, v, k) => sum + v * directions[p][k] * directions[q][k], 0)),
    );

  test.each([
    ["no structure", [0, 0, 0], [1, 1, 1]],
    ["little contrast", [0.5, 0.1, 1], [0.8, 1 / 1.01, 0.5]],
    ["a line", [7, 9, 0.5], [0, 0, 8.5 ** 2 / (1 + 8.5 ** 2)]],
    ["between both", [4.5, 0, 2], [0.5 / 21.25, 0.5 + 0.5 * (20.25 / 21.25), 0.1]],
    ["strong in every direction", [50, 40, 45], [0, 100 / 101, 0]],
  ])("of %s", (_, eigenvalues, diffusivities) => {
    const parts = tensorOf(eigenvalues);
    toDiffusionTensors(parts);
    const expected = tensorOf(diffusivities);
    for (let part = 0; part < 6; part++) expect(parts[part][0]).toBeCloseTo(expected[part][0], 5);
  });
});

test("can be stopped within a step", async () => {
  let calls = 0;
  const stop = async () => {
    if (++calls === 3) throw new Error("stopped");
  };
  await expect(diffuse(new Float32Array(1000), [10, 10, 10], 0.1, stop)).rejects.toThrow("stopped");
});
