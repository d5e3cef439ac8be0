import { afterEach, expect, test } from "vitest";
import { createReferenceFourier3 } from "../../core/fourier/fourier3";
import type { Shape3 } from "../../core/volume/shape";
import { FOURIER_SHAPES, fourierOracle, fourierVolume, relativeL2 } from "../../testing/cases/fourier-cases";
import { createWasmRuntime, type WasmRuntime } from "../runtime";
import { createWasmFourier3 } from "./wasm-fourier3";

const TOLERANCE = 1e-6;

let runtime: WasmRuntime;
afterEach(() => runtime.dispose());

test.each(FOURIER_SHAPES)(
  "the transform of %i × %i × %i equals the definition and comes back",
  async (...shape) => {
    runtime = await createWasmRuntime({ threads: 2 });
    const fourier = createWasmFourier3(runtime, shape);
    for (const seed of [1, 2]) {
      const values = fourierVolume(shape, seed);
      const spectrum = await fourier.forward(values);
      expect(relativeL2(spectrum, fourierOracle(values, shape))).toBeLessThan(TOLERANCE);
      expect(relativeL2(await fourier.inverse(spectrum), values)).toBeLessThan(TOLERANCE);
    }
  },
);

test.each([[[3, 130, 203]], [[70, 66, 32]]] as [Shape3][])(
  "%j has the bits of the reference, on one thread and on three",
  async (shape) => {
    const values = fourierVolume(shape, 3);
    const reference = createReferenceFourier3(shape);
    const spectrum = await reference.forward(values);
    const back = await reference.inverse(spectrum);
    for (const threads of [1, 3]) {
      runtime = await createWasmRuntime({ threads });
      const fourier = createWasmFourier3(runtime, shape);
      expect(relativeL2(await fourier.forward(values), spectrum)).toBe(0);
      expect(relativeL2(await fourier.inverse(spectrum), back)).toBe(0);
      if (threads === 1) runtime.dispose();
    }
  },
);

test("a volume larger than the room for its rows passes through in parts", async () => {
  const shape: Shape3 = [2, 1501, 1501];
  const values = fourierVolume(shape, 4);
  runtime = await createWasmRuntime({ threads: 2 });
  const fourier = createWasmFourier3(runtime, shape);
  const spectrum = await fourier.forward(values);
  const sum = values.reduce((total, value) => total + value, 0);
  expect(spectrum[0] / sum).toBeCloseTo(1, 4);
  expect(relativeL2(await fourier.inverse(spectrum), values)).toBeLessThan(2 * TOLERANCE);
});
