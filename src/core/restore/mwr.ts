import type { MwrTracePoint } from "../operations/results";
import { acceptanceRate, deviationOf, type MwrSettings } from "./mwr-chain";
import type { MwrKernels } from "./mwr-kernels";
import { type MwrListener, runMwr } from "./run-mwr";

export type { MwrSettings } from "./mwr-chain";

export interface MwrResult {
  /** Mean of the samples after burn-in: the minimum mean square error estimate. */
  readonly mean: Float32Array<ArrayBuffer>;
  /** Deviation of those samples, per voxel. */
  readonly std: Float32Array<ArrayBuffer>;
  /** The sample that was kept longest: the maximum a posteriori estimate. */
  readonly mode: Float32Array<ArrayBuffer>;
  /** The last sample. */
  readonly last: Float32Array<ArrayBuffer>;
  readonly trace: readonly MwrTracePoint[];
  /** β as it was after burn-in. */
  readonly beta: number;
  /** Of all proposals. */
  readonly acceptanceRate: number;
}

/**
 * Restores the missing wedge of a measured volume: a Metropolis–Hastings chain whose proposals are the current sample plus
 * noise, projected onto the measured coefficients and denoised; returns mean and deviation of its samples. `measured` is
 * what the kernels were made with. The same seed gives the same bits on one backend. `breathe` is called between the
 * steps and may throw to cancel. The energy and the denoisers are symmetric, so dark and bright particles
 * are restored alike. Cost: one noise, two and a half transforms and one denoising per iteration; six volumes.
 * Source: thesis chapter 2; Moebel & Kervrann 2020, PMC7337055.
 */
export async function restoreMissingWedge<Handle>(
  kernels: MwrKernels<Handle>,
  measured: Float32Array,
  settings: MwrSettings,
  breathe: () => Promise<void>,
  listener: MwrListener | null = null,
): Promise<MwrResult> {
  const { state, cancel } = await runMwr({
    measured,
    settings,
    createKernels: async () => kernels as MwrKernels,
    snapshotEvery: null,
    madeWith: "",
    steering: null,
    listener,
    breathe,
  });
  if (cancel) throw cancel;
  const { mean, m2, mode, current, trace, beta, iteration, burnIn } = state;
  const std = m2.map(deviationOf(iteration - burnIn));
  return { mean, std, mode, last: current, trace, beta, acceptanceRate: acceptanceRate(trace) };
}
