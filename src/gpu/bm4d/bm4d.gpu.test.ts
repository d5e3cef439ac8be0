import { afterAll, describe, expect, it } from "vitest";
import { bm4d } from "../../core/denoise/bm4d";
import { fillNormal } from "../../core/random/philox";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import { barrel } from "../../testing/degrade";
import { runAndRead, uploadFloats } from "../../testing/gpu-buffers";
import { testGpu } from "../../testing/node-webgpu";
import type { GpuDevice } from "../device";
import { createGpuBm4d } from "./bm4d";

/**
 * Sums of f32 in another order. With these seeds no cube is nearer and no coefficient larger by rounding alone, which would
 * make a difference of the order of sigma.
 */
const TOLERANCE = 2e-6;

type Bm4dSpec = Parameters<typeof createGpuBm4d>[2];
type GpuBm4d = Awaited<ReturnType<typeof createGpuBm4d>>;
const WIDE_WINDOWS: readonly Bm4dSpec[] = [
  { profile: "np", wiener: false },
  { profile: "np", wiener: true },
];

const breathe = async () => {};

function noisyBarrel(shape: Shape3, sigma: number): Float32Array<ArrayBuffer> {
  const noise = new Float32Array(voxelCount(shape));
  fillNormal(noise, 3, 0);
  const clean = barrel(shape);
  return noise.map((v, i) => clean[i] + sigma * v);
}

const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((largest, v, i) => Math.max(largest, Math.abs(v - b[i])), 0);

describe.skipIf(!testGpu)("BM4D on the GPU", () => {
  const gpu = testGpu as GpuDevice;
  afterAll(() => gpu?.device.destroy(), 60_000);

  const run = async (denoiser: GpuBm4d, values: Float32Array, sigma: number) => {
    const input = uploadFloats(gpu.device, values);
    const output = uploadFloats(gpu.device, new Float32Array(values.length).fill(Number.NaN));
    return runAndRead(gpu.device, denoiser.runs(input, output, sigma), output, values.length);
  };

  // The last reference stands flush with the border, one or two voxels from the one before.
  it.each([
    { shape: [13, 17, 23], sigma: 0.25 },
    { shape: [16, 12, 20], sigma: 0.1 },
    { shape: [4, 5, 9], sigma: 0.1 },
  ] as const)("gives what the reference gives: $shape, sigma $sigma", async ({ shape, sigma }) => {
    const values = noisyBarrel(shape, sigma);
    const denoiser = await createGpuBm4d(gpu, shape, {});
    const found = await run(denoiser, values, sigma);
    expect(largestDifference(found, await bm4d(values, shape, sigma, breathe))).toBeLessThan(TOLERANCE);
    denoiser.dispose();
  });

  it("keeps a constant, whose cubes are all alike, and gives the same bits again", async () => {
    const shape: Shape3 = [7, 9, 12];
    const denoiser = await createGpuBm4d(gpu, shape, {});
    const flat = new Float32Array(voxelCount(shape)).fill(-0.7);
    expect(largestDifference(await run(denoiser, flat, 0.2), flat)).toBeLessThan(TOLERANCE);
    const noisy = noisyBarrel(shape, 0.2);
    expect(await run(denoiser, noisy, 0.2)).toEqual(await run(denoiser, noisy, 0.2));
    denoiser.dispose();
  });

  // In software the kernels of wide windows compile for a minute.
  const specs: readonly Bm4dSpec[] = [
    { profile: "lc", wiener: true },
    ...(testGpu?.isSoftware ? [] : WIDE_WINDOWS),
  ];
  it.each(specs)("filters like the reference: $profile, Wiener stage $wiener", async (spec) => {
    const shape: Shape3 = [10, 9, 14];
    const values = noisyBarrel(shape, 0.1);
    const denoiser = await createGpuBm4d(gpu, shape, spec);
    const found = await run(denoiser, values, 0.1);
    const expected = await bm4d(values, shape, 0.1, breathe, spec);
    expect(largestDifference(found, expected)).toBeLessThan(TOLERANCE);
    denoiser.dispose();
  });
});
