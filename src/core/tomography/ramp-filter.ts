import { createFftWorkspace, fftLine } from "../fourier/fft-line";
import { planFft } from "../fourier/fft-plan";
import { filterLength } from "./row-filter";
import { tiltWeights } from "./tilt-weights";

/**
 * Below this many slabs from the axis nearly all of them overlap, which the count puts 14 % too high at 1 and the ramp has
 * right; at 2 both agree within 2 % for even tilts.
 */
const RAMP_BELOW = 2;

/** How images are weighted before they are projected back. */
export interface RampSettings {
  /**
   * The ramp |k| times the angle that an image stands for; or, "exact", one over how many images measured a place, an object
   * of `thickness` voxels being seen in slabs of 1/thickness in Fourier space: where tilts are so far apart that their slabs
   * part, noise is not amplified further.
   */
  readonly weighting: "ramp" | "exact";
  /** Lets the weight fall towards Nyquist, to 8 % of it. */
  readonly window: "none" | "hamming";
  readonly thickness: number;
}

/**
 * Returns the factors of `TomographyKernels.filterImages`, for each tilt, that make the back-projection of images of `width`
 * pixels the density: line integrals in voxels in, density per radian's worth of tilts out. The ramp is that of the Ram–Lak
 * kernel sampled in space (1/4 at 0, −1/(πn)² at odd n), whose mean is right, on lines padded with zeros to twice their length,
 * so that nothing wraps around (Kak & Slaney 1988, section 3.3.3). Exact weights: Harauz & van Heel 1986.
 */
export function rampFactors(
  tiltsDeg: readonly number[],
  width: number,
  settings: RampSettings,
): readonly Float32Array[] {
  const length = filterLength(width);
  const ramp = new Float32Array(length);
  ramp[0] = 0.25;
  for (let n = 1; n < width; n += 2) ramp[n] = ramp[length - n] = -1 / (Math.PI * n) ** 2;
  const plan = planFft(length);
  fftLine(plan, ramp, new Float32Array(length), createFftWorkspace(plan));
  const angles = tiltWeights(tiltsDeg);
  const windowAt = (frequency: number) =>
    settings.window === "hamming" ? 0.54 + 0.46 * Math.cos(2 * Math.PI * frequency) : 1;

  return tiltsDeg.map((tiltDeg, tilt) => {
    const { thickness } = settings;
    const apart = tiltsDeg.map((other) => Math.abs(Math.sin(((other - tiltDeg) * Math.PI) / 180)));
    return ramp.map((value, k) => {
      const frequency = Math.min(k, length - k) / length;
      const isRamp = settings.weighting === "ramp" || thickness * frequency < RAMP_BELOW;
      if (isRamp) return value * angles[tilt] * windowAt(frequency);
      const overlap = apart.reduce((sum, sine) => sum + Math.max(0, 1 - thickness * frequency * sine), 0);
      return windowAt(frequency) / (thickness * overlap);
    });
  });
}
