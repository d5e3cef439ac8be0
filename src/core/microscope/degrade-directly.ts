import { ComputeError } from "../errors";
import type { Fourier3 } from "../fourier/fourier3";
import { wedgeMask } from "../fourier/wedge";
import { fillNormal } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { ctfCorrectionOf, USUAL_WIENER } from "./correct-ctf";
import { type ImageConditions, imageConditions, NOISE_STREAM } from "./image-conditions";
import { imageTransfer } from "./image-transfer";
import type { Imaging } from "./imaging";
import { lowPassFactor } from "./low-pass-factor";
import { lookUp, type RadialTable } from "./radial-table";

/** Volumes are large: a table this fine resolves 100 radians of phase to 0.05. */
const TABLE_ENTRIES = 2048;
/** At the corner of a cube, in cycles² per voxel². */
const MOST_FREQUENCY_SQUARED = 0.75;
/** Coefficients worked on between two breaths: about 30 ms. */
const BREATH_COEFFICIENTS = 1 << 20;

interface DirectImage {
  readonly values: Float32Array<ArrayBuffer>;
  /** var(signal)/var(noise) of the projections that such a tomogram has; null without noise. */
  readonly measuredSnr: number | null;
}

/**
 * Makes tomograms of one volume directly in 3D Fourier space: what a tilt series and its weighted back-projection would give, but
 * for spokes between the tilts, errors of the tilt and losses by interpolation; what leaves at one face comes in at the other.
 */
export interface DirectMicroscope {
  /**
   * Returns the tomogram under `imaging`: the same seed gives the same noise, in proportion. One inverse transform, and one
   * forward of white noise when the seed changes; two passes over the coefficients. `breathe` is that of the task at hand.
   */
  image(imaging: Imaging, seed: number, breathe?: () => Promise<void>): Promise<DirectImage>;
}

/**
 * Returns the microscope for a volume of density above solvent; it holds the volume's spectrum and one of white noise, each as
 * large as the volume. `fourier` stays the caller's.
 *
 * Signal: within the wedge and Nyquist of the images, the mean over the images of CTF, damping by dose, correction; shift
 * errors damp by exp(−2π²·s²·k²), a low-pass of the reconstruction takes its part of signal and noise.
 * Noise: images with white noise of variance σ², filtered by the ramp |k_r| (k_r = (kx, kz), cycles per voxel) and
 * back-projected with weight Δθ, have the variance N·Δθ²·σ²·∫|k_r|² dk_r dk_y. In 3D, where dkx dkz = |k_r| dk_r dθ and θ runs
 * through N·Δθ, that is the power density Δθ·σ²·|k_r|: white noise times √(Δθ·|k_r|)·σ, times what the correction does to it.
 * σ² is var(signal)/SNR: by the slice theorem the variance of the projections is the mean over θ of the power on the
 * central sections, hence each coefficient counts by 1/|k_r|, and those with k_r = 0, which every section holds, by 1. Gaussian
 * stands for Poisson noise too. Noise that is to be white in the tomogram has the same power, spread evenly over the wedge.
 */
