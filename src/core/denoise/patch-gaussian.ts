import { factorCholesky, solveCholesky } from "./cholesky";

/** Pivots below this part of the noise's variance mean that patches hardly differ in some direction. */
const LEAST_PIVOT = 1e-6;

/**
 * Returns what estimates `count` noisy patches, each `size` values of `noisy`, by a Gaussian fitted to the patches of `model`, into
 * `out`: m + C·(C + extra)⁻¹·(y − m) in the terms of NL-Bayes, worked out as y − variance · (C + extra)⁻¹ · (y − m). Where the
 * model is the noisy patches themselves, whose covariance holds the noise already, `extra` is 0; where it is an estimate
 * free of noise, `extra` equals `variance`, that of the noise. Patches whose matrix cannot be inverted become the model's.
 */
export function createPatchGaussian(size: number, mostPatches: number) {
  const mean = new Float64Array(size);
  const covariance = new Float64Array(size * size);
  const centred = new Float64Array(mostPatches * size);
  const residual = new Float64Array(size);

  const fitTo = (model: Float64Array, count: number): void => {
    mean.fill(0);
    for (let i = 0; i < count * size; i++) mean[i % size] += model[i] / count;
    for (let i = 0; i < count * size; i++) centred[i] = model[i] - mean[i % size];
    covariance.fill(0);
    for (let start = 0; start < count * size; start += size)
      for (let row = 0; row < size; row++) {
        const value = centred[start + row] / (count - 1);
        for (let column = 0; column <= row; column++)
          covariance[row * size + column] += value * centred[start + column];
      }
  };

  return (
    noisy: Float64Array,
    model: Float64Array,
    count: number,
    variance: number,
    extra: number,
    out: Float64Array,
  ): void => {
    fitTo(model, count);
    for (let i = 0; i < size; i++) covariance[i * size + i] += extra;
    if (!factorCholesky(covariance, size, LEAST_PIVOT * variance)) {
      for (let i = 0; i < count * size; i++) out[i] = model[i];
      return;
    }
    for (let start = 0; start < count * size; start += size) {
      for (let i = 0; i < size; i++) residual[i] = noisy[start + i] - mean[i];
      solveCholesky(covariance, size, residual);
      for (let i = 0; i < size; i++) out[start + i] = noisy[start + i] - variance * residual[i];
    }
  };
}
