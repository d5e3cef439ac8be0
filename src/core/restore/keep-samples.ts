import type { KeptSample } from "./mwr-state";

/**
 * Tells whether the n-th sample (from 1) is to be kept, of which `wanted` are to be left in the end however long the chain
 * becomes: every s-th, where s doubles whenever twice as many have come together. So a chain that goes on keeps the same
 * ones as one that was longer from the start.
 */
export function isKept(n: number, kept: readonly KeptSample[], wanted: number): boolean {
  return wanted > 0 && n % stepOf(kept) === 0;
}

/** Returns the samples kept so far with one more; at most 2 · wanted − 1 of them. */
export function withKept(
  kept: readonly KeptSample[],
  sample: KeptSample,
  wanted: number,
): readonly KeptSample[] {
  const all = [...kept, sample];
  return all.length < 2 * wanted ? all : all.filter((_, i) => i % 2 === 1);
}

/** Returns `wanted` of the samples kept (all, if there are fewer), evenly spaced. */
export function chooseKept(kept: readonly KeptSample[], wanted: number): readonly KeptSample[] {
  const count = Math.min(wanted, kept.length);
  return Array.from({ length: count }, (_, i) => kept[Math.round(((i + 1) * kept.length) / count) - 1]);
}

/** The first kept sample is always the s-th. */
const stepOf = (kept: readonly KeptSample[]): number => (kept.length > 0 ? kept[0].n : 1);
