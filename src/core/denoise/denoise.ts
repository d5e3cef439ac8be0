import type { DenoiserSpec } from "../restore/mwr-kernels";
import type { Shape3 } from "../volume/shape";
import { bm3d } from "./bm3d";
import { bm4d } from "./bm4d";
import { diffuse } from "./diffusion";
import { blurSigmaVoxels, gaussianBlur } from "./gaussian";
import { nlBayes } from "./nl-bayes";
import { nlMeans } from "./nl-means";
import { tvDenoise } from "./tv";

/**
 * Returns the volume without white noise of deviation `sigma` (in its own units; robust range 1 wide), by the denoiser that
 * `spec` names. `breathe` is called within long steps and may throw to cancel.
 */
export async function denoise(
  values: Float32Array,
  shape: Shape3,
  sigma: number,
  spec: DenoiserSpec,
  breathe: () => Promise<void>,
): Promise<Float32Array> {
  switch (spec.id) {
    case "bm3d":
      return bm3d(values, shape, sigma, breathe);
    case "bm4d":
      return bm4d(values, shape, sigma, breathe, spec);
    case "gaussian":
      return gaussianBlur(values, shape, blurSigmaVoxels(sigma));
    case "tv":
      return tvDenoise(values, shape, sigma, breathe);
    case "nl-means":
      return nlMeans(values, shape, sigma, breathe);
    case "diffusion":
      return diffuse(values, shape, sigma, breathe);
    case "nl-bayes":
      return nlBayes(values, shape, sigma, breathe);
  }
}
