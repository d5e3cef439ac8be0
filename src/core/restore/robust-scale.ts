const LOW_QUANTILE = 0.005;
const HIGH_QUANTILE = 0.995;
/** Of larger volumes an even sample is sorted: enough for the third digit of a percentile, and quick. */
const SAMPLE_VOXELS = 1 << 18;

/** Takes grey values to robust units: value = (grey − offset) / range. */
export interface RobustScale {
  readonly offset: number;
  /** Grey values per unit. */
  readonly range: number;
}

/**
 * Returns the scale on which the median of finite values is 0 and their robust range (0.5 to 99.5 percentile) is 1 wide.
 * The median is the background's level in most boxes: with it at zero the denoiser may take the background's noise away
 * altogether, and dark and bright particles are treated alike. A constant volume has range 1.
 */
export function robustScale(values: Float32Array): RobustScale {
  const stride = Math.ceil(values.length / SAMPLE_VOXELS);
  const count = Math.ceil(values.length / stride);
  const sorted = Float32Array.from({ length: count }, (_, i) => values[i * stride]).sort();
  const at = (quantile: number) => sorted[Math.round(quantile * (sorted.length - 1))];
  const range = at(HIGH_QUANTILE) - at(LOW_QUANTILE) || sorted[sorted.length - 1] - sorted[0] || 1;
  return { offset: at(0.5), range };
}

/** Scales grey values, in place, and returns them. */
export function scaleInPlace(
  values: Float32Array<ArrayBuffer>,
  { offset, range }: RobustScale,
): Float32Array<ArrayBuffer> {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] - offset) / range;
  return values;
}
