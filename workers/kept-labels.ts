import type { RunRequests } from "../src/contracts/compute";
import { isLocalized, Localizer } from "../src/core/operations/localize";

/** Gives the localizer of a label map: the one of the last run where the map is the same. */
export type KeptLabels = (request: RunRequests["localize"]) => Localizer;

/**
 * Returns the keeper of the newest label map's runs and groups, so that a change of a threshold neither reads nor groups
 * anew. Maps are told apart by their id: a file that comes from another thread is a new object each time.
 */
export function createKeptLabels(): KeptLabels {
  let kept: { readonly key: string; readonly localizer: Localizer } | null = null;
  return ({ mapId, score, classes }) => {
    const key = JSON.stringify([
      mapId,
      score !== null,
      classes.filter(isLocalized).map(({ label }) => label),
    ]);
    if (kept?.key !== key) kept = { key, localizer: new Localizer() };
    return kept.localizer;
  };
}
