import type { MwrTracePoint } from "../../core/operations/results";

/** The acceptance rate is that of so many iterations. */
export const ACCEPTANCE_WINDOW = 20;

/** The share of proposals that a chain should accept: less wastes time, more hardly chooses (thesis, section 2.5). */
export const TARGET_ACCEPTANCE = [0.25, 0.6] as const;

/** Returns the share of accepted proposals among the last 20 up to each iteration, 0…1. */
export function runningAcceptance(trace: readonly MwrTracePoint[]): readonly number[] {
  let inWindow = 0;
  return trace.map((point, index) => {
    inWindow +=
      Number(point.accepted) -
      Number(index >= ACCEPTANCE_WINDOW && trace[index - ACCEPTANCE_WINDOW].accepted);
    return inWindow / Math.min(index + 1, ACCEPTANCE_WINDOW);
  });
}
