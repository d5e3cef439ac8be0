import { ComputeError } from "../../core/errors";
import { periodicPlusSmooth } from "../../core/fourier/periodic-plus-smooth";
import type { MwrKernelSpec, MwrKernels } from "../../core/restore/mwr-kernels";
import { voxelCount } from "../../core/volume/shape";
import { createWasmFft } from "../fourier/wasm-fft";
import type { WasmRuntime } from "../runtime";
import { createWasmDenoiser } from "./wasm-denoise";

/** Voxels that one item of a job takes where voxels are independent; a multiple of 4. */
const BLOCK = 16_384;
/** Vectors may read this far beyond the last voxel. */
const PADDING_BYTES = 64;
const LEAST_SIDE = 8;

/**
 * Returns the steps of the chain in WebAssembly: the same operations with the same roundings as the reference, on any number of
 * threads. A handle is a pointer. Memory comes from `runtime`'s stack and goes back on `dispose`, so nothing else may be
 * allocated there in between. Sides must be at least 8.
 */
export function createWasmMwrKernels(runtime: WasmRuntime, spec: MwrKernelSpec): MwrKernels<number> {
  const { shape, sampled, denoiser, breathe } = spec;
  if (Math.min(...shape) < LEAST_SIDE)
    throw new ComputeError(
      "bad-input",
      `A box needs at least ${LEAST_SIDE} voxels per side, not ${shape.join(" × ")}.`,
    );
  const voxels = voxelCount(shape);
  const blocks = Math.ceil(voxels / BLOCK);
  const start = runtime.mark();
  const allocate = () => runtime.alloc(4 * voxels + PADDING_BYTES);

  const fft = createWasmFft(runtime, shape);
  const weights = fft.allocateWeights(sampled);
  const measured = fft.allocateSpectrum();
  const spectrum = fft.allocateSpectrum();
  const denoise = createWasmDenoiser(runtime, denoiser, shape);

  const setup = runtime.mark();
  const periodic = allocate();
  const transforms = fft.onArrays(periodic, shape[0] * shape[1], spectrum);
  runtime.f32(periodic, voxels).set(periodicPlusSmooth(spec.measured, shape, transforms).periodic);
  fft.forwardXy(periodic, measured);
  fft.forwardZ(measured);
  runtime.release(setup);

  return {
    allocate,
    async addNoise(x, sigma, seed, iteration, out) {
      runtime.parallel("addNoise", blocks, x, out, voxels, BLOCK, sigma, seed, iteration);
    },
    async project(z) {
      fft.forwardXy(z, spectrum);
      await breathe();
      fft.projectZ(spectrum, measured, weights);
      await breathe();
      fft.inverseXy(spectrum, z);
    },
    denoise: (z, sigma, out) => denoise(z, out, sigma, breathe),
    async energyL2(z) {
      fft.forwardXy(z, spectrum);
      return fft.energyZ(spectrum, measured, weights) / voxels ** 2;
    },
    async copy(from, to) {
      runtime.f32(to, voxels).set(runtime.f32(from, voxels));
    },
    async accumulate(x, n, mean, m2) {
      runtime.parallel("accumulate", blocks, x, mean, m2, voxels, BLOCK, 1 / n);
    },
    async load(values, to) {
      runtime.f32(to, voxels).set(values);
    },
    read: async (from) => Float32Array.from(runtime.f32(from, voxels)),
    dispose: () => runtime.release(start),
  };
}
