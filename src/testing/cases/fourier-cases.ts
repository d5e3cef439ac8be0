import { fillNormal } from "../../core/random/philox";
import { type Shape3, voxelCount } from "../../core/volume/shape";

/** Shapes for which every backend's transforms are compared with the definition: single samples, images, odd and prime sides. */
export const FOURIER_SHAPES: readonly Shape3[] = [
  [1, 1, 1],
  [1, 1, 2],
  [2, 3, 4],
  [3, 2, 1],
  [1, 5, 3],
  [5, 6, 7],
  [8, 9, 10],
  [13, 4, 15],
  [3, 17, 11],
  [1, 37, 64],
  [67, 1, 5],
];

/** Returns a volume of normal numbers. */
export function fourierVolume(shape: Shape3, seed: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(voxelCount(shape));
  fillNormal(values, seed, 0);
  return values;
}

/** Returns the half spectrum by its definition, in f64, one axis after the other: [nz, ny, nx/2 + 1], each re, im. */
export function fourierOracle(values: Float32Array, shape: Shape3): Float64Array {
  let [re, im] = [Float64Array.from(values), new Float64Array(values.length)];
  const steps = [shape[1] * shape[2], shape[2], 1];
  for (let axis = 0; axis < 3; axis++) {
    const [n, step] = [shape[axis], steps[axis]];
    const [outRe, outIm] = [new Float64Array(values.length), new Float64Array(values.length)];
    for (let i = 0; i < values.length; i++) {
      const k = Math.floor(i / step) % n;
      for (let j = 0, at = i - k * step; j < n; j++, at += step) {
        const angle = (-2 * Math.PI * ((j * k) % n)) / n;
        outRe[i] += re[at] * Math.cos(angle) - im[at] * Math.sin(angle);
        outIm[i] += re[at] * Math.sin(angle) + im[at] * Math.cos(angle);
      }
    }
    [re, im] = [outRe, outIm];
  }
  const nx = shape[2];
  const half = Math.floor(nx / 2) + 1;
  return Float64Array.from({ length: (2 * half * values.length) / nx }, (_, i) => {
    const [row, k] = [Math.floor(i / 2 / half), (i >> 1) % half];
    return (i % 2 === 0 ? re : im)[row * nx + k];
  });
}

/** Returns |found − expected| / |expected| by the Euclidean norm. */
export function relativeL2(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [apart, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    apart += (found[i] - expected[i]) ** 2;
    size += expected[i] ** 2;
  }
  return found.length === expected.length ? Math.sqrt(apart / size) : Number.POSITIVE_INFINITY;
}
