import { ComputeError } from "../errors";
import type { MwrKernels } from "./mwr-kernels";

/** The excitation as published: √(α^−(k + β)) at iteration k of 1000, from 0.083 to 0.0006 of a range of 1. */
const DECAY = { base: 1.01, shift: 500, iterations: 1000 } as const;

export interface MaggioniSettings {
  readonly iterations: number;
  /** The data's noise, in units of the scaled data: what the excitation falls to. Above 0. */
  readonly sigma: number;
  /** Iterations over which the excitation goes through all its levels; 1000, as published, where absent. */
  readonly decayIterations?: number;
  readonly seed: number;
}

/** Told after each iteration; `readMean` copies the weighted mean so far out of the backend. */
type MeanListener = (iteration: number, readMean: () => Promise<Float32Array<ArrayBuffer>>) => Promise<void>;

/** Returns the deviation of the noise that iteration k (from 1) adds and takes away: the decaying excitation over the data's noise. */
export function excitationSigma(
  k: number,
  { sigma, decayIterations = DECAY.iterations }: Pick<MaggioniSettings, "sigma" | "decayIterations">,
): number {
  const published = (k * DECAY.iterations) / decayIterations;
  return Math.sqrt(DECAY.base ** -(published + DECAY.shift)) + sigma;
}

/**
 * Returns a measured volume with its wedge filled as BM4D's authors do it: at each iteration noise is added to the sample, the
 * measured coefficients put back and the noise taken away, every sample is kept, and the result is their mean weighted by 1/σ_k²,
 * σ_k falling to the noise of the data. The kernels were made with `measured` and their denoiser (BM4D in the
 * original). The same seed gives the same bits on one backend. Costs as the Monte Carlo chain without its energy; five volumes.
 * Throws "bad-parameter" for fewer than one iteration. Source: Maggioni et al. 2013, doi 10.1109/TIP.2012.2210725, section VI;
 * thesis 2.5.
 */
export async function restoreByMaggioni<Handle>(
  kernels: MwrKernels<Handle>,
  measured: Float32Array,
  settings: MaggioniSettings,
  breathe: () => Promise<void>,
  onIteration: MeanListener = async () => {},
): Promise<Float32Array<ArrayBuffer>> {
  const { iterations, seed } = settings;
  if (!(iterations >= 1)) {
    const sentence = `Maggioni's restoration needs one iteration or more, not ${iterations}.`;
    throw new ComputeError("bad-parameter", sentence, { iterations });
  }
  const [sample, noisy, mean, m2, mode] = Array.from({ length: 5 }, () => kernels.allocate());
  await kernels.load(measured, sample);
  for (const sum of [mean, m2]) await kernels.load(new Float32Array(measured.length), sum);
  let total = 0;
  for (let k = 1; k <= iterations; k++) {
    const sigma = excitationSigma(k, settings);
    await kernels.addNoise(sample, sigma, seed, k, noisy);
    await breathe();
    await kernels.project(noisy);
    await breathe();
    await kernels.denoise(noisy, sigma, sample);
    await breathe();
    const weight = 1 / sigma ** 2;
    total += weight;
    // The running mean moves by 1/n of the difference: with n = Σ weights / weight it is the weighted one.
    await kernels.accumulate(sample, total / weight, mean, m2, mode);
    await onIteration(k, () => kernels.read(mean));
    await breathe();
  }
  return kernels.read(mean);
}
