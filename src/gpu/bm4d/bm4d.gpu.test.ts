import { afterAll, describe, expect, it } from "vitest";
import { bm4d } from "../../core/denoise/bm4d";
import { fillNormal } from "../../core/random/philox";
import type { DenoiserSpec } from "../../core/restore/mwr-kernels";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import { barrel } from "../../testing/degrade";
import { runAndRead, uploadFloats } from "../../testing/gpu-buffers";
import { testGpu } from "../../testing/node-webgpu";
import type { GpuDevice } from "../device";
import { createGpuBm4d } from "./bm4d";

/** Sums of f32 in another order, and steps of 2^-25. */
const TOLERANCE = 2e-5;

describe.skipIf(!testGpu)("BM4D on the GPU", () => {
  const gpu = testGpu as GpuDevice;
  afterAll(() => gpu?.device.destroy());

  const noisy = (shape: Shape3, sigma: number) => {
    const values = new Float32Array(voxelCount(shape));
    fillNormal(values, 3, 0);
    const clean = barrel(shape);
    return values.map((v, i) => clean[i] + sigma * v);
  };

  const denoise = async (values: Float32Array, shape: Shape3, sigma: number, spec: Partial<DenoiserSpec>) => {
    const denoiser = await createGpuBm4d(gpu, shape, spec);
    const [input, output] = [values, values].map((array) => uploadFloats(gpu.device, array));
    const found = await runAndRead(gpu.device, denoiser.runs(input, output, sigma), output, values.length);
    const again = await runAndRead(gpu.device, denoiser.runs(input, output, sigma), output, values.length);
    denoiser.dispose();
    return { found, again };
  };

  it.each([
    { shape: [13, 17, 23], sigma: 0.1, spec: {} },
    { shape: [13, 17, 23], sigma: 0.25, spec: {} },
    { shape: [16, 12, 20], sigma: 0.1, spec: {} },
    { shape: [4, 5, 9], sigma: 0.1, spec: {} },
  ] as const)("gives what the reference gives: $shape, sigma $sigma, $spec", async ({ shape, sigma, spec }) => {
    const values = noisy(shape, sigma);
    const start=performance.now();
    const { found, again } = await denoise(values, shape, sigma, spec);
    console.log("ms", performance.now()-start);
    const expected = await bm4d(values, shape, sigma, async () => {}, spec);
    const differences = found.map((v, i) => Math.abs(v - expected[i]));
    console.log(differences.reduce((m, d) => Math.max(m, d), 0), differences.filter((d) => d > 2e-6).length);
    expect(again).toEqual(found);
    expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
  });
});
