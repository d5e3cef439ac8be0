import { denoise } from "../denoise/denoise";
import { periodicPlusSmooth } from "../fourier/periodic-plus-smooth";
import { createRealFft3 } from "../fourier/real-fft3";
import { fillNormal } from "../random/philox";
import { voxelCount } from "../volume/shape";
import { createDecisions } from "./decisions";
import type { MwrKernelSpec, MwrKernels } from "./mwr-kernels";

const f32 = Math.fround;

/**
 * Returns the steps of the chain in plain TypeScript: the specification that every backend is tested against. Operations
 * are rounded to f32 in a fixed order, so that an exact twin is possible.
 */
export function createReferenceMwrKernels(spec: MwrKernelSpec): MwrKernels<Float32Array> {
  const { shape, breathe } = spec;
  const sampled = Float32Array.from(spec.sampled);
  const voxels = voxelCount(shape);
  const fft = createRealFft3(shape);
  const [, , half] = fft.spectrumShape;
  const spectrum = new Float32Array(2 * voxelCount(fft.spectrumShape));
  const measured = new Float32Array(spectrum.length);
  fft.forward(periodicPlusSmooth(spec.measured, shape).periodic, measured);
  const normal = new Float32Array(voxels);
  const decisions = createDecisions();

  const energyOf = (z: Float32Array) => {
    fft.forward(z, spectrum);
    return sampledPower(spectrum, measured, sampled, half, shape[2]) / voxels ** 2;
  };

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
      for (let i = 0; i < spectrum.length; i++) {
        const weight = sampled[i >> 1];
        spectrum[i] = f32(f32(1 - weight) * spectrum[i]) + f32(weight * measured[i]);
      }
      fft.inverse(spectrum, z);
    },
    async denoise(z, sigma, out) {
      out.set(await denoise(z, shape, sigma, spec.denoiser, breathe));
    },
    async begin(x) {
      decisions.begin(energyOf(x));
    },
    async decide(proposal, current, slack) {
      if (decisions.accepts(energyOf(proposal), slack)) current.set(proposal);
    },
    outcomes: async () => decisions.takeOutcomes(),
    async accumulate(x, n, mean, m2, mode) {
      const share = f32(1 / n);
      for (let i = 0; i < voxels; i++) {
        const difference = f32(x[i] - mean[i]);
        mean[i] += f32(difference * share);
        m2[i] += f32(difference * f32(x[i] - mean[i]));
      }
      if (decisions.isLongestRun()) mode.set(x);
    },
    async copy(from, to) {
      to.set(from);
    },
    async load(values, to) {
      to.set(values);
    },
    read: async (from) => Float32Array.from(from),
    readSection: async (from, z) => from.slice(z * shape[1] * shape[2], (z + 1) * shape[1] * shape[2]),
    readDecisions: async () => decisions.read(),
    loadDecisions: async (state) => decisions.load(state),
    dispose() {},
  };
}

/** Σ |sampled · (a − b)|² over the whole spectrum, in f64. */
function sampledPower(
  a: Float32Array,
  b: Float32Array,
  sampled: Float32Array,
  half: number,
  nx: number,
): number {
  let sum = 0;
  for (let i = 0; i < sampled.length; i++) {
    if (!sampled[i]) continue;
    const kx = i % half;
    const mirrored = kx === 0 || 2 * kx === nx ? 1 : 2; // k and −k
    const re = f32(a[2 * i] - b[2 * i]);
    const im = f32(a[2 * i + 1] - b[2 * i + 1]);
    sum += mirrored * sampled[i] ** 2 * (re * re + im * im);
  }
  return sum;
}
