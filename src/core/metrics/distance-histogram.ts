/** How many distances fall into each of equal bins from 0 on; a bin holds its lower end. */
export interface DistanceHistogram {
  /** A round number: 1, 2 or 5 times a power of ten. */
  readonly binAngstrom: number;
  readonly counts: readonly number[];
}

const MOST_BINS = 30;

/** Returns the histogram of distances (≥ 0, in Å) in at most 30 bins; one empty bin where there are none. */
export function distanceHistogram(distancesAngstrom: readonly number[]): DistanceHistogram {
  const largest = distancesAngstrom.reduce((most, distance) => Math.max(most, distance), 0);
  let binAngstrom = 1;
  for (let step = 0; largest >= MOST_BINS * binAngstrom; step++) binAngstrom *= step % 3 === 1 ? 2.5 : 2;
  const counts = new Array<number>(Math.floor(largest / binAngstrom) + 1).fill(0);
  for (const distance of distancesAngstrom) counts[Math.floor(distance / binAngstrom)]++;
  return { binAngstrom, counts };
}
