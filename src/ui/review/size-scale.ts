const STEPS = 200;

/** Returns the sizes that a slider stops at, from 1 to the largest: evenly in the logarithm, each once. */
export function sizeStops(largest: number): number[] {
  return [...new Set(Array.from({ length: STEPS + 1 }, (_, step) => Math.round(largest ** (step / STEPS))))];
}

/** Returns the index of the last stop that is no larger than a size; 0 below the first. */
export function stopOfSize(stops: readonly number[], size: number): number {
  return Math.max(
    0,
    stops.findLastIndex((stop) => stop <= size),
  );
}
