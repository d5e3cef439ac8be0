import { ComputeError } from "../errors";
import { createRealFft3 } from "../fourier/real-fft3";
import { type Shape3, voxelCount } from "../volume/shape";

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

  const [nz, ny, nx] = shape;
  const fft = createRealFft3(shape);
  const half = fft.spectrumShape[2];
  const [spectrumA, spectrumB] = [a, b].map((values) => {
    const spectrum = new Float32Array(2 * nz * ny * half);
    fft.forward(values, spectrum);
    return spectrum;
  });
  const longest = Math.max(nz, ny, nx);
  const shells = Math.floor(longest / 2) + 1;
  const product = new Float64Array(shells);
  const powerA = new Float64Array(shells);
  const powerB = new Float64Array(shells);
  const counts = new Float64Array(shells);
  const frequency = (index: number, length: number) =>
    ((2 * index <= length ? index : index - length) / length) * longest;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      const across = frequency(z, nz) ** 2 + frequency(y, ny) ** 2;
      for (let x = 0; x < half; x++) {
        const shell = Math.round(Math.sqrt(across + frequency(x, nx) ** 2));
        if (shell >= shells) continue;
        const weight = x === 0 || 2 * x === nx ? 1 : 2; // k and −k
        const at = 2 * ((z * ny + y) * half + x);
        const [aRe, aIm, bRe, bIm] = [spectrumA[at], spectrumA[at + 1], spectrumB[at], spectrumB[at + 1]];
        product[shell] += weight * (aRe * bRe + aIm * bIm);
        powerA[shell] += weight * (aRe * aRe + aIm * aIm);
        powerB[shell] += weight * (bRe * bRe + bIm * bIm);
        counts[shell] += weight;
      }
    }
  return {
    frequencies: Float64Array.from(counts, (_, shell) => shell / (longest * voxelSizeAngstrom)),
    values: product.map((sum, shell) => {
      const power = Math.sqrt(powerA[shell] * powerB[shell]);
      return power > 0 ? sum / power : 0;
    }),
    counts,
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
