import { ComputeError } from "../errors";
import { createRealFft3 } from "../fourier/real-fft3";
import { type Shape3, voxelCount } from "../volume/shape";
import { addShellSums, createShellSums, shellCorrelations, shellFrequencies } from "./shell-sums";

/** A resolution that is a shell on paper (the Nyquist frequency) is that shell after rounding too. */
const ROUNDING = 1e-9;

/** The correlation of two volumes, shell by shell of Fourier space, from frequency 0 up. */
export interface ShellCurve {
  /** The middle of each shell, in 1/Å. */
  readonly frequencies: Float64Array;
  /** From −1 to 1; 0 where either volume is nil. */
  readonly values: Float64Array;
  /** How many coefficients of the whole spectrum lie in each shell. */
  readonly counts: Float64Array;
}

/**
 * Returns the Fourier shell correlation of two volumes of cubic voxels: Re Σ A·B* / √(Σ|A|² Σ|B|²) over shells one
 * frequency step of the longest side wide, up to the Nyquist frequency (the corners beyond are left out). Throws
 * "bad-parameter" where a volume's length is not that of the shape or the voxel size is not above 0. (Harauz and van Heel 1986.)
 */
export function fourierShellCorrelation(
  a: Float32Array,
  b: Float32Array,
  shape: Shape3,
  voxelSizeAngstrom: number,
): ShellCurve {
  const voxels = voxelCount(shape);
  for (const { length } of [a, b])
    if (length !== voxels)
      throw new ComputeError(
        "bad-parameter",
        `A volume of ${shape.join(" × ")} has ${voxels} voxels, not ${length}.`,
        { length },
      );
  if (!(voxelSizeAngstrom > 0))
    throw new ComputeError("bad-parameter", `The voxel size must be above 0 Å, not ${voxelSizeAngstrom}.`, {
      voxelSizeAngstrom,
    });

  const fft = createRealFft3(shape);
  const [spectrumA, spectrumB] = [a, b].map((values) => {
    const spectrum = new Float32Array(2 * voxelCount(fft.spectrumShape));
    fft.forward(values, spectrum);
    return spectrum;
  });
  const sums = createShellSums(shape);
  addShellSums(sums, spectrumA, spectrumB, shape, null, [0, shape[0]]);
  return {
    frequencies: shellFrequencies(shape, voxelSizeAngstrom),
    values: shellCorrelations(sums),
    counts: sums.counts.subarray(0, -1),
  };
}

/**
 * Returns the resolution in Å at which a curve first falls below a threshold, interpolated between shells in frequency. A curve that
 * never does gives that of its last shell, the finest that it speaks of; one that begins below it, Infinity.
 */
export function resolutionAt({ frequencies, values }: ShellCurve, threshold: number): number {
  const first = values.findIndex((value) => value < threshold);
  if (first === 0) return Infinity;
  if (first < 0) return 1 / frequencies[frequencies.length - 1];
  const share = (values[first - 1] - threshold) / (values[first - 1] - values[first]);
  return 1 / (frequencies[first - 1] + share * (frequencies[first] - frequencies[first - 1]));
}

/** Returns a curve's value at a resolution in Å, interpolated in frequency; NaN beyond its last shell. */
export function shellValueAt({ frequencies, values }: ShellCurve, resolutionAngstrom: number): number {
  const shell = 1 / resolutionAngstrom / frequencies[1];
  const before = Math.floor(shell + ROUNDING);
  const share = Math.max(0, shell - before);
  if (before > values.length - 1 || (share > ROUNDING && before === values.length - 1)) return Number.NaN;
  return share > ROUNDING ? values[before] + share * (values[before + 1] - values[before]) : values[before];
}
