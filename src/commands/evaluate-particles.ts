import { evaluate } from "../core/metrics/evaluate";
import type { Evaluation } from "../core/operations/results";
import type { ParticleList } from "../core/particles/particle-list";
import { patchEntry } from "../state/document";
import type { Workbench } from "./workbench";

/** A particle within this distance of a true one counts as it: the radius that the command line uses by default. */
export const MATCH_RADIUS_VOXELS = 10;

/** Returns the scores of a list against the truth of its volume, or null where none is loaded. */
export function scoresOf(workbench: Workbench, volumeId: string, list: ParticleList): Evaluation | null {
  const truth = workbench.document.getState().truths.find((each) => each.volumeId === volumeId);
  return truth ? evaluate(list.particles, truth.particles, list.classes, MATCH_RADIUS_VOXELS) : null;
}

/** Scores every list of a volume again. */
export function evaluateAll(workbench: Workbench, volumeId: string): void {
  for (const { id, parentId, list } of workbench.document.getState().particles) {
    if (parentId === volumeId)
      patchEntry(workbench.document, "particles", id, { evaluation: scoresOf(workbench, volumeId, list) });
  }
}