export async function createDirectMicroscope(
  volume: Float32Array,
  shape: Shape3,
  voxelSizeAngstrom: number,
  fourier: Fourier3,
): Promise<DirectMicroscope> {
  const [nz, ny, nx] = shape;
  if (volume.length !== voxelCount(shape) || fourier.shape.join() !== shape.join()) {
    const sentence = `The volume of ${volume.length} voxels and the transform of ${fourier.shape.join(" × ")} are not of shape ${shape.join(" × ")}.`;
    throw new ComputeError("bad-input", sentence, { shape });
  }
  const half = fourier.spectrumShape[2];
  const clean = await fourier.forward(volume);
  let noise: { readonly seed: number; readonly spectrum: Float32Array } | null = null;

  async function noiseSpectrum(seed: number, breathe: () => Promise<void>): Promise<Float32Array> {
    if (noise?.seed === seed) return noise.spectrum;
    const white = new Float32Array(volume.length);
    for (let z = 0; z < nz; z++) {
      fillNormal(white.subarray(z * ny * nx, (z + 1) * ny * nx), seed, NOISE_STREAM + z);
      if (z % 8 === 7) await breathe();
    }
    noise = { seed, spectrum: await fourier.forward(white) };
    return noise.spectrum;
  }

  /** Calls `visit` for each measured coefficient: its index, f² and |k_r| in cycles per voxel, how many it stands for. */
  async function forEachMeasured(
    mask: Uint8Array,
    breathe: () => Promise<void>,
    visit: (at: number, f2: number, radius: number, count: number) => void,
  ): Promise<void> {
    let visited = 0;
    for (let z = 0; z < nz; z++) {
      const fz = signedFrequency(z, nz);
      for (let y = 0; y < ny; y++) {
        const fy2 = signedFrequency(y, ny) ** 2;
        const row = (z * ny + y) * half;
        for (let x = 0; x < half; x++) {
          if (mask[z * half + x] === 0) continue;
          const r2 = (x / nx) ** 2 + fz * fz;
          visit(row + x, r2 + fy2, Math.sqrt(r2), x === 0 || 2 * x === nx ? 1 : 2);
        }
      }
      visited += ny * half;
      if (visited < BREATH_COEFFICIENTS) continue;
      visited = 0;
      await breathe();
    }
  }

  return {
    async image(imaging, seed, breathe = async () => {}) {
      const conditions = imageConditions(imaging, seed);
      const tiltsDeg = conditions.map(({ tiltDeg }) => tiltDeg);
      const [minTiltDeg, maxTiltDeg] = [tiltsDeg[0], tiltsDeg[tiltsDeg.length - 1]];
      const mask = measuredSections(shape, minTiltDeg, maxTiltDeg);
      const { signal, power, coloured } = gainTables(imaging, conditions, voxelSizeAngstrom);
      const { snr, inTomogram = "ramp" } = imaging.noise;
      const white = snr === null ? null : await noiseSpectrum(seed, breathe);
      let sigma = 0;
      let meanRadius = 0;
      let measuredSnr: number | null = null;
      if (snr !== null && white) {
        const rangeRadians = ((maxTiltDeg - minTiltDeg) * Math.PI) / 180;
        const sectionShare = 1 / (rangeRadians * nz);
        let signalPower = 0;
        let noisePower = 0;
        let noiseCount = 0;
        await forEachMeasured(mask, breathe, (at, f2, radius, count) => {
          const squared = clean[2 * at] ** 2 + clean[2 * at + 1] ** 2;
          if (radius > 0) {
            signalPower += count * squared * lookUp(power, f2) * (sectionShare / radius);
            noisePower += count * (white[2 * at] ** 2 + white[2 * at + 1] ** 2);
            noiseCount += count;
            meanRadius += count * radius;
          } else if (f2 > 0) signalPower += count * squared * lookUp(power, f2);
        });
        const signalVariance = signalPower / (nx * ny) ** 2;
        sigma = Math.sqrt(signalVariance / snr);
        meanRadius /= noiseCount;
        if (sigma > 0) measuredSnr = (snr * noiseCount * voxelCount(shape)) / noisePower;
      }
      const stepRadians = (imaging.tilts.stepDeg * Math.PI) / 180;
      const spectrum = new Float32Array(clean.length);
      await forEachMeasured(mask, breathe, (at, f2, radius) => {
        const gain = lookUp(signal, f2);
        const colour =
          inTomogram === "white" ? Math.sqrt(meanRadius) : Math.sqrt(radius) * lookUp(coloured, f2);
        const noiseGain = white ? sigma * Math.sqrt(stepRadians) * colour : 0;
        for (let part = 2 * at; part < 2 * at + 2; part++)
          spectrum[part] = gain * clean[part] + (white ? noiseGain * white[part] : 0);
      });
      return { values: await fourier.inverse(spectrum), measuredSnr };
    },
  };
}

const signedFrequency = (index: number, length: number) =>
  (2 * index <= length ? index : index - length) / length;

/** The wedge over (kz, kx), the same for every ky, without the corners beyond the Nyquist frequency of the images. */
function measuredSections([nz, , nx]: Shape3, minTiltDeg: number, maxTiltDeg: number): Uint8Array {
  const mask = wedgeMask([nz, 1, nx], { minTiltDeg, maxTiltDeg, tiltAxis: "y" });
  const half = mask.length / nz;
  return mask.map((measured, at) => {
    const radius = Math.hypot((at % half) / nx, signedFrequency(Math.floor(at / half), nz));
    return radius <= 0.5 + 1e-9 ? measured : 0;
  });
}

/**
 * What becomes of a coefficient by its f² in cycles² per voxel²: the factor of the signal, the mean power of what the projections
 * hold of it, and the factor of the noise.
 */
function gainTables(
  imaging: Imaging,
  conditions: readonly ImageConditions[],
  voxelSizeAngstrom: number,
): Readonly<Record<"signal" | "power" | "coloured", RadialTable>> {
  const { ctf, shiftErrorAngstrom, dosePerImage } = imaging;
  const { lowPassAngstrom } = imaging.reconstruction;
  const alike = dosePerImage === 0 && (ctf?.defocusSpreadMicrometre ?? 0) === 0;
  const correction = ctf && ctf.correction !== "none" ? { method: ctf.correction, ...USUAL_WIENER } : null;
  const images = (alike ? conditions.slice(0, 1) : conditions).map((condition) => ({
    transfer: imageTransfer(imaging, condition),
    correct:
      ctf && correction
        ? ctfCorrectionOf({ ...ctf, defocusMicrometre: condition.defocusMicrometre }, correction)
        : () => 1,
  }));
  const blur = 2 * (Math.PI * shiftErrorAngstrom) ** 2;
  const perUnit = (TABLE_ENTRIES - 1) / MOST_FREQUENCY_SQUARED;
  const [signal, power, coloured] = [0, 1, 2].map(() => new Float64Array(TABLE_ENTRIES + 1));
  for (let i = 0; i <= TABLE_ENTRIES; i++) {
    const k2 = i / perUnit / voxelSizeAngstrom ** 2;
    for (const { transfer, correct } of images) {
      const [contrast, factor] = [transfer(k2), correct(k2)];
      signal[i] += contrast * factor;
      power[i] += contrast ** 2;
      coloured[i] += factor ** 2;
    }
    const pass = lowPassAngstrom === null ? 1 : lowPassFactor(Math.sqrt(k2) * lowPassAngstrom);
    signal[i] *= (pass * Math.exp(-blur * k2)) / images.length;
    power[i] /= images.length;
    coloured[i] = pass * Math.sqrt(coloured[i] / images.length);
  }
  return {
    signal: { values: signal, perUnit },
    power: { values: power, perUnit },
    coloured: { values: coloured, perUnit },
  };
}
