import type { Shape3 } from "../volume/shape";
import { createRealFft3 } from "./real-fft3";

/** Fourier transforms of real volumes on a backend: the half spectrum and scaling of RealFft3. Images are volumes with nz = 1. */
export interface Fourier3 {
  readonly shape: Shape3;
  readonly spectrumShape: Shape3;
  forward(real: Float32Array): Promise<Float32Array<ArrayBuffer>>;
  /** The spectrum given is left as it is. */
  inverse(spectrum: Float32Array): Promise<Float32Array<ArrayBuffer>>;
  dispose(): void;
}

/** Returns the reference transforms, in plain TypeScript. */
export function createReferenceFourier3(shape: Shape3): Fourier3 {
  const fft = createRealFft3(shape);
  const [nz, ny, half] = fft.spectrumShape;
  return {
    shape,
    spectrumShape: fft.spectrumShape,
    async forward(real) {
      const spectrum = new Float32Array(2 * nz * ny * half);
      fft.forward(real, spectrum);
      return spectrum;
    },
    async inverse(spectrum) {
      const real = new Float32Array(nz * ny * shape[2]);
      fft.inverse(spectrum.slice(), real);
      return real;
    },
    dispose() {},
  };
}
