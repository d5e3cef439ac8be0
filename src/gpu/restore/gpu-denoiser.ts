import { ComputeError } from "../../core/errors";
import type { DenoiserId, DenoiserSpec } from "../../core/restore/mwr-kernels";
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

const KERNELS: Readonly<
  Partial<Record<DenoiserId, (gpu: GpuDevice, shape: Shape3, spec: DenoiserSpec) => Promise<GpuDenoiser>>>
> = { bm4d: createGpuBm4d, gaussian: createGpuGaussian };

/** Tells whether a denoiser has kernels. */
export function denoisesOnGpu({ id }: DenoiserSpec): boolean {
  return KERNELS[id] !== undefined;
}

/**
 * Returns the denoiser on the GPU for volumes of `shape`. Throws ComputeError "bad-parameter" for one that has no kernels, and
 * what theirs throws.
 */
export async function createGpuDenoiser(
  gpu: GpuDevice,
  shape: Shape3,
  spec: DenoiserSpec,
): Promise<GpuDenoiser> {
  const create = KERNELS[spec.id];
  if (!create)
    throw new ComputeError("bad-parameter", `The denoiser "${spec.id}" does not run on the GPU.`, {
      denoiser: spec.id,
    });
  const denoiser = await create(gpu, shape, spec);
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
