import type { Shape3 } from "../volume/shape";
import { periodicPlusSmooth } from "./periodic-plus-smooth";
import { createRealFft3 } from "./real-fft3";

// Coefficients that are nil (a wedge cut out by a program) stop here, this far below the strongest.
const FLOOR_BELOW_MAXIMUM = 1e-12;

/**
 * Returns log10 of the power over (kx, kz), averaged over ky, as an image of nx × nz with the zero frequency at
 * (⌊nx/2⌋, ⌊nz/2⌋) and kz rising downwards. The mean is removed and each XZ slice replaced by its periodic part, so that
 * neither the zero frequency nor the box's faces outshine the wedge. By Parseval the average over ky is that over the XZ
 * slices: it costs one 2D transform each and the memory of one slice.
 */
export function powerSpectrumXz(
  values: Float32Array,
  [nz, ny, nx]: Shape3,
): { width: number; height: number; values: Float32Array<ArrayBuffer> } {
  const sliceShape: Shape3 = [nz, 1, nx];
  const fft = createRealFft3(sliceShape);
  const half = fft.spectrumShape[2];
  const slice = new Float32Array(nz * nx);
  const spectrum = new Float32Array(2 * nz * half);
  const power = new Float64Array(nz * half);
  let mean = 0;
  for (const value of values) mean += value / values.length;
  for (let y = 0; y < ny; y++) {
    for (let z = 0; z < nz; z++)
      for (let x = 0; x < nx; x++) slice[z * nx + x] = values[(z * ny + y) * nx + x] - mean;
    fft.forward(periodicPlusSmooth(slice, sliceShape).periodic, spectrum);
    for (let i = 0; i < power.length; i++) power[i] += spectrum[2 * i] ** 2 + spectrum[2 * i + 1] ** 2;
  }
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
