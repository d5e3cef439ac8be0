import type { Evaluation } from "../operations/results";
import type { Particle } from "../particles/particle-list";
import type { Labelled } from "./evaluate";
import { matchPairs, nearPairs } from "./match-points";
import { type Ratios, ratiosOf } from "./ratios";

/** What particles can be thresholded by. */
export type ThresholdBy = "sizeVoxels" | "score";

/** What the scores of one class would be if only particles of at least the threshold were kept. */
export interface CurvePoint extends Ratios {
  readonly threshold: number;
  readonly found: number;
  readonly truePositives: number;
}

/** The scores of one class against the threshold of its particles' size or score. */
export interface ClassCurve {
  readonly label: number;
  readonly name: string;
  readonly by: ThresholdBy;
  readonly points: readonly CurvePoint[];
}

/** Curves of more steps than this keep every n-th of them. */
const MOST_POINTS = 256;

/** Returns at most MOST_POINTS of the values, spread evenly, the first and the last among them. */
function thinned(values: readonly number[]): number[] {
  if (values.length <= MOST_POINTS) return [...values];
  return Array.from(
    { length: MOST_POINTS },
    (_, i) => values[Math.round((i * (values.length - 1)) / (MOST_POINTS - 1))],
  );
}

/**
 * Returns the scores of one class against the threshold of size or score, which rises from point to point: one point for
 * each value that particles have. Matching is one to one within `radiusVoxels`, closest pairs first, anew at each
 * threshold. Particles without the value are left out; empty where none has it.
 */
export function thresholdCurve(
  found: readonly (Labelled & Pick<Particle, ThresholdBy>)[],
  truth: readonly Labelled[],
  label: number,
  by: ThresholdBy,
  { radiusVoxels, beta }: { readonly radiusVoxels: number; readonly beta: number },
): CurvePoint[] {
  const ofClass = found.filter((each) => each.label === label && each[by] !== null);
  const truthHere = truth.filter((each) => each.label === label);
  const values = ofClass.map((each) => each[by] as number);
  const pairs = nearPairs(ofClass, truthHere, radiusVoxels);
  const sorted = [...values].sort((a, b) => a - b);
  let below = 0;
  return thinned([...new Set(sorted)]).map((threshold) => {
    while (sorted[below] < threshold) below++;
    const count = sorted.length - below;
    const truePositives = matchPairs(pairs, (index) => values[index] >= threshold).length;
    return {
      threshold,
      found: count,
      truePositives,
      ...ratiosOf(truePositives, count, truthHere.length, beta),
    };
  });
}

/**
 * Returns the curves of every class that an evaluation scores, against the size and against the score, by its distance and
 * β; those that are empty are left out.
 */
export function classCurves(
  found: readonly (Labelled & Pick<Particle, ThresholdBy>)[],
  truth: readonly Labelled[],
  evaluation: Evaluation,
): ClassCurve[] {
  return Object.entries(evaluation.classes).flatMap(([label, { name }]) =>
    (["sizeVoxels", "score"] as const)
      .map((by) => ({
        label: Number(label),
        name,
        by,
        points: thresholdCurve(found, truth, Number(label), by, evaluation),
      }))
      .filter(({ points }) => points.length > 0),
  );
}

/** Returns the first point of a curve with the best F1; null for an empty curve. */
export function bestPoint(curve: readonly CurvePoint[]): CurvePoint | null {
  return curve.reduce<CurvePoint | null>((best, point) => (best && best.f1 >= point.f1 ? best : point), null);
}
