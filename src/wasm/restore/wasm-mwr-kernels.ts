import { ComputeError } from "../../core/errors";
import { periodicPlusSmooth } from "../../core/fourier/periodic-plus-smooth";
import { createDecisions } from "../../core/restore/decisions";
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
  const denoise = createWasmDenoiser(runtime, denoiser.id, shape);

  const setup = runtime.mark();
  const periodic = allocate();
  const transforms = fft.onArrays(periodic, shape[0] * shape[1], spectrum);
  runtime.f32(periodic, voxels).set(periodicPlusSmooth(spec.measured, shape, transforms).periodic);
  fft.forwardXy(periodic, measured);
  fft.forwardZ(measured);
  runtime.release(setup);

  const decisions = createDecisions();
  const energyOf = (z: number) => {
    fft.forwardXy(z, spectrum);
    return fft.energyZ(spectrum, measured, weights) / voxels ** 2;
  };
  const copy = (from: number, to: number) => runtime.f32(to, voxels).set(runtime.f32(from, voxels));

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
    async begin(x) {
      decisions.begin(energyOf(x));
    },
    async decide(proposal, current, slack) {
      if (decisions.accepts(energyOf(proposal), slack)) copy(proposal, current);
    },
    outcomes: async () => decisions.takeOutcomes(),
    async accumulate(x, n, mean, m2, mode) {
      runtime.parallel("accumulate", blocks, x, mean, m2, voxels, BLOCK, 1 / n);
      if (decisions.isLongestRun()) copy(x, mode);
    },
    async copy(from, to) {
      copy(from, to);
    },
    async load(values, to) {
      runtime.f32(to, voxels).set(values);
    },
    read: async (from) => Float32Array.from(runtime.f32(from, voxels)),
    readSection: async (from, z) => {
      const section = shape[1] * shape[2];
      return Float32Array.from(runtime.f32(from + 4 * z * section, section));
    },
    readDecisions: async () => decisions.read(),
    loadDecisions: async (state) => decisions.load(state),
    dispose: () => runtime.release(start),
  };
}
