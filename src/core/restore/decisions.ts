import type { MwrDecisionState, MwrOutcome } from "./mwr-kernels";

/** What a backend that decides on the host keeps beside its volumes. */
export interface Decisions {
  /** Notes the energy of a first sample. */
  begin(energy: number): void;
  /** Tells whether a proposal is accepted: its energy exceeds that of the current sample by less than `slack`. */
  accepts(energy: number, slack: number): boolean;
  /** Counts the current sample as accumulated once more; tells whether it has never been a sample for so long. */
  isLongestRun(): boolean;
  /** Returns the outcomes since the last call. */
  takeOutcomes(): readonly MwrOutcome[];
  read(): MwrDecisionState;
  load(state: MwrDecisionState): void;
}

/** Returns the bookkeeping of decisions that the reference prescribes: energies in f64, runs in whole numbers. */
export function createDecisions(): Decisions {
  let state: MwrDecisionState = { energy: Number.POSITIVE_INFINITY, run: 0, longestRun: 0 };
  let outcomes: MwrOutcome[] = [];
  return {
    begin(energy) {
      state = { energy, run: 0, longestRun: 0 };
      outcomes.push({ energy, accepted: true });
    },
    accepts(energy, slack) {
      const accepted = energy - state.energy < slack;
      if (accepted) state = { ...state, energy, run: 0 };
      outcomes.push({ energy: state.energy, accepted });
      return accepted;
    },
    isLongestRun() {
      const run = state.run + 1;
      const isLongest = run > state.longestRun;
      state = { ...state, run, longestRun: Math.max(run, state.longestRun) };
      return isLongest;
    },
    takeOutcomes() {
      const taken = outcomes;
      outcomes = [];
      return taken;
    },
    read: () => state,
    load(loaded) {
      state = loaded;
      outcomes = [];
    },
  };
}
