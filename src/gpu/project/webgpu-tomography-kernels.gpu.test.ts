import { afterAll, describe, expect, it } from "vitest";
import { createReferenceTomographyKernels } from "../../core/tomography/reference-tomography-kernels";
import { relativeDifference, TOMOGRAPHY_CASES, tomographyData } from "../../testing/cases/tomography-cases";
import { testGpu } from "../../testing/node-webgpu";
import type { GpuDevice } from "../device";
import { createWebGpuTomographyKernels } from "./webgpu-tomography-kernels";

/** f32 sums of some tens of products with weights that are right to 1e-7. */
const TOLERANCE = 1e-6;
const breathe = async () => {};

describe.skipIf(!testGpu)("projection on the GPU", () => {
  const gpu = testGpu as GpuDevice;
  afterAll(() => gpu?.device.destroy());

  it.each(TOMOGRAPHY_CASES)("equals the reference: $shape to $imageWidth pixels", async (spec) => {
    const { volume, images } = tomographyData(spec, 1);
    const reference = createReferenceTomographyKernels(spec);
    const kernels = await createWebGpuTomographyKernels(gpu, spec);
    const projected = await kernels.project(volume, breathe);
    expect(relativeDifference(projected, await reference.project(volume, breathe))).toBeLessThan(TOLERANCE);
    const smeared = await kernels.backProject(images, breathe);
    expect(relativeDifference(smeared, await reference.backProject(images, breathe))).toBeLessThan(TOLERANCE);
    kernels.dispose();
  });

  it("takes slabs of rows where the device allows no larger buffers, and tells how much is done", async () => {
    const spec = TOMOGRAPHY_CASES[5];
    const { volume, images } = tomographyData(spec, 2);
    const whole = await createWebGpuTomographyKernels(gpu, spec);
    const limits = { ...limitsOf(gpu), maxStorageBufferBindingSize: 4 * 24 * 40 * 10 };
    const device = new Proxy(gpu.device, {
      get(target, key) {
        if (key === "limits") return limits;
        const value = Reflect.get(target, key, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const parts = await createWebGpuTomographyKernels({ ...gpu, device }, spec);
    const shares: number[] = [];
    const note = async (share: number) => void shares.push(share);
    expect(await parts.project(volume, note)).toEqual(await whole.project(volume, breathe));
    expect(shares.length).toBeGreaterThanOrEqual(4);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    expect(await parts.backProject(images, breathe)).toEqual(await whole.backProject(images, breathe));
    const cancelled = parts.project(volume, async (share) => {
      if (share > 0.4) throw new Error("cancelled");
    });
    await expect(cancelled).rejects.toThrow("cancelled");
    expect(await parts.project(volume, breathe)).toEqual(await whole.project(volume, breathe));
    whole.dispose();
    parts.dispose();
  });
});

const limitsOf = ({ device: { limits } }: GpuDevice) => ({
  maxBufferSize: limits.maxBufferSize,
  maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
});
