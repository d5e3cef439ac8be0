import { bm4d } from "../denoise/bm4d";
import { blurSigmaVoxels, gaussianBlur } from "../denoise/gaussian";
import { periodicPlusSmooth } from "../fourier/periodic-plus-smooth";
import { createRealFft3 } from "../fourier/real-fft3";
import { fillNormal } from "../random/philox";
import { voxelCount } from "../volume/shape";
import type { MwrKernelSpec, MwrKernels } from "./mwr-kernels";

const f32 = Math.fround;

/**
 * Returns the steps of the chain in plain TypeScript: the specification that every backend is tested against. Operations
 * are rounded to f32 in a fixed order, so that an exact twin is possible.
 */
export function createReferenceMwrKernels(spec: MwrKernelSpec): MwrKernels<Float32Array> {
  const { shape, sampled, denoiser, breathe } = spec;
  const voxels = voxelCount(shape);
  const fft = createRealFft3(shape);
  const [, , half] = fft.spectrumShape;
  const spectrum = new Float32Array(2 * voxelCount(fft.spectrumShape));
  const measured = new Float32Array(spectrum.length);
  fft.forward(periodicPlusSmooth(spec.measured, shape).periodic, measured);
  const normal = new Float32Array(voxels);

  return {
    allocate: () => new Float32Array(voxels),
    async addNoise(x, sigma, seed, iteration, out) {
      fillNormal(normal, seed, iteration);
      const level = f32(sigma);
      for (let i = 0; i < voxels; i++) out[i] = x[i] + f32(level * normal[i]);
    },
    async project(z) {
      fft.forward(z, spectrum);
      await breathe();
      for (let i = 0; i < sampled.length; i++) {
        if (!sampled[i]) continue;
        spectrum[2 * i] = measured[2 * i];
        spectrum[2 * i + 1] = measured[2 * i + 1];
      }
      fft.inverse(spectrum, z);
    },
    async denoise(z, sigma, out) {
      if (denoiser === "bm4d") out.set(await bm4d(z, shape, sigma, breathe));
      else out.set(gaussianBlur(z, shape, blurSigmaVoxels(sigma)));
    },
    async energyL2(z) {
      fft.forward(z, spectrum);
      return sampledPower(spectrum, measured, sampled, half, shape[2]) / voxels ** 2;
    },
    async copy(from, to) {
      to.set(from);
    },
    async accumulate(x, n, mean, m2) {
      const share = f32(1 / n);
      for (let i = 0; i < voxels; i++) {
        const difference = f32(x[i] - mean[i]);
        mean[i] += f32(difference * share);
        m2[i] += f32(difference * f32(x[i] - mean[i]));
      }
    },
    async load(values, to) {
      to.set(values);
    },
    read: async (from) => Float32Array.from(from),
    dispose() {},
  };
}

/** Σ |a − b|² over the sampled coefficients of the whole spectrum, in f64. */
function sampledPower(
  a: Float32Array,
  b: Float32Array,
  sampled: Uint8Array,
  half: number,
  nx: number,
): number {
  let sum = 0;
  for (let i = 0; i < sampled.length; i++) {
    if (!sampled[i]) continue;
    const kx = i % half;
    const weight = kx === 0 || 2 * kx === nx ? 1 : 2; // k and −k
    const re = f32(a[2 * i] - b[2 * i]);
    const im = f32(a[2 * i + 1] - b[2 * i + 1]);
    sum += weight * (re * re + im * im);
  }
  return sum;
}
