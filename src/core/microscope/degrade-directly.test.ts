import { describe, expect, test } from "vitest";
import { createReferenceFourier3 } from "../fourier/fourier3";
import { createRealFft3 } from "../fourier/real-fft3";
import { wedgeMask } from "../fourier/wedge";
import { createReferenceTomographyKernels } from "../tomography/reference-tomography-kernels";
import { type Shape3, voxelCount } from "../volume/shape";
import { correctTiltSeries } from "./correct-tilt-series";
import { createDirectMicroscope } from "./degrade-directly";
import type { CtfSettings, Imaging, TiltSeries } from "./imaging";
import { simulateTiltSeries } from "./simulate-tilt-series";

const SHAPE: Shape3 = [40, 24, 48];
const [NZ, NY, NX] = SHAPE;
const VOXEL = 10;

const CTF: CtfSettings = {
  voltageKv: 300,
  sphericalAberrationMm: 2.7,
  amplitudeContrast: 0.07,
  phaseShiftDeg: 0,
  defocusMicrometre: 4,
  defocusSpreadMicrometre: 0.1,
  bFactorAngstrom2: 0,
  correction: "none",
};

const IMAGING: Imaging = {
  route: "direct",
  tilts: { minTiltDeg: -60, maxTiltDeg: 60, stepDeg: 2, order: "dose-symmetric" },
  ctf: CTF,
  proteinIsDark: false,
  noise: { snr: 0.1, kind: "gaussian" },
  dosePerImage: 2,
  shiftErrorAngstrom: 0,
  tiltErrorDeg: 0,
  reconstruction: { method: "wbp", iterations: 1, lowPassAngstrom: null },
};

const backend = {
  budgetBytes: 1e9,
  createTomographyKernels: async (spec: Parameters<typeof createReferenceTomographyKernels>[0]) =>
    createReferenceTomographyKernels(spec),
  createFourier3: async (shape: Shape3) => createReferenceFourier3(shape),
};

const blobs = new Float32Array(voxelCount(SHAPE));
for (let z = 0, i = 0; z < NZ; z++)
  for (let y = 0; y < NY; y++)
    for (let x = 0; x < NX; x++, i++)
      for (const [dz, dy, dx, sigma] of [
        [0, 0, 0, 2],
        [5, -5, 7, 1.5],
        [-6, 4, -8, 1.2],
        [2, 6, 3, 1],
      ])
        blobs[i] += Math.exp(
          -((z - NZ / 2 - dz) ** 2 + (y - NY / 2 - dy) ** 2 + (x - NX / 2 - dx) ** 2) / (2 * sigma ** 2),
        );

const microscope = () => createDirectMicroscope(blobs, SHAPE, VOXEL, createReferenceFourier3(SHAPE));

async function direct(changes: Partial<Imaging>, seed = 1) {
  return (await microscope()).image({ ...IMAGING, ...changes }, seed);
}

/** Weighted back-projection as the comments of the microscope have it: ramp, sum over the tilts, times Δθ. */
async function backProject({ images, tiltsDeg }: TiltSeries): Promise<Float32Array> {
  const length = 4 * NX;
  const rows = images.length / NX;
  const fft = createRealFft3([1, rows, length]);
  const half = length / 2 + 1;
  const padded = new Float32Array(rows * length);
  for (let row = 0; row < rows; row++) padded.set(images.subarray(row * NX, (row + 1) * NX), row * length);
  // Rows are transformed one by one: a plan of one row each.
  const line = createRealFft3([1, 1, length]);
  const spectrum = new Float32Array(2 * half);
  for (let row = 0; row < rows; row++) {
    const part = padded.subarray(row * length, (row + 1) * length);
    line.forward(part, spectrum);
    for (let k = 0; k < half; k++) {
      spectrum[2 * k] *= k / length;
      spectrum[2 * k + 1] *= k / length;
    }
    line.inverse(spectrum, part);
  }
  expect(fft.shape[2]).toBe(length);
  const filtered = Float32Array.from(images, (_, i) => padded[Math.floor(i / NX) * length + (i % NX)]);
  const kernels = createReferenceTomographyKernels({ shape: SHAPE, imageWidth: NX, tiltsDeg });
  const volume = await kernels.backProject(filtered, async () => {});
  const stepRadians = (IMAGING.tilts.stepDeg * Math.PI) / 180;
  return volume.map((v) => v * stepRadians);
}

