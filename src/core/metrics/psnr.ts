/** Returns the peak signal-to-noise ratio in dB: 10·log10(max(reference)² / mean squared error). */
export function psnrDb(reference: Float32Array, values: Float32Array): number {
  let peak = 0;
  let squared = 0;
  for (let i = 0; i < reference.length; i++) {
    peak = Math.max(peak, reference[i]);
    squared += (reference[i] - values[i]) ** 2;
  }
  return 10 * Math.log10((peak * peak * reference.length) / squared);
}
