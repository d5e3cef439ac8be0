import type { MwrTracePoint } from "../operations/results";
import type { MwrDecisionState } from "./mwr-kernels";

/** All that a chain has come to: with it the chain goes on, on kernels made anew, to the same bits as without a break. */
export interface MwrChainState {
  /** How many iterations are done. */
  readonly iteration: number;
  /** Iterations of the burn-in; those beyond are samples. */
  readonly burnIn: number;
  /** What the next iteration is judged with. */
  readonly beta: number;
  readonly trace: readonly MwrTracePoint[];
  /** In the order in which they came. */
  readonly betaChanges: readonly BetaChange[];
  readonly decisions: MwrDecisionState;
  readonly current: Float32Array<ArrayBuffer>;
  /** Mean and sum of squared deviations of the samples so far; zeros before the first. */
  readonly mean: Float32Array<ArrayBuffer>;
  readonly m2: Float32Array<ArrayBuffer>;
  /** The sample that was kept longest; zeros before the first. */
  readonly mode: Float32Array<ArrayBuffer>;
  /** Single samples, evenly spaced (see keep-samples.ts). */
  readonly kept: readonly KeptSample[];
  /** What the chain was made with; one that goes on with it must be made with the same. */
  readonly madeWith: string;
}

/** β as it was set while the chain ran. */
export interface BetaChange {
  /** The first that is judged with it, from 1. */
  readonly iteration: number;
  readonly beta: number;
}

export interface KeptSample {
  /** Which sample after the burn-in it is, from 1. */
  readonly n: number;
  readonly values: Float32Array<ArrayBuffer>;
}
