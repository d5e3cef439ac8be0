import { fillNormal } from "../random/philox";
import { NOISE_STREAM } from "./image-conditions";
import type { Imaging } from "./imaging";
import { drawPoissonCounts } from "./poisson-counts";

/** Electrons per Å² of one image where the recipe has no dose: 120 in 60 images. */
const USUAL_DOSE = 2;

/** Mean, variance and least value of the noise-free series. */
export interface SignalStatistics {
  readonly mean: number;
  readonly variance: number;
  readonly min: number;
}

/** Adds noise to image `index` of a series, in place; it depends on the seed and the index. */
export type ImageNoise = (image: Float32Array, index: number) => void;

/**
 * Returns the noise that makes var(signal)/var(noise) of a whole series the SNR of `imaging`.
 * "gaussian": white, one deviation for the whole series. "poisson": a pixel counts λ·(1 + c·(s − mean)) electrons on
 * average, λ from the dose (2 electrons per Å² where it is 0), and the counts are scaled back to the signal; c = √(SNR/(λ·variance)), for
 * the variance of counts is λ. Where no rate above 0 has that contrast, c is the largest that has one and λ grows instead.
 */
export function imageNoise(
  { noise, dosePerImage }: Imaging,
  { mean, variance, min }: SignalStatistics,
  pixelSizeAngstrom: number,
  seed: number,
): ImageNoise | null {
  if (noise.snr === null || variance === 0) return null;
  const noiseVariance = variance / noise.snr;
  if (noise.kind === "gaussian") {
    const sigma = Math.sqrt(noiseVariance);
    return (image, index) => {
      const normal = new Float32Array(image.length);
      fillNormal(normal, seed, NOISE_STREAM + index);
      for (let i = 0; i < image.length; i++) image[i] += sigma * normal[i];
    };
  }
  const doseCounts = (dosePerImage || USUAL_DOSE) * pixelSizeAngstrom ** 2;
  const contrast = Math.min(1 / Math.sqrt(doseCounts * noiseVariance), 1 / (mean - min));
  const counts = 1 / (noiseVariance * contrast ** 2);
  return (image, index) => {
    for (let i = 0; i < image.length; i++)
      image[i] = Math.max(0, counts * (1 + contrast * (image[i] - mean)));
    drawPoissonCounts(image, seed, NOISE_STREAM + index);
    for (let i = 0; i < image.length; i++) image[i] = mean + (image[i] / counts - 1) / contrast;
  };
}
