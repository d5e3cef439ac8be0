import { lambdaOfSigma } from "../denoise/tv";
import { ComputeError } from "../errors";
import type { MwrKernels } from "./mwr-kernels";

export interface MoisanSettings {
  readonly iterations: number;
  /** Weight of the total variation: of ‖z − x‖² + λ·‖∇x‖₁, for data whose range is about 1. Above 0. */
  readonly lambda: number;
}

/** Told after each iteration; `readSample` copies the volume out of the backend. */
type SampleListener = (
  iteration: number,
  readSample: () => Promise<Float32Array<ArrayBuffer>>,
) => Promise<void>;

/**
 * Returns a measured volume whose spectrum goes on into the wedge by total variation: in turn the measured coefficients are put
 * back and ‖z − x‖² + λ·‖∇x‖₁ is minimized. Edges stay sharp, slopes become stairs. The kernels were made with
 * `measured` and the denoiser "tv". Costs one projection and one minimization per iteration; two volumes. Throws "bad-parameter"
 * for λ that is not above 0. Source: Moisan 2001 as thesis section 2.6.1 states it.
 */
export async function restoreByMoisan<Handle>(
  kernels: MwrKernels<Handle>,
  measured: Float32Array,
  { iterations, lambda }: MoisanSettings,
  breathe: () => Promise<void>,
  onIteration: SampleListener = async () => {},
): Promise<Float32Array<ArrayBuffer>> {
  if (!(lambda > 0)) throw new ComputeError("bad-parameter", `λ must be above 0, not ${lambda}.`, { lambda });
  // The kernels' denoiser is asked for by a noise level, which λ is proportional to.
  const sigma = lambda / lambdaOfSigma(1);
  let current = kernels.allocate();
  let next = kernels.allocate();
  await kernels.load(measured, current);
  for (let iteration = 1; iteration <= iterations; iteration++) {
    await kernels.project(current);
    await breathe();
    await kernels.denoise(current, sigma, next);
    [current, next] = [next, current];
    const sample = current;
    await onIteration(iteration, () => kernels.read(sample));
    await breathe();
  }
  return kernels.read(current);
}
