import { halfSpectrumShape } from "../fourier/real-fft3";
import type { Shape3 } from "../volume/shape";

/**
 * Sums over the shells of Fourier space, one frequency step of the longest side wide, of two spectra A and B. Shell 0 holds
 * the zero frequency alone, the last shell the Nyquist frequency; one more bin at the end takes the corners beyond.
 */
export interface ShellSums {
  /** Re Σ A·B*. */
  readonly product: Float64Array<ArrayBuffer>;
  /** Σ |A|². */
  readonly powerA: Float64Array<ArrayBuffer>;
  readonly powerB: Float64Array<ArrayBuffer>;
  /** How many coefficients of the whole spectrum lie in each bin. */
  readonly counts: Float64Array<ArrayBuffer>;
}

/** The part of Fourier space that is summed over: where a mask on the half spectrum has a value. */
export interface ShellRegion {
  readonly mask: ArrayLike<number>;
  readonly value: number;
}

/** Returns how many shells a shape has, from the zero to the Nyquist frequency of its longest side. */
function shellCount(shape: Shape3): number {
  return Math.floor(Math.max(...shape) / 2) + 1;
}

/** Returns the middle of each shell for voxels of a size: in 1/Å for Å. */
export function shellFrequencies(shape: Shape3, voxelSize: number): Float64Array<ArrayBuffer> {
  return Float64Array.from(
    { length: shellCount(shape) },
    (_, shell) => shell / (Math.max(...shape) * voxelSize),
  );
}

/** Returns sums that hold nothing yet. */
export function createShellSums(shape: Shape3): ShellSums {
  const zeros = () => new Float64Array(shellCount(shape) + 1);
  return { product: zeros(), powerA: zeros(), powerB: zeros(), counts: zeros() };
}

/**
 * Adds the coefficients of the sections kz from `from` to below `to` of two half spectra [nz, ny, nx/2 + 1], each as re, im:
 * all of them, or those of a region. Coefficients that stand for their mirror too count twice.
 */
export function addShellSums(
  { product, powerA, powerB, counts }: ShellSums,
  a: Float32Array,
  b: Float32Array,
  shape: Shape3,
  region: ShellRegion | null,
  [from, to]: readonly [from: number, to: number],
): void {
  const [nz, ny, nx] = shape;
  const half = halfSpectrumShape(shape)[2];
  const longest = Math.max(...shape);
  const corners = shellCount(shape);
  const frequency = (index: number, length: number) =>
    ((2 * index <= length ? index : index - length) / length) * longest;
  for (let z = from; z < to; z++)
    for (let y = 0; y < ny; y++) {
      const across = frequency(z, nz) ** 2 + frequency(y, ny) ** 2;
      for (let x = 0, i = (z * ny + y) * half; x < half; x++, i++) {
        if (region && region.mask[i] !== region.value) continue;
        const shell = Math.min(corners, Math.round(Math.sqrt(across + frequency(x, nx) ** 2)));
        const weight = x === 0 || 2 * x === nx ? 1 : 2; // k and −k
        const [re, im] = [2 * i, 2 * i + 1];
        product[shell] += weight * (a[re] * b[re] + a[im] * b[im]);
        powerA[shell] += weight * (a[re] * a[re] + a[im] * a[im]);
        powerB[shell] += weight * (b[re] * b[re] + b[im] * b[im]);
        counts[shell] += weight;
      }
    }
}

/** Returns Re Σ A·B* / √(Σ|A|² Σ|B|²) of each shell, −1 to 1, without the corners; 0 where either is nil. */
export function shellCorrelations({ product, powerA, powerB }: ShellSums): Float64Array<ArrayBuffer> {
  return product.subarray(0, -1).map((sum, shell) => {
    const power = Math.sqrt(powerA[shell] * powerB[shell]);
    return power > 0 ? sum / power : 0;
  });
}
