import { fillNormal, uniformSequence } from "../random/philox";

/** From here on counts are normal numbers, rounded: their skewness is below 0.15. */
const NORMAL_FROM = 50;

/**
 * Replaces expected counts (0 or more) by counts drawn from their Poisson distributions: exactly (inversion) below 50, above
 * as rounded normal numbers. Element i depends on (seed, stream, i) and its expectation only.
 */
export function drawPoissonCounts(expected: Float32Array, seed: number, stream: number): void {
  const normal = new Float32Array(expected.length);
  fillNormal(normal, seed, stream);
  const uniform = expected.some((rate) => rate < NORMAL_FROM) ? uniformSequence(seed, stream) : () => 0;
  for (let i = 0; i < expected.length; i++) {
    const share = uniform();
    const rate = expected[i];
    if (rate < NORMAL_FROM) expected[i] = countAt(rate, share);
    else expected[i] = Math.max(0, Math.round(rate + Math.sqrt(rate) * normal[i]));
  }
}

/** The least count whose cumulated probability exceeds `share`. */
function countAt(rate: number, share: number): number {
  let probability = Math.exp(-rate);
  let cumulated = probability;
  let count = 0;
  // Rounding may keep the sum below a share next to 1: the probability then vanishes.
  while (cumulated <= share && probability > 0) {
    count++;
    probability *= rate / count;
    cumulated += probability;
  }
  return count;
}
