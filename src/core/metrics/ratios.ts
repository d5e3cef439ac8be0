/** What is asked of a list of particles in one number each, 0…1. */
export interface Ratios {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** (1 + β²)·precision·recall / (β²·precision + recall): recall counts β times as much as precision. */
  readonly fBeta: number;
}

/** The β of the CZII challenge, where a missed particle is worse than one too many. */
export const DEFAULT_BETA = 4;

const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

/** Returns precision, recall and their means of `right` particles among those found and true; 0 without a denominator. */
export function ratiosOf(right: number, found: number, truth: number, beta: number): Ratios {
  const weight = beta * beta;
  return {
    precision: ratio(right, found),
    recall: ratio(right, truth),
    f1: ratio(2 * right, found + truth),
    fBeta: ratio((1 + weight) * right, weight * truth + found),
  };
}
