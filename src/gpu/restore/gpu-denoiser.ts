import type { DenoiserSpec } from "../../core/restore/mwr-kernels";
import type { Shape3 } from "../../core/volume/shape";
import { createGpuBm4d } from "../bm4d/bm4d";
import type { GpuDevice } from "../device";
import type { KernelRun } from "../paced-queue";

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
  return spec.id === "bm4d" ? createGpuBm4d(gpu, shape, spec) : null;
}
