import { createRealFft3 } from "../fourier/real-fft3";
import { type Shape3, voxelCount } from "../volume/shape";

/**
 * Returns the correlation of two volumes over the coefficients where `region` is 1 (half spectrum, unshifted), from −1 to 1:
 * Re Σ X·Y* / √(Σ|X|² Σ|Y|²). Over the missing wedge it says how much of what was filled in is right
 * (the thesis's constrained correlation, section 2.6).
 */
export function spectralCorrelation(
  a: Float32Array,
  b: Float32Array,
  shape: Shape3,
  region: Uint8Array,
): number {
  const nx = shape[2];
  const fft = createRealFft3(shape);
  const half = fft.spectrumShape[2];
  const [spectrumA, spectrumB] = [a, b].map((values) => {
    const spectrum = new Float32Array(2 * voxelCount(fft.spectrumShape));
    fft.forward(values, spectrum);
    return spectrum;
  });
  let product = 0;
  let powerA = 0;
  let powerB = 0;
  for (let i = 0; i < region.length; i++) {
    if (!region[i]) continue;
    const kx = i % half;
    const weight = kx === 0 || 2 * kx === nx ? 1 : 2; // k and −k
    for (const at of [2 * i, 2 * i + 1]) {
      product += weight * spectrumA[at] * spectrumB[at];
      powerA += weight * spectrumA[at] ** 2;
      powerB += weight * spectrumB[at] ** 2;
    }
  }
  return powerA > 0 && powerB > 0 ? product / Math.sqrt(powerA * powerB) : 0;
}
