import type { Shape3 } from "../volume/shape";

const f32 = Math.fround;
const CUT_OFF_SIGMAS = 4;

/** The deviation of the noise that the blur leaves, for data in [0, 1]. */
const RESIDUAL_NOISE = 0.02;

/**
 * Returns the width in voxels of the Gaussian that brings white noise of deviation `sigma` (data in [0, 1]) down to 0.02;
 * 0 where it is lower already. A 3D Gaussian of width s divides the deviation of white noise by (2√π·s)^(3/2).
 */
export function blurSigmaVoxels(sigma: number): number {
  if (sigma <= RESIDUAL_NOISE) return 0;
  return (sigma / RESIDUAL_NOISE) ** (2 / 3) / (2 * Math.sqrt(Math.PI));
}

/** Returns the weights of a Gaussian of `sigmaVoxels` at 0, 1, 2, … voxels, cut off at 4 sigma; both sides sum to 1. */
export function gaussianKernel(sigmaVoxels: number): Float32Array<ArrayBuffer> {
  const radius = Math.ceil(CUT_OFF_SIGMAS * sigmaVoxels);
  const values = Float64Array.from({ length: radius + 1 }, (_, i) =>
    sigmaVoxels > 0 ? Math.exp(-0.5 * (i / sigmaVoxels) ** 2) : 1,
  );
  const total = values.reduce((sum, value, i) => sum + (i === 0 ? value : 2 * value), 0);
  return Float32Array.from(values, (value) => value / total);
}

/**
 * Returns the volume blurred by a Gaussian of `sigmaVoxels` along each axis. Beyond a face the volume goes on as its mirror
 * image, so a constant stays one. The input is kept.
 */
export function gaussianBlur(
  values: Float32Array,
  shape: Shape3,
  sigmaVoxels: number,
): Float32Array<ArrayBuffer> {
  const [nz, ny, nx] = shape;
  const kernel = gaussianKernel(sigmaVoxels);
  const source = Float32Array.from(values);
  const target = new Float32Array(values.length);
  blurAxis(source, target, kernel, nx, 1);
  blurAxis(target, source, kernel, ny, nx);
  blurAxis(source, target, kernel, nz, ny * nx);
  return target;
}

function blurAxis(
  source: Float32Array,
  target: Float32Array,
  kernel: Float32Array,
  length: number,
  step: number,
) {
  for (let i = 0; i < source.length; i++) {
    const at = Math.floor(i / step) % length;
    const start = i - at * step;
    let sum = f32(kernel[0] * source[i]);
    for (let k = 1; k < kernel.length; k++) {
      const before = source[start + mirrored(at - k, length) * step];
      const after = source[start + mirrored(at + k, length) * step];
      sum = f32(sum + f32(kernel[k] * f32(before + after)));
    }
    target[i] = sum;
  }
}

/** Returns the index within 0 … length − 1 that mirroring at the faces (… 1 0 | 0 1 …) brings `index` to. */
export function mirrored(index: number, length: number): number {
  const period = 2 * length;
  const wrapped = ((index % period) + period) % period;
  return wrapped < length ? wrapped : period - 1 - wrapped;
}