/** By way of the tilt series, with and without noise. */
async function series(changes: Partial<Imaging>) {
  const imaging = { ...IMAGING, ...changes };
  const volume = { values: blobs, shape: SHAPE, voxelSizeAngstrom: VOXEL };
  const { series } = await simulateTiltSeries(
    volume,
    imaging,
    1,
    backend,
    async () => {},
    () => {},
  );
  return correctTiltSeries(
    series,
    imaging.ctf ?? CTF,
    backend,
    async () => {},
    () => {},
  );
}

function spectrumOf(values: Float32Array): Float32Array {
  const fft = createRealFft3(SHAPE);
  const spectrum = new Float32Array(2 * voxelCount(fft.spectrumShape));
  fft.forward(values, spectrum);
  return spectrum;
}

/** Sums `term` over coefficients with low ≤ k_r < high (cycles per voxel) in the wedge, away from its border. */
function sumBand(
  [low, high]: readonly [number, number],
  term: (at: number) => number,
  [minTiltDeg, maxTiltDeg] = [-55, 55],
) {
  const mask = wedgeMask(SHAPE, { minTiltDeg, maxTiltDeg, tiltAxis: "y" });
  const half = NX / 2 + 1;
  let sum = 0;
  for (let at = 0; at < mask.length; at++) {
    const z = Math.floor(at / half / NY);
    const radius = Math.hypot((at % half) / NX, (2 * z <= NZ ? z : z - NZ) / NZ);
    if (mask[at] && radius >= low && radius < high) sum += term(at);
  }
  return sum;
}

const difference = (a: Float32Array, b: Float32Array) => a.map((v, i) => v - b[i]);
const powerIn = (band: readonly [number, number], spectrum: Float32Array) =>
  sumBand(band, (at) => spectrum[2 * at] ** 2 + spectrum[2 * at + 1] ** 2);

describe("against the tilt series", () => {
  // Back-projection interpolates, which costs noise at high frequencies: sinc² is 0.93 at 0.15 cycles per voxel.
  test.each([
    [0.02, 0.08],
    [0.08, 0.16],
  ])(
    "the same SNR gives the same noise in the tomogram from %f to %f cycles per voxel",
    async (low, high) => {
      const quick = difference(
        (await direct({})).values,
        (await direct({ noise: { snr: null, kind: "gaussian" } })).values,
      );
      const [noisy, clean] = [await series({}), await series({ noise: { snr: null, kind: "gaussian" } })];
      const slow = await backProject({ ...noisy, images: difference(noisy.images, clean.images) });
      const [a, b] = [quick, slow].map((noise) => Math.sqrt(powerIn([low, high], spectrumOf(noise))));
      expect(Math.abs(a / b - 1)).toBeLessThan(0.1);
    },
  );

  test.each(["none", "phase-flip", "wiener"] as const)(
    "the signal is the same, CTF correction %s",
    async (correction) => {
      const changes = { noise: { snr: null, kind: "gaussian" }, ctf: { ...CTF, correction } } as const;
      const quick = spectrumOf((await direct(changes)).values);
      const slow = spectrumOf(await backProject(await series(changes)));
      const band = [0.03, 0.25] as const;
      const cross = sumBand(
        band,
        (at) => quick[2 * at] * slow[2 * at] + quick[2 * at + 1] * slow[2 * at + 1],
      );
      const [a, b] = [quick, slow].map((spectrum) => powerIn(band, spectrum));
      expect(cross / Math.sqrt(a * b)).toBeGreaterThan(0.97);
      expect(Math.abs(Math.sqrt(a / b) - 1)).toBeLessThan(0.1);
    },
  );
});
