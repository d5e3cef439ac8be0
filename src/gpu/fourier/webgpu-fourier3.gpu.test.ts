import { afterAll, describe, expect, it } from "vitest";
import { createReferenceFourier3 } from "../../core/fourier/fourier3";
import type { Shape3 } from "../../core/volume/shape";
import { FOURIER_SHAPES, fourierOracle, fourierVolume, relativeL2 } from "../../testing/cases/fourier-cases";
import { testGpu } from "../../testing/node-webgpu";
import type { GpuDevice } from "../device";
import { createWebGpuFourier3 } from "./webgpu-fourier3";

const TOLERANCE = 1e-6;

describe.skipIf(!testGpu)("Fourier transforms on the GPU", () => {
  const gpu = testGpu as GpuDevice;
  afterAll(() => gpu?.device.destroy());

  it.each(FOURIER_SHAPES)("%i × %i × %i equals the definition and comes back", async (...shape) => {
    const fourier = await createWebGpuFourier3(gpu, shape);
    for (const seed of [1, 2]) {
      const values = fourierVolume(shape, seed);
      const spectrum = await fourier.forward(values);
      expect(relativeL2(spectrum, fourierOracle(values, shape))).toBeLessThan(TOLERANCE);
      expect(relativeL2(await fourier.inverse(spectrum), values)).toBeLessThan(TOLERANCE);
    }
    fourier.dispose();
  });
});
