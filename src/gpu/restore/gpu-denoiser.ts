import type { DenoiserSpec } from "../../core/restore/mwr-kernels";
import type { Shape3 } from "../../core/volume/shape";
import { createGpuBm4d } from "../bm4d/bm4d";
import type { GpuDevice } from "../device";
import { createGpuGaussian } from "../gaussian/gaussian";
import type { KernelRun } from "../paced-queue";
import { oncePerBuffers } from "./once-per-buffers";

export interface GpuDenoiser {
  /** Returns the kernels that denoise `input` into another buffer, for noise of deviation `sigma`. */
  runs(input: GPUBuffer, output: GPUBuffer, sigma: number): readonly KernelRun[];
  dispose(): void;
}

/** Returns the denoiser on the GPU for volumes of `shape`, null for one that has no kernels. Throws ComputeError as they do. */
export async function createGpuDenoiser(
  gpu: GpuDevice,
  shape: Shape3,
  spec: DenoiserSpec,
): Promise<GpuDenoiser | null> {
  const denoiser = await create(gpu, shape, spec);
  if (!denoiser) return null;
  // A chain keeps its sigma; a restoration whose sigma falls takes each once.
  let kept: { readonly sigma: number; readonly runs: ReturnType<typeof ofSigma> } | null = null;
  const ofSigma = (sigma: number) => oncePerBuffers((input, output) => denoiser.runs(input, output, sigma));
  return {
    runs(input, output, sigma) {
      if (kept?.sigma !== sigma) kept = { sigma, runs: ofSigma(sigma) };
      return kept.runs(input, output);
    },
    dispose: () => denoiser.dispose(),
  };
}

function create(gpu: GpuDevice, shape: Shape3, spec: DenoiserSpec): Promise<GpuDenoiser | null> {
  switch (spec.id) {
    case "bm4d":
      return createGpuBm4d(gpu, shape, spec);
    case "gaussian":
      return createGpuGaussian(gpu, shape);
    default:
      return Promise.resolve(null);
  }
}
