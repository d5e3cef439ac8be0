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
  readonly decisions: MwrDecisionState;
  readonly current: Float32Array<ArrayBuffer>;
  /** Mean and sum of squared deviations of the samples so far; zeros before the first. */
  readonly mean: Float32Array<ArrayBuffer>;
  readonly m2: Float32Array<ArrayBuffer>;
  /** The sample that was kept longest; zeros before the first. */
  readonly mode: Float32Array<ArrayBuffer>;
  /** Samples kept one by one (see `keep` of the settings), with their iterations. */
  readonly kept: readonly KeptSample[];
}

export interface KeptSample {
  readonly iteration: number;
  readonly values: Float32Array<ArrayBuffer>;
}
