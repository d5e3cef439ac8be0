/** Where the deviation of a restored volume exceeds its signal. */
export interface UncertainVoxels {
  /** 1 where it does, else 0. */
  readonly mask: Uint8Array<ArrayBuffer>;
  /** The share of voxels, 0 to 1. */
  readonly voxelShare: number;
  /** The share of the signal's power, its squares summed, that they hold. */
  readonly powerShare: number;
}

/** The background's level is read from about this many voxels: enough for its third digit. */
const SAMPLE_VOXELS = 1 << 18;

/**
 * Returns the voxels whose deviation is larger than the signal's magnitude. The signal is what stands out of the background,
 * which is the median: grey values have no zero of their own.
 */
export function uncertainVoxels(restored: Float32Array, std: Float32Array): UncertainVoxels {
  const stride = Math.ceil(restored.length / SAMPLE_VOXELS);
  const sample = Float32Array.from(
    { length: Math.ceil(restored.length / stride) },
    (_, i) => restored[i * stride],
  );
  const background = sample.sort()[sample.length >> 1];
  const mask = new Uint8Array(restored.length);
  let voxels = 0;
  let power = 0;
  let within = 0;
  for (let i = 0; i < mask.length; i++) {
    const signal = restored[i] - background;
    power += signal * signal;
    if (std[i] <= Math.abs(signal)) continue;
    mask[i] = 1;
    voxels++;
    within += signal * signal;
  }
  return { mask, voxelShare: voxels / mask.length, powerShare: power > 0 ? within / power : 0 };
}
