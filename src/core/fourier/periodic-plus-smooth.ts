import { type Shape3, voxelCount } from "../volume/shape";
import type { Fourier3 } from "./fourier3";
import { createRealFft3, halfSpectrumShape, type RealFft3 } from "./real-fft3";

/**
 * Splits a volume u into a periodic part p, which has no jump between opposite faces, and a smooth part s = u − p of mean 0.
 * The transform of p is free of the cross that a box's faces draw into the spectrum. Costs two transforms (a backend may
 * lend its own) and three volumes of memory. Source: Moisan 2011, doi 10.1007/s10851-010-0227-1; thesis section 2.5.
 */
export function periodicPlusSmooth(
  values: Float32Array,
  shape: Shape3,
  fft: Pick<RealFft3, "forward" | "inverse"> = createRealFft3(shape),
): { periodic: Float32Array; smooth: Float32Array } {
  const smooth = faceJumps(values, shape);
  const spectrum = new Float32Array(2 * voxelCount(halfSpectrumShape(shape)));
  fft.forward(smooth, spectrum);
  divideByLaplacian(spectrum, shape);
  fft.inverse(spectrum, smooth);
  return { periodic: values.map((value, i) => value - smooth[i]), smooth };
}

/**
 * Returns the half spectrum of a volume's periodic part, of which `fourier` transforms volumes of that shape. Costs two
 * transforms.
 */
export async function periodicSpectrum(
  values: Float32Array,
  fourier: Pick<Fourier3, "shape" | "forward">,
): Promise<Float32Array<ArrayBuffer>> {
  const smooth = await fourier.forward(faceJumps(values, fourier.shape));
  divideByLaplacian(smooth, fourier.shape);
  const spectrum = await fourier.forward(values);
  for (let i = 0; i < spectrum.length; i++) spectrum[i] -= smooth[i];
  return spectrum;
}

/** Takes the transform of the face jumps to that of the smooth part, in place. */
function divideByLaplacian(spectrum: Float32Array, shape: Shape3): void {
  const [nz, ny, half] = halfSpectrumShape(shape);
  const [cosZ, cosY, cosX] = shape.map((length) =>
    Float64Array.from({ length }, (_, k) => 2 * Math.cos((2 * Math.PI * k) / length)),
  );
  for (let z = 0, at = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < half; x++, at += 2) {
        const laplacian = cosZ[z] + cosY[y] + cosX[x] - 6;
        spectrum[at] = laplacian === 0 ? 0 : spectrum[at] / laplacian;
        spectrum[at + 1] = laplacian === 0 ? 0 : spectrum[at + 1] / laplacian;
      }
}

/** What the periodic Laplacian sees across the faces: on each face the opposite voxel minus this one, summed over the axes. */
function faceJumps(values: Float32Array, [nz, ny, nx]: Shape3): Float32Array<ArrayBuffer> {
  const jumps = new Float32Array(values.length);
  const alongAxis = (length: number, step: number, starts: Iterable<number>) => {
    for (const start of starts) {
      const end = start + (length - 1) * step;
      const jump = values[end] - values[start];
      jumps[start] += jump;
      jumps[end] -= jump;
    }
  };
  alongAxis(nx, 1, grid(nz, ny * nx, ny, nx));
  alongAxis(ny, nx, grid(nz, ny * nx, nx, 1));
  alongAxis(nz, ny * nx, grid(ny, nx, nx, 1));
  return jumps;
}

function* grid(outer: number, outerStep: number, inner: number, innerStep: number): Generator<number> {
  for (let i = 0; i < outer; i++) for (let j = 0; j < inner; j++) yield i * outerStep + j * innerStep;
}
