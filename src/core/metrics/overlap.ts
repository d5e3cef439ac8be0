import type { ClassInfo } from "../particles/particle-list";
import type { Labelled } from "./evaluate";
import { matchPairs, nearPairs } from "./match-points";

/** The particles of two lists A and B that are the same (A ∩ B) and those that only one has (A ∖ B, B ∖ A), by index. */
export interface Overlap {
  /** Pairs of indices [in A, in B]. */
  readonly both: readonly (readonly [a: number, b: number])[];
  readonly onlyA: readonly number[];
  readonly onlyB: readonly number[];
}

/** How many particles of one class both lists have, and only one of them. */
export interface OverlapCounts {
  readonly label: number;
  readonly name: string;
  readonly both: number;
  readonly onlyA: number;
  readonly onlyB: number;
}

/**
 * Returns the sets of two lists. Particles are the same if they are of one class and matched one to one, closest pairs
 * first, at most `radiusVoxels` (> 0) apart.
 */
export function overlapOf(a: readonly Labelled[], b: readonly Labelled[], radiusVoxels: number): Overlap {
  const sameClass = nearPairs(a, b, radiusVoxels).filter(
    ({ found, truth }) => a[found].label === b[truth].label,
  );
  const both = matchPairs(sameClass).map(({ found, truth }) => [found, truth] as const);
  const inA = new Set(both.map(([index]) => index));
  const inB = new Set(both.map(([, index]) => index));
  const others = (list: readonly Labelled[], taken: ReadonlySet<number>) =>
    [...list.keys()].filter((index) => !taken.has(index));
  return { both, onlyA: others(a, inA), onlyB: others(b, inB) };
}

/** Returns the sizes of the sets for each class that occurs, by label. */
export function overlapCounts(
  a: readonly Labelled[],
  b: readonly Labelled[],
  { both, onlyA, onlyB }: Overlap,
  classes: readonly ClassInfo[],
): OverlapCounts[] {
  const labels = [...new Set([...a, ...b].map(({ label }) => label))].sort((one, other) => one - other);
  const count = (list: readonly Labelled[], indices: readonly number[], label: number) =>
    indices.filter((index) => list[index].label === label).length;
  return labels.map((label) => ({
    label,
    name: classes.find((info) => info.label === label)?.name ?? `class ${label}`,
    both: both.filter(([index]) => a[index].label === label).length,
    onlyA: count(a, onlyA, label),
    onlyB: count(b, onlyB, label),
  }));
}
