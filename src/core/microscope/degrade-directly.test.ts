import { describe, expect, test } from "vitest";
import { AbortError, isAbort } from "../errors";
import { createReferenceFourier3 } from "../fourier/fourier3";
import { createRealFft3 } from "../fourier/real-fft3";
import { wedgeMask } from "../fourier/wedge";
import { reconstruct } from "../tomography/reconstruct";
import { createReferenceTomographyKernels } from "../tomography/reference-tomography-kernels";
import { type Shape3, voxelCount } from "../volume/shape";
import { correctTiltSeries } from "./correct-tilt-series";
import { createDirectMicroscope } from "./degrade-directly";
import type { CtfSettings, Imaging, TiltSeries } from "./imaging";
import { createTiltMicroscope } from "./simulate-tilt-series";

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
  tilts: { minTiltDeg: -60, maxTiltDeg: 60, stepDeg: 3, order: "dose-symmetric" },
  ctf: CTF,
  proteinIsDark: false,
  noise: { snr: 0.1, kind: "gaussian" },
  dosePerImage: 2,
  shiftErrorAngstrom: 0,
  tiltErrorDeg: 0,
  reconstruction: { method: "wbp", iterations: 1, lowPassAngstrom: null },
};

const backend = {
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

const backProject = (series: TiltSeries) =>
  reconstruct(
    series,
    SHAPE,
    IMAGING.reconstruction,
    backend,
    async () => {},
    () => {},
  );

/** By way of the tilt series, with and without noise. */
async function series(changes: Partial<Imaging>) {
  const imaging = { ...IMAGING, ...changes };
  const volume = { values: blobs, shape: SHAPE, voxelSizeAngstrom: VOXEL };
  const { series } = await createTiltMicroscope(volume, backend).record(
    imaging,
    1,
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

const NOISE_FREE = { snr: null, kind: "gaussian" } as const;

describe("against the tilt series", () => {
  // Back-projection interpolates, which costs noise at high frequencies: sinc² is 0.93 at 0.15 cycles per voxel.
  // Back-projection interpolates, which costs noise at high frequencies: sinc² is 0.93 at 0.15 cycles per voxel.
  test("the same SNR gives the same noise in the tomogram", async () => {
    const quick = difference((await direct({})).values, (await direct({ noise: NOISE_FREE })).values);
    const [noisy, clean] = [await series({}), await series({ noise: NOISE_FREE })];
    const slow = await backProject({ ...noisy, images: difference(noisy.images, clean.images) });
    for (const band of [
      [0.02, 0.08],
      [0.08, 0.16],
    ] as const) {
      const [a, b] = [quick, slow].map((noise) => Math.sqrt(powerIn(band, spectrumOf(noise))));
      expect(Math.abs(a / b - 1)).toBeLessThan(0.1);
    }
  });

  test.each(["none", "phase-flip", "wiener"] as const)(
    "the signal is the same, CTF correction %s",
    async (correction) => {
      const changes = { noise: NOISE_FREE, ctf: { ...CTF, correction } } as const;
      const quick = spectrumOf((await direct(changes)).values);
      const slow = spectrumOf(await backProject(await series(changes)));
      const band = [0.03, 0.25] as const;
      const cross = sumBand(
        band,
        (at) => quick[2 * at] * slow[2 * at] + quick[2 * at + 1] * slow[2 * at + 1],
      );
      const [a, b] = [quick, slow].map((spectrum) => powerIn(band, spectrum));
      expect(cross / Math.sqrt(a * b)).toBeGreaterThan(0.99);
      expect(Math.abs(Math.sqrt(a / b) - 1)).toBeLessThan(0.1);
    },
  );
});

test("the SNR is said, and holds in projections of the result", async () => {
  for (const snr of [0.05, 1]) {
    const { measuredSnr } = await direct({ noise: { snr, kind: "gaussian" } });
    expect(Math.abs((measuredSnr ?? 0) / snr - 1)).toBeLessThan(0.02);
  }
  expect((await direct({ noise: NOISE_FREE })).measuredSnr).toBeNull();
});

test("nothing is in the missing wedge, and what the ramp makes of white noise within", async () => {
  const clean = await direct({ noise: NOISE_FREE });
  const noisy = await direct({});
  const noise = spectrumOf(difference(noisy.values, clean.values));
  const mask = wedgeMask(SHAPE, { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" });
  const [inside, outside] = [1, 0].map((measured) =>
    noise.reduce((sum, v, i) => sum + (mask[i >> 1] === measured ? v * v : 0), 0),
  );
  expect(outside / inside).toBeLessThan(1e-9);
  // Power per coefficient rises with |k_r|.
  const [low, high] = [
    [0.1, 0.14],
    [0.3, 0.34],
  ].map(([from, to]) => powerIn([from, to], noise) / sumBand([from, to], () => 1));
  expect(high / low).toBeGreaterThan(0.9 * (0.32 / 0.12));
  expect(high / low).toBeLessThan(1.1 * (0.32 / 0.12));
});

test("white noise is as strong as the ramp's, and alike at every frequency of the wedge", async () => {
  const clean = await direct({ noise: NOISE_FREE });
  const noiseOf = async (inTomogram: "ramp" | "white") => {
    const noisy = await direct({ noise: { snr: 0.1, kind: "gaussian", inTomogram } });
    return difference(noisy.values, clean.values);
  };
  const [ramp, white] = [await noiseOf("ramp"), await noiseOf("white")];
  const power = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
  expect(Math.abs(power(white) / power(ramp) - 1)).toBeLessThan(0.1);
  const spectrum = spectrumOf(white);
  const [low, high] = [
    [0.1, 0.14],
    [0.3, 0.34],
  ].map(([from, to]) => powerIn([from, to], spectrum) / sumBand([from, to], () => 1));
  expect(Math.abs(high / low - 1)).toBeLessThan(0.1);
});

test("a low-pass of the reconstruction ends signal and noise alike, and does not change the SNR", async () => {
  const reconstruction = { ...IMAGING.reconstruction, lowPassAngstrom: 40 };
  const [whole, low] = [await direct({}), await direct({ reconstruction })];
  expect(low.measuredSnr).toBe(whole.measuredSnr);
  const [before, after] = [whole, low].map(({ values }) => spectrumOf(values));
  for (let at = 0; at < after.length / 2; at++) {
    const [y, z] = [Math.floor(at / (NX / 2 + 1)) % NY, Math.floor(at / (NX / 2 + 1) / NY)];
    const signed = (i: number, n: number) => (2 * i <= n ? i : i - n) / n;
    const f = Math.hypot((at % (NX / 2 + 1)) / NX, signed(y, NY), signed(z, NZ));
    if (f < 0.249) expect(Math.abs(after[2 * at] - before[2 * at])).toBeLessThan(0.02);
    if (f > 0.313) expect(Math.abs(after[2 * at])).toBeLessThan(0.02);
  }
});

test("the same seed gives the same noise in proportion, another seed other noise", async () => {
  const one = await microscope();
  const at = async (snr: number | null, seed: number) =>
    (await one.image({ ...IMAGING, noise: { snr, kind: "gaussian" } }, seed)).values;
  const clean = await at(null, 3);
  const strong = difference(await at(0.1, 3), clean);
  const weak = difference(await at(0.4, 3), clean);
  expect(Math.max(...strong.map((v, i) => Math.abs(v - 2 * weak[i])))).toBeLessThan(
    1e-4 * Math.max(...strong),
  );
  expect(await at(0.1, 3)).toEqual(await at(0.1, 3));
  expect(await at(0.1, 4)).not.toEqual(await at(0.1, 3));
});

test("what is dense is dark with a CTF, corrected or not, and without one where that is asked for", async () => {
  const contrast = async (changes: Partial<Imaging>) => {
    const { values } = await direct({ noise: NOISE_FREE, ...changes });
    return Math.sign(values.reduce((sum, v, i) => sum + v * blobs[i], 0));
  };
  expect(await contrast({})).toBe(-1);
  expect(await contrast({ ctf: { ...CTF, correction: "wiener" } })).toBe(-1);
  expect(await contrast({ ctf: null })).toBe(1);
  expect(await contrast({ ctf: null, proteinIsDark: true })).toBe(-1);
});

test("a cancel ends one image and not the microscope", async () => {
  const one = await microscope();
  const cancelled = one.image(IMAGING, 1, () => Promise.reject(new AbortError()));
  await expect(cancelled).rejects.toSatisfy(isAbort);
  expect((await one.image(IMAGING, 1)).values).toEqual((await direct({})).values);
});

test("shift errors blur; a volume of another shape is refused", async () => {
  const energy = async (shiftErrorAngstrom: number) => {
    const { values } = await direct({ noise: NOISE_FREE, shiftErrorAngstrom });
    return values.reduce((sum, v) => sum + v * v, 0);
  };
  expect(await energy(20)).toBeLessThan(0.8 * (await energy(0)));
  const other = createDirectMicroscope(blobs, [8, 8, 8], VOXEL, createReferenceFourier3([8, 8, 8]));
  await expect(other).rejects.toThrow("are not of shape 8 × 8 × 8");
});
