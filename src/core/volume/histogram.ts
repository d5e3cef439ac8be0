const BINS = 256;

interface BinnedCounts {
  readonly min: number;
  readonly max: number;
  readonly counts: Uint32Array<ArrayBuffer>;
}

/**
 * Returns how many finite voxels lie in each of equal bins from `min` to `max`: over the range from `low` to `high` and half of
 * it again on both sides, as far as there are voxels. Voxels outside are not counted. The upper end belongs to the last bin.
 * Where all voxels are whole numbers, every bin holds equally many of them (else the picture would be a comb).
 */
export function histogramAround(values: Float32Array, low: number, high: number): BinnedCounts {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let whole = true;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
    whole &&= Number.isInteger(value);
  }
  const margin = (high - low) / 2;
  let min = least < most ? Math.max(least, low - margin) : low;
  let max = least < most ? Math.min(most, high + margin) : high;
  let bins = BINS;
  if (whole && Number.isFinite(least)) {
    const first = Math.ceil(min);
    const numbers = Math.floor(max) - first + 1;
    const width = Math.ceil(numbers / BINS);
    bins = Math.ceil(numbers / width);
    min = first - 0.5;
    max = min + bins * width;
  }
  const counts = new Uint32Array(bins);
  const perBin = bins / (max - min);
  for (const value of values) {
    if (!(value >= min && value <= max)) continue;
    counts[Math.min(bins - 1, Math.floor((value - min) * perBin))]++;
  }
  return { min, max, counts };
}
