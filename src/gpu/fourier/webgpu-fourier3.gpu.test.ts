import { afterAll, describe, expect, it } from "vitest";
import type { Shape3 } from "../../core/volume/shape";
import { fourierOracle, fourierVolume, relativeL2 } from "../../testing/cases/fourier-cases";
import { testGpu } from "../../testing/node-webgpu";
import type { GpuDevice } from "../device";
import { createWebGpuFourier3 } from "./webgpu-fourier3";

const TOLERANCE = 1e-6;

/**
 * A single butterfly, primes that are summed directly and what follows them; few, since a GPU in software compiles slowly: the
 * bench fft tests all lengths up to 130.
 */
const SHAPES: readonly Shape3[] = [
  [1, 1, 1],
  [3, 2, 1],
  [5, 7, 6],
  [13, 15, 1],
  [34, 1, 1],
];

describe.skipIf(!testGpu)("Fourier transforms on the GPU", () => {
  const gpu = testGpu as GpuDevice;
  afterAll(() => gpu?.device.destroy());

  it.each(SHAPES)("%i × %i × %i equals the definition and comes back", async (...shape) => {
    const fourier = await createWebGpuFourier3(gpu, shape);
    for (const seed of [1, 2]) {
      const values = fourierVolume(shape, seed);
      const spectrum = await fourier.forward(values);
      expect(relativeL2(spectrum, fourierOracle(values, shape))).toBeLessThan(TOLERANCE);
      expect(relativeL2(await fourier.inverse(spectrum), values)).toBeLessThan(TOLERANCE);
    }
    fourier.dispose();
  });

  it("leaves out what the imaginary parts of the zero and the Nyquist frequency hold", async () => {
    const shape: Shape3 = [5, 7, 6];
    const fourier = await createWebGpuFourier3(gpu, shape);
    const values = fourierVolume(shape, 3);
    const spectrum = await fourier.forward(values);
    const half = fourier.spectrumShape[2];
    // Once y and z are done, a row is that of a real line: a constant there is what the rows' own imaginary parts are.
    for (const k of [0, half - 1]) spectrum[2 * k + 1] += 5;
    expect(relativeL2(await fourier.inverse(spectrum), values)).toBeLessThan(TOLERANCE);
    fourier.dispose();
  });
});
