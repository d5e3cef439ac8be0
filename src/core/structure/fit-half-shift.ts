import { createRealFft3, halfSpectrumShape } from "../fourier/real-fft3";
import { type Shape3, voxelCount } from "../volume/shape";

/**
 * Returns a map at the points half a voxel further along x, y and z: its band-limited interpolation, periodic at the faces. What
 * stands at the Nyquist frequency of an axis is 0 there.
 */
export function halfShifted(values: Float32Array, shape: Shape3): Float32Array<ArrayBuffer> {
  const fft = createRealFft3(shape);
  const spectrumShape = halfSpectrumShape(shape);
  const [nz, ny, half] = spectrumShape;
  const spectrum = new Float32Array(2 * voxelCount(spectrumShape));
  fft.forward(values, spectrum);
  /** In turns, half the frequency in cycles per voxel; NaN at Nyquist. */
  const turns = (index: number, length: number) =>
    2 * index === length ? Number.NaN : (2 * index < length ? index : index - length) / length / 2;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < half; x++) {
        const phase = 2 * Math.PI * (turns(x, shape[2]) + turns(y, ny) + turns(z, nz));
        const [c, s] = Number.isNaN(phase) ? [0, 0] : [Math.cos(phase), Math.sin(phase)];
        const at = 2 * ((z * ny + y) * half + x);
        const [re, im] = [spectrum[at], spectrum[at + 1]];
        spectrum[at] = re * c - im * s;
        spectrum[at + 1] = re * s + im * c;
      }
  const shifted = new Float32Array(values.length);
  fft.inverse(spectrum, shifted);
  return shifted;
}
