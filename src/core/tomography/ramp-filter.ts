import { createFftWorkspace, fftLine } from "../fourier/fft-line";
import { planFft } from "../fourier/fft-plan";
import { tiltWeights } from "./tilt-weights";

/** How images are weighted before they are projected back. */
export interface RampSettings {
  /**
   * The ramp |k| times the angle that an image stands for; or the exact inverse of how many images measured each place, an
   * object of `thickness` voxels being seen in slabs of 1/thickness in Fourier space: for uneven tilts, and no more than was
   * measured where the tilts are too far apart.
   */
  readonly weighting: "ramp" | "exact";
  /** Lets the weight fall towards Nyquist, to 8 % of it. */
  readonly window: "none" | "hamming";
  readonly thickness: number;
}

/** Of an image: rows of `width` values one after the other, filtered along x. */
export interface RampFilter {
  /** Filters in place. Rows are transformed two by two, from the first on: the values depend on the pair's alone. */
  apply(rows: Float32Array, tilt: number): void;
}

/**
 * Returns the filter of images of `width` pixels that makes their back-projection the density: line integrals in voxels in,
 * density per radian's worth of tilts out. The ramp is that of the Ram–Lak kernel sampled in space (1/4 at 0, −1/(πn)² at
 * odd n), whose mean is right, on lines padded with zeros to twice their length, so that nothing wraps around (Kak & Slaney
 * 1988, section 3.3.3). Exact weights: Harauz & van Heel 1986. Costs two transforms of twice the width for two rows.
 */
export function createRampFilter(
  tiltsDeg: readonly number[],
  width: number,
  settings: RampSettings,
): RampFilter {
  const length = 2 ** Math.ceil(Math.log2(2 * width));
  const plan = planFft(length);
  const work = createFftWorkspace(plan);
  const [re, im] = [new Float32Array(length), new Float32Array(length)];
  const weights = settings.weighting === "ramp" ? rampWeights(tiltsDeg) : exactWeights(tiltsDeg);

  function rampWeights(tilts: readonly number[]): (tilt: number) => Float32Array {
    const kernel = new Float32Array(length);
    kernel[0] = 0.25;
    for (let n = 1; n < width; n += 2) kernel[n] = kernel[length - n] = -1 / (Math.PI * n) ** 2;
    fftLine(plan, kernel, new Float32Array(length), work);
    const angles = tiltWeights(tilts);
    return (tilt) => kernel.map((value) => value * angles[tilt]);
  }

  function exactWeights(tilts: readonly number[]): (tilt: number) => Float32Array {
    const { thickness } = settings;
    const sines = (tilt: number) =>
      tilts.map((other) => Math.abs(Math.sin(((other - tilts[tilt]) * Math.PI) / 180)));
    return (tilt) => {
      const apart = sines(tilt);
      return Float32Array.from({ length }, (_, k) => {
        const frequency = Math.min(k, length - k) / length;
        let overlap = 0;
        for (const sine of apart) overlap += Math.max(0, 1 - thickness * frequency * sine);
        return 1 / (thickness * overlap);
      });
    };
  }

  /** The weights of one image, over the transform's length; those of the last tilt are kept. */
  let [weightsTilt, factors] = [-1, new Float32Array(0)];
  function factorsOf(tilt: number): Float32Array {
    if (tilt === weightsTilt) return factors;
    weightsTilt = tilt;
    factors = weights(tilt).map(
      (weight, k) => (weight * windowAt(Math.min(k, length - k) / length)) / length,
    );
    return factors;
  }
  const windowAt = (frequency: number) =>
    settings.window === "hamming" ? 0.54 + 0.46 * Math.cos(2 * Math.PI * frequency) : 1;

  return {
    apply(rows, tilt) {
      const factor = factorsOf(tilt);
      for (let start = 0; start < rows.length; start += 2 * width) {
        const middle = start + width;
        const isPair = middle < rows.length;
        re.fill(0, width);
        im.fill(0, isPair ? width : 0);
        re.set(rows.subarray(start, middle));
        if (isPair) im.set(rows.subarray(middle, middle + width));
        fftLine(plan, re, im, work);
        for (let k = 0; k < length; k++) {
          re[k] *= factor[k];
          im[k] *= factor[k];
        }
        fftLine(plan, im, re, work);
        rows.set(re.subarray(0, width), start);
        if (isPair) rows.set(im.subarray(0, width), middle);
      }
    },
  };
}
