/** How far beyond the limit the last frequencies are that pass at all. */
const FALL_OFF = 1.25;

/**
 * Returns the factor of a low-pass at a frequency divided by its limit: 1 up to the limit, 0 from 1.25 times it on, half a cosine
 * between.
 */
export function lowPassFactor(relativeFrequency: number): number {
  const beyond = (relativeFrequency - 1) / (FALL_OFF - 1);
  return 0.5 + 0.5 * Math.cos(Math.PI * Math.min(1, Math.max(0, beyond)));
}
