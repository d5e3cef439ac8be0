import { denoise } from "../../core/denoise/denoise";
import { blurSigmaVoxels, gaussianKernel } from "../../core/denoise/gaussian";
import type { DenoiserSpec } from "../../core/restore/mwr-kernels";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import { createBm4d } from "../denoise/bm4d";
import { createDiffusion } from "../denoise/diffusion";
import { createNlMeans } from "../denoise/nl-means";
import { createTotalVariation } from "../denoise/total-variation";
import type { WasmRuntime } from "../runtime";

/**
 * Denoises the volume at `from` into `to`, which must not be the same, for noise of `sigma`. `breathe` may throw to cancel; `to`
 * is then unfinished.
 */
export type WasmDenoiser = (
  from: number,
  to: number,
  sigma: number,
  breathe: () => Promise<void>,
) => Promise<void>;

/**
 * Returns the twin of a denoiser of core for volumes of `shape`, with its arrays allocated from `runtime`; core's own, on copies of
 * the volumes, where there is no twin.
 */
export function createWasmDenoiser(runtime: WasmRuntime, spec: DenoiserSpec, shape: Shape3): WasmDenoiser {
  switch (spec.id) {
    case "bm4d":
      return createBm4d(runtime, shape, spec);
    case "diffusion":
      return createDiffusion(runtime, shape);
    case "gaussian":
      return createGaussian(runtime, shape);
    case "nl-means":
      return createNlMeans(runtime, shape);
    case "tv":
      return createTotalVariation(runtime, shape);
    default:
      return createFromCore(runtime, spec, shape);
  }
}

function createFromCore(runtime: WasmRuntime, spec: DenoiserSpec, shape: Shape3): WasmDenoiser {
  const voxels = voxelCount(shape);
  return async (from, to, sigma, breathe) => {
    const values = Float32Array.from(runtime.f32(from, voxels));
    runtime.f32(to, voxels).set(await denoise(values, shape, sigma, spec, breathe));
  };
}

function createGaussian(runtime: WasmRuntime, shape: Shape3): WasmDenoiser {
  const [nz, ny, nx] = shape;
  const between = runtime.alloc(4 * voxelCount(shape) + 16);

  return async (from, to, sigma, breathe) => {
    const values = gaussianKernel(blurSigmaVoxels(sigma));
    const radius = values.length - 1;
    const mark = runtime.mark();
    try {
      const kernel = runtime.alloc(4 * values.length);
      runtime.f32(kernel, values.length).set(values);
      const paddedBytes = 4 * (nx + 2 * radius) + 16;
      const padded = runtime.alloc(paddedBytes * nz);
      runtime.parallel("blurX", nz, from, to, ny, nx, kernel, radius, padded, paddedBytes);
      await breathe();
      runtime.parallel("blurYOrZ", nz, to, between, nz, ny, nx, kernel, radius, 0);
      await breathe();
      runtime.parallel("blurYOrZ", nz, between, to, nz, ny, nx, kernel, radius, 1);
    } finally {
      runtime.release(mark);
    }
  };
}
