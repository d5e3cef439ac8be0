import { expect, test } from "vitest";
import { FOURIER_SHAPES, fourierOracle, fourierVolume, relativeL2 } from "../../testing/cases/fourier-cases";
import { type Shape3, voxelCount } from "../volume/shape";
import { createRealFft3 } from "./real-fft3";

/** f32 with log2(n) rounded stages. */
const TOLERANCE = 1e-6;
const ROUND_TRIP_TOLERANCE = 3e-6;

test.each(FOURIER_SHAPES)(
  "the transform of %i × %i × %i equals the definition and comes back",
  (...shape) => {
    const values = fourierVolume(shape, 5);
    const fft = createRealFft3(shape);
    const spectrum = new Float32Array(2 * voxelCount(fft.spectrumShape));
    fft.forward(values, spectrum);
    expect(relativeL2(spectrum, fourierOracle(values, shape))).toBeLessThan(TOLERANCE);
    const back = new Float32Array(values.length);
    fft.inverse(spectrum, back);
    expect(relativeL2(back, values)).toBeLessThan(TOLERANCE);
  },
);

test("a large prime, mixed factors and powers of two come back (one long row)", () => {
  for (const nx of [224, 101, 464, 512]) {
    const shape: Shape3 = [1, 3, nx];
    const values = fourierVolume(shape, nx);
    const fft = createRealFft3(shape);
    const spectrum = new Float32Array(2 * voxelCount(fft.spectrumShape));
    fft.forward(values, spectrum);
    // Parseval: interior coefficients stand for two.
    let power = 0;
    for (let i = 0; i < spectrum.length / 2; i++) {
      const k = i % fft.spectrumShape[2];
      power += (k === 0 || 2 * k === nx ? 1 : 2) * (spectrum[2 * i] ** 2 + spectrum[2 * i + 1] ** 2);
    }
    const energy = values.reduce((sum, v) => sum + v * v, 0);
    expect(power / values.length / energy).toBeCloseTo(1, 5);
    const back = new Float32Array(values.length);
    fft.inverse(spectrum, back);
    expect(Math.max(...back.map((v, i) => Math.abs(v - values[i])))).toBeLessThan(ROUND_TRIP_TOLERANCE);
  }
});

test("a length below 1 is refused", () => {
  expect(() => createRealFft3([0, 4, 4])).toThrow("needs a length of 1 or more, not 0");
});
