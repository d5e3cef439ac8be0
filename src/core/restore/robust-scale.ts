const LOW_QUANTILE = 0.005;
const HIGH_QUANTILE = 0.995;

/** Takes grey values to robust units (0.5 and 99.5 percentile become 0 and 1), and back. */
export interface RobustScale {
  readonly offset: number;
  /** Grey values per unit. */
  readonly range: number;
}

/** Returns the robust scale of finite values; a constant volume has range 1. */
export function robustScale(values: Float32Array): RobustScale {
  const sorted = Float32Array.from(values).sort();
  const at = (quantile: number) => sorted[Math.round(quantile * (sorted.length - 1))];
  let offset = at(LOW_QUANTILE);
  let range = at(HIGH_QUANTILE) - offset;
  if (range === 0) {
    offset = sorted[0];
    range = sorted[sorted.length - 1] - offset;
  }
  return { offset, range: range > 0 ? range : 1 };
}
