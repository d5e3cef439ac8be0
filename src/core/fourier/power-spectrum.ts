import type { Shape3 } from "../volume/shape";
import { periodicPlusSmooth } from "./periodic-plus-smooth";
import { createRealFft3, halfSpectrumShape } from "./real-fft3";

// Coefficients that are nil (a wedge cut out by a program) stop here, this far below the strongest.
const FLOOR_BELOW_MAXIMUM = 1e-12;

/** Power over the half spectrum [nz, length/2 + 1] of one kind of slices, unshifted. */
export interface SlicePower {
  /** [nz, 1, length]; the axis that slices are stacked along is averaged over. */
  readonly shape: Shape3;
  readonly power: Float64Array<ArrayBuffer>;
}

/**
 * Returns the power of the slices that are stacked along `axis`, the mean over the slices (at most `mostSlices`, evenly spread).
 * By Parseval that is the mean over the frequencies along the axis. The mean of the volume is removed and each slice replaced by
 * its periodic part, so that neither the zero frequency nor the box's faces outshine the wedge. Costs three 2D transforms for
 * each slice and the memory of one.
 */
export function slicePower(
  values: Float32Array,
  [nz, ny, nx]: Shape3,
  axis: "x" | "y",
  mostSlices = Number.POSITIVE_INFINITY,
): SlicePower {
  const [slices, length] = axis === "y" ? [ny, nx] : [nx, ny];
  const [sliceStep, step] = axis === "y" ? [nx, 1] : [1, nx];
  const shape: Shape3 = [nz, 1, length];
  const fft = createRealFft3(shape);
  const slice = new Float32Array(nz * length);
  const spectrum = new Float32Array(2 * nz * fft.spectrumShape[2]);
  const power = new Float64Array(spectrum.length / 2);
  let mean = 0;
  for (const value of values) mean += value / values.length;
  const taken = Math.min(slices, mostSlices);
  for (let n = 0; n < taken; n++) {
    const start = Math.floor(((n + 0.5) * slices) / taken) * sliceStep;
    for (let z = 0; z < nz; z++)
      for (let i = 0; i < length; i++) slice[z * length + i] = values[z * ny * nx + start + i * step] - mean;
    fft.forward(periodicPlusSmooth(slice, shape).periodic, spectrum);
    for (let i = 0; i < power.length; i++)
      power[i] += (spectrum[2 * i] ** 2 + spectrum[2 * i + 1] ** 2) / taken;
  }
  return { shape, power };
}

/**
 * Returns log10 of the power over (kx, kz), averaged over ky (`slicePower`), as an image of nx × nz with the zero frequency at
 * (⌊nx/2⌋, ⌊nz/2⌋) and kz rising downwards. For the tilt axis x it is that over (ky, kz), of ny × nz.
 */
export function powerSpectrumXz(
  values: Float32Array,
  shape: Shape3,
  tiltAxis: "x" | "y" = "y",
): { width: number; height: number; values: Float32Array<ArrayBuffer> } {
  const { power, shape: sliceShape } = slicePower(values, shape, tiltAxis);
  const [nz, , nx] = sliceShape;
  const [, , half] = halfSpectrumShape(sliceShape);
  const strongest = power.reduce((a, b) => Math.max(a, b), 0);
  const floor = strongest > 0 ? strongest * FLOOR_BELOW_MAXIMUM : 1;
  const image = new Float32Array(nz * nx);
  for (let row = 0; row < nz; row++)
    for (let column = 0; column < nx; column++) {
      const kx = column - Math.floor(nx / 2);
      const kz = (row - Math.floor(nz / 2)) * (kx < 0 ? -1 : 1); // F(−k) is the conjugate of F(k)
      const at = ((kz + nz) % nz) * half + Math.abs(kx);
      image[row * nx + column] = Math.log10(Math.max(power[at], floor));
    }
  return { width: nx, height: nz, values: image };
}
