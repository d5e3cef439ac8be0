import { createRealFft3 } from "../core/fourier/real-fft3";
import { fillNormal } from "../core/random/philox";
import { type Shape3, voxelCount } from "../core/volume/shape";

/** Returns what a microscope with a missing wedge would see of `structure`: white noise added, unsampled coefficients nil. */
export function degrade(
  structure: Float32Array,
  shape: Shape3,
  sampled: Uint8Array,
  sigma: number,
  seed: number,
): Float32Array<ArrayBuffer> {
  const noisy = new Float32Array(structure.length);
  fillNormal(noisy, seed, 7);
  for (let i = 0; i < noisy.length; i++) noisy[i] = structure[i] + sigma * noisy[i];
  const fft = createRealFft3(shape);
  const spectrum = new Float32Array(2 * voxelCount(fft.spectrumShape));
  fft.forward(noisy, spectrum);
  for (let i = 0; i < spectrum.length; i++) spectrum[i] *= sampled[i >> 1];
  fft.inverse(spectrum, noisy);
  return noisy;
}

/** Returns a hollow barrel with two caps, 0 to 1, smooth at its edges, in the middle of a box: something with a wedge to miss. */
export function barrel(shape: Shape3): Float32Array {
  const [nz, ny, nx] = shape;
  const side = Math.min(...shape);
  const values = new Float32Array(voxelCount(shape));
  for (let z = 0, i = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, i++) {
        const along = Math.abs(x - nx / 2) / side;
        const radius = Math.hypot(y - ny / 2, z - nz / 2) / side;
        const wall = along < 0.32 ? edge(0.26 - radius) * edge(radius - 0.12) : 0;
        const cap = Math.abs(along - 0.2) < 0.05 ? edge(0.3 - radius) * 0.7 : 0;
        values[i] = Math.max(wall, cap);
      }
  return values;
}

const edge = (inside: number) => Math.min(1, Math.max(0, 0.5 + inside / 0.04));
