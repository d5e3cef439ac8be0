import { PointGrid } from "../geometry/point-grid";
import type { Point3 } from "../volume/shape";

/** A point of one list and one of another, by their indices. */
export interface PointPair {
  readonly found: number;
  readonly truth: number;
  readonly squaredDistance: number;
}

/** Returns every pair of points at most `radius` (> 0) apart, the closest first; equally close ones by their indices. */
export function nearPairs(found: readonly Point3[], truth: readonly Point3[], radius: number): PointPair[] {
  const grid = new PointGrid(truth, radius);
  const pairs = found.flatMap((point, index) =>
    grid
      .within(point, radius)
      .map((near) => ({ found: index, truth: near.index, squaredDistance: near.squaredDistance })),
  );
  return pairs.sort(
    (a, b) => a.squaredDistance - b.squaredDistance || a.found - b.found || a.truth - b.truth,
  );
}

/**
 * Returns a one-to-one matching, greedy: of the pairs in their order, those of which neither point is taken yet. `counts`
 * says which found points take part.
 */
export function matchPairs(
  pairs: readonly PointPair[],
  counts: (found: number) => boolean = () => true,
): PointPair[] {
  const takenFound = new Set<number>();
  const takenTruth = new Set<number>();
  return pairs.filter(({ found, truth }) => {
    if (takenFound.has(found) || takenTruth.has(truth) || !counts(found)) return false;
    takenFound.add(found);
    takenTruth.add(truth);
    return true;
  });
}
