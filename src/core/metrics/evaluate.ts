import { PointGrid } from "../geometry/point-grid";
import type { ClassScore, Evaluation } from "../operations/results";
import type { ClassInfo, Quaternion } from "../particles/particle-list";
import type { Point3 } from "../volume/shape";

/** A particle that is known to be there; positions as in ParticleList. */
export interface TruthParticle extends Point3 {
  readonly label: number;
  readonly name: string;
  readonly rotation: Quaternion | null;
}

interface Labelled extends Point3 {
  readonly label: number;
}

/** How many pairs a greedy one-to-one matching makes, the closest first, of points at most `radius` apart. */
function countMatches(found: readonly Point3[], truth: readonly Point3[], radius: number): number {
  const grid = new PointGrid(truth, radius);
  const pairs = found.flatMap((point, index) =>
    grid
      .within(point, radius)
      .map((near) => ({ found: index, truth: near.index, squaredDistance: near.squaredDistance })),
  );
  pairs.sort((a, b) => a.squaredDistance - b.squaredDistance || a.found - b.found || a.truth - b.truth);
  const takenFound = new Set<number>();
  const takenTruth = new Set<number>();
  for (const pair of pairs) {
    if (takenFound.has(pair.found) || takenTruth.has(pair.truth)) continue;
    takenFound.add(pair.found);
    takenTruth.add(pair.truth);
  }
  return takenFound.size;
}

/**
 * Returns precision, recall and F1 of each class that is found, true or a particle (has a radius). A found particle is
 * right if it is matched one to one, closest pairs first, to a true one of its class at most `radiusVoxels` (> 0) away.
 * A ratio without a denominator is 0.
 */
export function evaluate(
  found: readonly Labelled[],
  truth: readonly TruthParticle[],
  classes: readonly ClassInfo[],
  radiusVoxels: number,
): Evaluation {
  const labels = new Set<number>();
  for (const { label, radiusAngstrom } of classes) if (radiusAngstrom !== undefined) labels.add(label);
  for (const { label } of [...found, ...truth]) labels.add(label);

  const scores: Record<string, ClassScore> = {};
  for (const label of [...labels].sort((a, b) => a - b)) {
    const ofClass = (points: readonly Labelled[]) => points.filter((point) => point.label === label);
    const foundHere = ofClass(found);
    const truthHere = ofClass(truth);
    const truePositives = countMatches(foundHere, truthHere, radiusVoxels);
    const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
    scores[label] = {
      name:
        classes.find((info) => info.label === label)?.name ??
        truth.find((particle) => particle.label === label)?.name ??
        `class ${label}`,
      truth: truthHere.length,
      found: foundHere.length,
      truePositives,
      precision: ratio(truePositives, foundHere.length),
      recall: ratio(truePositives, truthHere.length),
      f1: ratio(2 * truePositives, foundHere.length + truthHere.length),
    };
  }
  return { radiusVoxels, classes: scores };
}
