import { type Shape3, voxelCount } from "../volume/shape";
import { createFftWorkspace, fftLine } from "./fft-line";
import { planFft } from "./fft-plan";

/** Cosine transforms of volumes of one shape. A plan holds its workspace: use one per thread of work. */
export interface Dct3 {
  /** Both may be the same array. */
  forward(real: Float32Array, coefficients: Float32Array): void;
  inverse(coefficients: Float32Array, real: Float32Array): void;
}

/** Transforms lines `step` apart; the lines start at `starts`. */
type AlongAxis = (data: Float32Array, inverse: boolean) => void;

/**
 * Returns the orthonormal DCT-II and its inverse in 3D, in f32 with factors from f64: coefficient k of n samples is a cosine of
 * k/2 cycles along an axis, lengths are kept, and what a volume's faces do to a Fourier spectrum (a cross) does not happen. Two
 * lines travel as one complex line of a Fourier transform. Source: Makhoul 1980, doi 10.1109/TASSP.1980.1163351.
 */
export function createDct3(shape: Shape3): Dct3 {
  const [nz, ny, nx] = shape;
  const axes: readonly AlongAxis[] = [
    alongAxis(nx, 1, starts(nz * ny, nx, 1, 0)),
    alongAxis(ny, nx, starts(nz, ny * nx, nx, 1)),
    alongAxis(nz, ny * nx, starts(1, 0, ny * nx, 1)),
  ];
  const transform = (from: Float32Array, to: Float32Array, inverse: boolean) => {
    if (to !== from) to.set(from.subarray(0, voxelCount(shape)));
    for (const along of axes) along(to, inverse);
  };
  return {
    forward: (real, coefficients) => transform(real, coefficients, false),
    inverse: (coefficients, real) => transform(coefficients, real, true),
  };
}

/** Where the lines along an axis start: `outer` groups of `inner` lines. */
function starts(outer: number, outerStep: number, inner: number, innerStep: number): Int32Array {
  return Int32Array.from(
    { length: outer * inner },
    (_, i) => Math.floor(i / inner) * outerStep + (i % inner) * innerStep,
  );
}

function alongAxis(length: number, step: number, lineStarts: Int32Array): AlongAxis {
  if (length === 1) return () => {};
  const plan = planFft(length);
  const work = createFftWorkspace(plan);
  const [re, im] = [new Float32Array(length), new Float32Array(length)];
  /** Sample n of the complex line is this one of the real line: the even ones, then the odd ones backwards. */
  const order = Int32Array.from({ length }, (_, n) => (2 * n < length ? 2 * n : 2 * (length - n) - 1));
  const cosines = Float64Array.from({ length }, (_, k) => Math.cos((Math.PI * k) / (2 * length)));
  const sines = Float64Array.from({ length }, (_, k) => Math.sin((Math.PI * k) / (2 * length)));
  const scales = Float64Array.from({ length }, (_, k) => Math.sqrt((k === 0 ? 1 : 2) / length));

  const forward = (data: Float32Array, a: number, b: number) => {
    for (let n = 0; n < length; n++) {
      re[n] = data[a + step * order[n]];
      im[n] = data[b + step * order[n]];
    }
    fftLine(plan, re, im, work);
    for (let k = 0; k < length; k++) {
      const mirror = k === 0 ? 0 : length - k;
      const [c, s] = [0.5 * scales[k] * cosines[k], 0.5 * scales[k] * sines[k]];
      data[a + step * k] = c * (re[k] + re[mirror]) + s * (im[k] - im[mirror]);
      data[b + step * k] = c * (im[k] + im[mirror]) - s * (re[k] - re[mirror]);
    }
  };

  const inverse = (data: Float32Array, a: number, b: number) => {
    for (let k = 0; k < length; k++) {
      const mirror = length - k;
      const up = 1 / (length * scales[k]);
      const down = k === 0 ? 0 : 1 / (length * scales[mirror]);
      const [aUp, aDown] = [up * data[a + step * k], k === 0 ? 0 : down * data[a + step * mirror]];
      const [bUp, bDown] = [up * data[b + step * k], k === 0 ? 0 : down * data[b + step * mirror]];
      const [c, s] = [cosines[k], sines[k]];
      // e^(iπk/2n) · (X[k] − i X[n − k]) of each line; the second one times i.
      re[k] = c * aUp + s * aDown - (s * bUp - c * bDown);
      im[k] = s * aUp - c * aDown + (c * bUp + s * bDown);
    }
    fftLine(plan, im, re, work);
    for (let n = 0; n < length; n++) {
      data[a + step * order[n]] = re[n];
      data[b + step * order[n]] = im[n];
    }
  };

  return (data, isInverse) => {
    const transform = isInverse ? inverse : forward;
    // An odd line at the end is its own partner: both results are the same.
    for (let i = 0; i < lineStarts.length; i += 2)
      transform(data, lineStarts[i], lineStarts[Math.min(i + 1, lineStarts.length - 1)]);
  };
}
