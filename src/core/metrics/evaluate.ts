import type { ConfusionMatrix, Evaluation } from "../operations/results";
import type { ClassInfo, Quaternion } from "../particles/particle-list";
import type { Point3 } from "../volume/shape";
import { matchPairs, nearPairs } from "./match-points";
import { DEFAULT_BETA, ratiosOf } from "./ratios";

/** A particle that is known to be there; positions as in ParticleList. */
export interface TruthParticle extends Point3 {
  readonly label: number;
  readonly name: string;
  readonly rotation: Quaternion | null;
}

export interface Labelled extends Point3 {
  readonly label: number;
}

/** Returns the labels that are found, true or a particle's (have a radius), rising. */
function labelsOf(lists: readonly (readonly Labelled[])[], classes: readonly ClassInfo[]): number[] {
  const labels = new Set<number>();
  for (const { label, radiusAngstrom } of classes) if (radiusAngstrom !== undefined) labels.add(label);
  for (const { label } of lists.flat()) labels.add(label);
  return [...labels].sort((a, b) => a - b);
}

/**
 * Returns how often each true class was found as each class, by a one-to-one matching, closest pairs first, that does not
 * look at the classes. The last row holds what was found where nothing is, the last column what was missed.
 */
function confusionMatrix(
  found: readonly Labelled[],
  truth: readonly Labelled[],
  labels: readonly number[],
  radiusVoxels: number,
): ConfusionMatrix {
  const index = new Map(labels.map((label, i) => [label, i]));
  const at = (label: number) => index.get(label) ?? labels.length;
  const side = labels.length + 1;
  const counts = Array.from({ length: side }, () => new Array<number>(side).fill(0));
  const pairs = matchPairs(nearPairs(found, truth, radiusVoxels));
  const matchedFound = new Set(pairs.map((pair) => pair.found));
  const matchedTruth = new Set(pairs.map((pair) => pair.truth));
  for (const pair of pairs) counts[at(truth[pair.truth].label)][at(found[pair.found].label)]++;
  found.forEach(({ label }, i) => {
    if (!matchedFound.has(i)) counts[labels.length][at(label)]++;
  });
  truth.forEach(({ label }, i) => {
    if (!matchedTruth.has(i)) counts[at(label)][labels.length]++;
  });
  return { labels, counts };
}

/**
 * Returns precision, recall, F1 and F-β of each class that is found, true or a particle (has a radius), and how classes are
 * taken for one another. A found particle is right if it is matched one to one, closest pairs first, to a true one of its
 * class at most `radiusVoxels` (> 0) away. A ratio without a denominator is 0.
 */
export function evaluate(
  found: readonly Labelled[],
  truth: readonly TruthParticle[],
  classes: readonly ClassInfo[],
  radiusVoxels: number,
  beta: number = DEFAULT_BETA,
): Evaluation {
  const labels = labelsOf([found, truth], classes);
  const scores: Record<string, Evaluation["classes"][string]> = {};
  for (const label of labels) {
    const foundHere = found.filter((point) => point.label === label);
    const truthHere = truth.filter((point) => point.label === label);
    const truePositives = matchPairs(nearPairs(foundHere, truthHere, radiusVoxels)).length;
    scores[label] = {
      name:
        classes.find((info) => info.label === label)?.name ??
        truthHere.find(({ name }) => name)?.name ??
        `class ${label}`,
      truth: truthHere.length,
      found: foundHere.length,
      truePositives,
      ...ratiosOf(truePositives, foundHere.length, truthHere.length, beta),
    };
  }
  const confusion = confusionMatrix(found, truth, labels, radiusVoxels);
  return { radiusVoxels, beta, classes: scores, confusion };
}
