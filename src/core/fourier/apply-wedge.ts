import type { Fourier3 } from "./fourier3";

/**
 * Returns a volume as a microscope would have it that measured of each coefficient what `weights` says (0 to 1, half spectrum,
 * unshifted; `wedgeWeights`): the wedge of another volume put on this one. `fourier` is of the volume's shape. Costs two
 * transforms; the volume is left as it is.
 */
export async function applyWedge(
  values: Float32Array,
  weights: ArrayLike<number>,
  fourier: Pick<Fourier3, "forward" | "inverse">,
): Promise<Float32Array<ArrayBuffer>> {
  const spectrum = await fourier.forward(values);
  for (let i = 0; i < spectrum.length; i++) spectrum[i] *= weights[i >> 1];
  return fourier.inverse(spectrum);
}
