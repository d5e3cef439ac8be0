import type { MwrChainState } from "./mwr-state";

/** What a preview shows: the current sample, or mean or deviation of the samples so far. */
export type MwrPreviewKind = "sample" | "mean" | "std";

/** What the user asks of a restoration while it runs. */
export interface MwrControl {
  /** The chain waits before its next iteration until this is over. */
  readonly paused: boolean;
  /**
   * Ends the chain before its next iteration; the samples so far are the result. During burn-in, the current one is. Where the
   * volume is done in blocks, those that are finished are the result, and the rest stays as it was measured.
   */
  readonly finish: boolean;
  /** β from the next iteration on, which is then not steered any more; null keeps the chain's own. */
  readonly beta: number | null;
  /** Where the chain ends, and each block's that follows, counted from its start; at once if beyond. Null keeps the parameter's. */
  readonly iterations: number | null;
  /** Mean and deviation need samples: until there are two, the preview shows the current one. */
  readonly preview: MwrPreviewKind;
}

/** How a running restoration is steered; it is an input of the operation beside volume and backend. */
export interface MwrSteering {
  /** Is asked before each iteration, so it must be quick. */
  read(): MwrControl;
  /** Resolves at the next change of what `read` returns, and when the task is cancelled. Waited for while paused. */
  changed(): Promise<void>;
  /**
   * Tells whether a report would be looked at now; asked every few iterations. Where it is absent, for want of a clock, all
   * of these are reported.
   */
  isReportDue?(): boolean;
  /**
   * The chain that an earlier run on the same volume handed to `keep`: this run goes on with it, to the same bits as one that
   * had been longer from the start. Its parameters must be the same but for `iterations` (of the whole chain) and
   * what to save ("bad-parameter" otherwise). Null starts anew.
   */
  readonly resume: MwrChainState | null;
  /** Is handed the chain when it ends, but for an error: it holds four volumes of the box's size. Not where it was done in blocks. */
  keep(state: MwrChainState): void;
}

/** What is asked of a chain that nobody touches. */
export const UNTOUCHED: MwrControl = {
  paused: false,
  finish: false,
  beta: null,
  iterations: null,
  preview: "sample",
};
