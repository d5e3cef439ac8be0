import { fillNormal } from "../../core/random/philox";
import type { TomographySpec } from "../../core/tomography/tomography-kernels";

const STEPS_DEG = Array.from({ length: 13 }, (_, i) => -60 + 10 * i);
const FINE_STEPS_DEG = Array.from({ length: 61 }, (_, i) => -60 + 2 * i);
/** Where the layers change their axis, where cosines vanish or turn negative, and where a ray just passes by a sample. */
const HARD_DEG = [-90, -89.9, -45, -44.999, -0.01, 0, 0.02, 45, 45.001, 90, 135, 180];

/** Volumes for which every backend's projection and back-projection are compared with the reference. */
export const TOMOGRAPHY_CASES: readonly TomographySpec[] = [
  { shape: [9, 7, 13], imageWidth: 13, tiltsDeg: STEPS_DEG },
  { shape: [9, 7, 13], imageWidth: 16, tiltsDeg: HARD_DEG },
  { shape: [16, 21, 12], imageWidth: 9, tiltsDeg: HARD_DEG },
  { shape: [1, 3, 17], imageWidth: 17, tiltsDeg: STEPS_DEG },
  { shape: [33, 1, 1], imageWidth: 5, tiltsDeg: HARD_DEG },
  { shape: [24, 33, 40], imageWidth: 40, tiltsDeg: [...STEPS_DEG, 33.3] },
  // Larger than the tiles that stay in a processor's cache.
  { shape: [40, 17, 70], imageWidth: 72, tiltsDeg: [...FINE_STEPS_DEG, ...HARD_DEG] },
];

/** Returns a volume and images of normal numbers for a case. */
export function tomographyData({ shape, imageWidth, tiltsDeg }: TomographySpec, seed: number) {
  const [nz, ny, nx] = shape;
  const volume = new Float32Array(nz * ny * nx);
  const images = new Float32Array(tiltsDeg.length * ny * imageWidth);
  fillNormal(volume, seed, 0);
  fillNormal(images, seed, 1_000_000);
  return { volume, images };
}

/** Returns the largest difference, relative to the largest value expected. */
export function relativeDifference(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [largest, apart] = [0, 0];
  for (let i = 0; i < found.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    apart = Math.max(apart, Math.abs(found[i] - expected[i]));
  }
  return apart / largest;
}
