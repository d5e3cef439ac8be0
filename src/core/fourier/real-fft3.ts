import type { Shape3 } from "../volume/shape";
import { createFftWorkspace, type FftWorkspace, fftLine } from "./fft-line";
import { type FftPlan, planFft } from "./fft-plan";

const f32 = Math.fround;

/**
 * Fourier transforms of real volumes of one shape. The half spectrum is [nz, ny, nx/2 + 1] (rounded down), unshifted, each
 * coefficient as re, im. A plan holds its workspace: use one per thread of work.
 */
export interface RealFft3 {
  readonly shape: Shape3;
  readonly spectrumShape: Shape3;
  /** spectrum = F real, unscaled. */
  forward(real: Float32Array, spectrum: Float32Array): void;
  /** real = F⁻¹ spectrum, divided by the number of voxels. The spectrum is overwritten. */
  inverse(spectrum: Float32Array, real: Float32Array): void;
}

/** Returns the shape of the half spectrum of a real volume. */
export function halfSpectrumShape([nz, ny, nx]: Shape3): Shape3 {
  return [nz, ny, Math.floor(nx / 2) + 1];
}

/**
 * Returns forward and inverse transforms for volumes of any shape, in f32 with factors from f64. Two real rows travel as the
 * real and imaginary part of one complex row, so odd lengths need no case of their own.
 */
export function createRealFft3(shape: Shape3): RealFft3 {
  const [nz, ny, nx] = shape;
  const spectrumShape = halfSpectrumShape(shape);
  const half = spectrumShape[2];
  const plans = { x: planFft(nx), y: planFft(ny), z: planFft(nz) };
  const lines = { x: createLine(plans.x), y: createLine(plans.y), z: createLine(plans.z) };
  const scale = f32(1 / (nz * ny * nx));
  const rows = nz * ny;

  const alongY = (spectrum: Float32Array, inverse: boolean) => {
    for (let z = 0; z < nz; z++)
      for (let x = 0; x < half; x++) transformStrided(lines.y, spectrum, z * ny * half + x, half, inverse);
  };
  const alongZ = (spectrum: Float32Array, inverse: boolean) => {
    for (let start = 0; start < ny * half; start++)
      transformStrided(lines.z, spectrum, start, ny * half, inverse);
  };

  return {
    shape,
    spectrumShape,
    forward(real, spectrum) {
      const { plan, re, im, work } = lines.x;
      for (let row = 0; row < rows; row += 2) {
        const paired = row + 1 < rows;
        re.set(real.subarray(row * nx, (row + 1) * nx));
        if (paired) im.set(real.subarray((row + 1) * nx, (row + 2) * nx));
        else im.fill(0);
        fftLine(plan, re, im, work);
        for (let k = 0; k < half; k++) {
          const mirror = k === 0 ? 0 : nx - k;
          const a = 2 * (row * half + k);
          spectrum[a] = f32(re[k] + re[mirror]) * 0.5;
          spectrum[a + 1] = f32(im[k] - im[mirror]) * 0.5;
          if (!paired) continue;
          const b = a + 2 * half;
          spectrum[b] = f32(im[k] + im[mirror]) * 0.5;
          spectrum[b + 1] = f32(re[mirror] - re[k]) * 0.5;
        }
      }
      alongY(spectrum, false);
      alongZ(spectrum, false);
    },
    inverse(spectrum, real) {
      alongZ(spectrum, true);
      alongY(spectrum, true);
      const { plan, re, im, work } = lines.x;
      for (let row = 0; row < rows; row += 2) {
        const paired = row + 1 < rows;
        for (let k = 0; k < half; k++) {
          const mirror = k === 0 ? 0 : nx - k;
          const a = 2 * (row * half + k);
          const b = a + 2 * half;
          const bRe = paired ? spectrum[b] : 0;
          const bIm = paired ? spectrum[b + 1] : 0;
          // The mirror first: the zero and the Nyquist frequency are their own.
          re[mirror] = spectrum[a] + bIm;
          im[mirror] = bRe - spectrum[a + 1];
          re[k] = spectrum[a] - bIm;
          im[k] = spectrum[a + 1] + bRe;
        }
        // The imaginary parts of the zero and Nyquist coefficients carry nothing in a real row.
        for (const k of nx % 2 === 0 ? [0, nx / 2] : [0]) {
          re[k] = spectrum[2 * (row * half + k)];
          im[k] = paired ? spectrum[2 * ((row + 1) * half + k)] : 0;
        }
        fftLine(plan, im, re, work);
        for (let x = 0; x < nx; x++) {
          real[row * nx + x] = re[x] * scale;
          if (paired) real[(row + 1) * nx + x] = im[x] * scale;
        }
      }
    },
  };
}

interface LineBuffer {
  readonly plan: FftPlan;
  readonly re: Float32Array;
  readonly im: Float32Array;
  readonly work: FftWorkspace;
}

const createLine = (plan: FftPlan): LineBuffer => ({
  plan,
  re: new Float32Array(plan.length),
  im: new Float32Array(plan.length),
  work: createFftWorkspace(plan),
});

function transformStrided(
  line: LineBuffer,
  data: Float32Array,
  start: number,
  step: number,
  inverse: boolean,
) {
  const { plan, re, im, work } = line;
  for (let i = 0, at = 2 * start; i < plan.length; i++, at += 2 * step) {
    re[i] = data[at];
    im[i] = data[at + 1];
  }
  if (inverse) fftLine(plan, im, re, work);
  else fftLine(plan, re, im, work);
  for (let i = 0, at = 2 * start; i < plan.length; i++, at += 2 * step) {
    data[at] = re[i];
    data[at + 1] = im[i];
  }
}
