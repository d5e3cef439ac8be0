import { afterAll, describe, expect, it } from "vitest";
import { blurSigmaVoxels, gaussianBlur } from "../../core/denoise/gaussian";
import { fillNormal } from "../../core/random/philox";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import { runAndRead, uploadFloats } from "../../testing/gpu-buffers";
import { testGpu } from "../../testing/node-webgpu";
import type { GpuDevice } from "../device";
import { createGpuGaussian } from "./gaussian";

describe.skipIf(!testGpu)("Gaussian blur on the GPU", () => {
  const gpu = testGpu as GpuDevice;
  afterAll(() => gpu?.device.destroy(), 60_000);

  it("gives what the reference gives, also where the kernel is wider than the volume, and copies at sigma 0", async () => {
    const shape: Shape3 = [5, 7, 71];
    const values = new Float32Array(voxelCount(shape));
    fillNormal(values, 4, 0);
    const gaussian = await createGpuGaussian(gpu, shape);
    const input = uploadFloats(gpu.device, values);
    const output = uploadFloats(gpu.device, new Float32Array(values.length).fill(Number.NaN));
    for (const sigma of [0.1, 0.9, 0]) {
      const found = await runAndRead(gpu.device, gaussian.runs(input, output, sigma), output, values.length);
      const expected = gaussianBlur(values, shape, blurSigmaVoxels(sigma));
      const largest = found.reduce((most, v, i) => Math.max(most, Math.abs(v - expected[i])), 0);
      expect(largest, `sigma ${sigma}`).toBeLessThan(1e-6);
    }
    expect(() => gaussian.runs(input, output, 70)).toThrow("too much");
    gaussian.dispose();
  });
});
