import { ComputeError } from "../src/core/errors";
import type { MwrChainState } from "../src/core/restore/mwr-state";

/** A chain holds memory for as long as it is kept: larger ones are let go. */
const MOST_BYTES = 2 ** 30;

export interface KeptChain {
  /** Returns the chain of that name; throws "bad-input" where it is not kept any more. */
  of(chainId: string): MwrChainState;
  /** Keeps a chain in the place of the one before, and returns whether it is not too large for that. */
  keep(chainId: string, state: MwrChainState): boolean;
  forget(): void;
}

/** Returns the keeper of the newest chain, so that a restoration can go on after its end. */
export function createKeptChain(): KeptChain {
  let kept: { readonly chainId: string; readonly state: MwrChainState } | null = null;
  return {
    of(chainId) {
      if (kept?.chainId === chainId) return kept.state;
      const sentence =
        "The samples of this restoration are not kept any more: run it anew, with more iterations.";
      throw new ComputeError("bad-input", sentence, { chainId });
    },
    keep(chainId, state) {
      kept = chainBytes(state) <= MOST_BYTES ? { chainId, state } : null;
      return kept !== null;
    },
    forget() {
      kept = null;
    },
  };
}

function chainBytes({ current, mean, m2, mode, kept }: MwrChainState): number {
  const volumes = [current, mean, m2, mode, ...kept.map(({ values }) => values)];
  return volumes.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
