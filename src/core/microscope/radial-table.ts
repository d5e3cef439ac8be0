/** A function of k² between whose values lines are drawn: `values[i]` stands at k² = i / `perUnit`. */
export interface RadialTable {
  readonly values: Float64Array;
  readonly perUnit: number;
}

/** Resolves the phase of a CTF of a thousand radians to a twentieth of one. */
const ENTRIES = 1 << 14;

/** Returns a table of a function of the squared frequency from 0 to `maxFrequencySquared`, for filters of many coefficients. */
export function createRadialTable(
  valueAt: (frequencySquared: number) => number,
  maxFrequencySquared: number,
): RadialTable {
  const perUnit = (ENTRIES - 1) / maxFrequencySquared;
  // One more, so that the last line has an end.
  return { values: Float64Array.from({ length: ENTRIES + 1 }, (_, i) => valueAt(i / perUnit)), perUnit };
}

/** Returns the value at a squared frequency within the table. */
export function lookUp({ values, perUnit }: RadialTable, frequencySquared: number): number {
  const at = frequencySquared * perUnit;
  const i = Math.floor(at);
  return values[i] + (at - i) * (values[i + 1] - values[i]);
}
