import { expect, test } from "vitest";
import { fillNormal } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { createRealFft3 } from "./real-fft3";

// f32 with log2(n) rounded stages: relative to the largest coefficient.
const FORWARD_TOLERANCE = 2e-6;
const ROUND_TRIP_TOLERANCE = 3e-6;

const shapes: Shape3[] = [
  [1, 1, 1],
  [2, 3, 4],
  [5, 6, 7],
  [8, 9, 10],
  [13, 4, 15],
  [3, 17, 11],
];

const noise = (shape: Shape3, seed: number) => {
  const values = new Float32Array(voxelCount(shape));
  fillNormal(values, seed, 0);
  return values;
};

/** The definition, in f64: one axis after the other. */
function naiveDft3(values: Float32Array, shape: Shape3): { re: Float64Array; im: Float64Array } {
  let re = Float64Array.from(values);
  let im = new Float64Array(values.length);
  const steps = [shape[1] * shape[2], shape[2], 1];
  for (let axis = 0; axis < 3; axis++) {
    const n = shape[axis];
    const step = steps[axis];
    const outRe = new Float64Array(values.length);
    const outIm = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) {
      const k = Math.floor(i / step) % n;
      const start = i - k * step;
      for (let j = 0; j < n; j++) {
        const angle = (-2 * Math.PI * ((j * k) % n)) / n;
        const at = start + j * step;
        outRe[i] += re[at] * Math.cos(angle) - im[at] * Math.sin(angle);
        outIm[i] += re[at] * Math.sin(angle) + im[at] * Math.cos(angle);
      }
    }
    re = outRe;
    im = outIm;
  }
  return { re, im };
}

test.each(shapes)("the transform of %i × %i × %i equals the definition and comes back", (...shape) => {
  const values = noise(shape, 5);
  const fft = createRealFft3(shape);
  const half = fft.spectrumShape[2];
  const spectrum = new Float32Array(2 * voxelCount(fft.spectrumShape));
  fft.forward(values, spectrum);
  const expected = naiveDft3(values, shape);
  const largest = Math.max(...expected.re.map(Math.abs), ...expected.im.map(Math.abs));
  let worst = 0;
  for (let row = 0; row < shape[0] * shape[1]; row++)
    for (let k = 0; k < half; k++) {
      const at = 2 * (row * half + k);
      worst = Math.max(
        worst,
        Math.abs(spectrum[at] - expected.re[row * shape[2] + k]),
        Math.abs(spectrum[at + 1] - expected.im[row * shape[2] + k]),
      );
    }
  expect(worst / largest).toBeLessThan(FORWARD_TOLERANCE);

  const back = new Float32Array(values.length);
  fft.inverse(spectrum, back);
  expect(Math.max(...back.map((v, i) => Math.abs(v - values[i])))).toBeLessThan(ROUND_TRIP_TOLERANCE);
});

test("a large prime, mixed factors and powers of two come back (one long row)", () => {
  for (const nx of [224, 101, 464, 512]) {
    const shape: Shape3 = [1, 3, nx];
    const values = noise(shape, nx);
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
