import { describe, expect, test } from "vitest";
import { createReferenceFourier3 } from "../fourier/fourier3";
import { fillNormal } from "../random/philox";
import { createReferenceTomographyKernels } from "../tomography/reference-tomography-kernels";
import type { Shape3 } from "../volume/shape";
import { createCtfCorrector, ctfCorrectionOf, USUAL_WIENER } from "./correct-ctf";
import { correctTiltSeries } from "./correct-tilt-series";
import { type CtfOptics, ctfOf, ctfZeros } from "./ctf";
import type { CtfSettings, Imaging } from "./imaging";
import { createTiltMicroscope } from "./simulate-tilt-series";

const OPTICS: CtfOptics = {
  voltageKv: 300,
  sphericalAberrationMm: 2.7,
  amplitudeContrast: 0.07,
  phaseShiftDeg: 0,
  defocusMicrometre: 3,
  bFactorAngstrom2: 0,
};

const backend = {
  createTomographyKernels: async (spec: Parameters<typeof createReferenceTomographyKernels>[0]) =>
    createReferenceTomographyKernels(spec),
  createFourier3: async (shape: Shape3) => createReferenceFourier3(shape),
};

describe("the correcting factor", () => {
  const flip = ctfCorrectionOf(OPTICS, { method: "phase-flip", ...USUAL_WIENER });

  test("flips exactly between the first zero and the second, the third and the fourth …", () => {
    const edges = [0, ...ctfZeros(OPTICS, 0.12)];
    expect(edges.length).toBeGreaterThan(5);
    for (let i = 1; i < edges.length; i++) {
      const expected = i % 2 === 1 ? 1 : -1;
      expect(flip((edges[i] - 1e-6) ** 2)).toBe(expected);
      expect(flip((edges[i] + 1e-6) ** 2)).toBe(-expected);
    }
  });

  test("by Wiener is −CTF/(CTF² + 1/SNR), which nears the inverse at high SNR", () => {
    const wiener = ctfCorrectionOf(OPTICS, { method: "wiener", snr: 4, snrFalloffAngstrom: 100 });
    const k = 0.03;
    const ctf = ctfOf(OPTICS)(k * k);
    expect(wiener(k * k)).toBeCloseTo(-ctf / (ctf * ctf + Math.exp(3) / 4), 12);
    const sure = ctfCorrectionOf(OPTICS, { method: "wiener", snr: 1e12, snrFalloffAngstrom: 0 });
    expect(sure(k * k) * ctf).toBeCloseTo(-1, 6);
  });
});

test.each([
  [3, 1],
  [9, -1],
  [12, 1],
])("a wave of %i periods keeps its place, times %i", async (periods, sign) => {
  // At 3 Å and 64 pixels the zeros lie at 7.8, 11.1, 13.6 … periods.
  const zeros = ctfZeros(OPTICS, 1 / 6).map((k) => k * 3 * 64);
  expect(zeros.filter((zero) => zero < periods).length % 2 === 0 ? 1 : -1).toBe(sign);
  const wave = Float32Array.from({ length: 64 * 64 }, (_, i) =>
    Math.cos((2 * Math.PI * periods * ((i % 64) - 31.5)) / 64),
  );
  const size = { height: 64, width: 64, pixelSizeAngstrom: 3 };
  const about = { voltageKv: 300, defociMicrometre: [3] };
  const corrector = await createCtfCorrector(size, about, { method: "phase-flip", ...USUAL_WIENER }, backend);
  const corrected = await corrector.correct(wave, OPTICS);
  corrector.dispose();
  // The middle of the image: its border knows of the mirrored margin.
  let [product, square] = [0, 0];
  for (let y = 24; y < 40; y++)
    for (let x = 24; x < 40; x++) {
      product += corrected[y * 64 + x] * wave[y * 64 + x];
      square += wave[y * 64 + x] ** 2;
    }
  expect(Math.abs(product / square - sign)).toBeLessThan(0.1);
});

describe("a tilt series", () => {
  const SHAPE: Shape3 = [12, 64, 64];
  const ctf: CtfSettings = {
    ...OPTICS,
    defocusMicrometre: 6,
    defocusSpreadMicrometre: 0.3,
    correction: "none",
  };
  const perfect: Imaging = {
    route: "tilt-series",
    tilts: { minTiltDeg: -40, maxTiltDeg: 40, stepDeg: 20, order: "sequential" },
    ctf: null,
    proteinIsDark: true,
    noise: { snr: null, kind: "gaussian" },
    dosePerImage: 0,
    shiftErrorAngstrom: 0,
    tiltErrorDeg: 0,
    reconstruction: { method: "wbp", iterations: 1, lowPassAngstrom: null },
  };
  const places = new Float32Array(3 * 40);
  fillNormal(places, 2, 0);
  const values = new Float32Array(12 * 64 * 64);
  for (let z = 0, i = 0; z < 12; z++)
    for (let y = 0; y < 64; y++)
      for (let x = 0; x < 64; x++, i++)
        for (let blob = 0; blob < 40; blob++) {
          const [dz, dy, dx] = places.subarray(3 * blob, 3 * blob + 3);
          const r2 = (z - 6 - 2 * dz) ** 2 + (y - 32 - 9 * dy) ** 2 + (x - 32 - 9 * dx) ** 2;
          if (r2 < 16) values[i] += Math.exp(-r2 / 2);
        }
  const volume = { values, shape: SHAPE, voxelSizeAngstrom: 8 };
  const simulate = async (imaging: Imaging) =>
    (
      await createTiltMicroscope(volume, backend).record(
        imaging,
        1,
        async () => {},
        () => {},
      )
    ).series;
  const correct = async (imaging: Imaging, correction: CtfSettings["correction"]) =>
    (
      await correctTiltSeries(
        await simulate(imaging),
        { ...ctf, correction },
        backend,
        async () => {},
        () => {},
      )
    ).images;

  function correlation(a: Float32Array, b: Float32Array): number {
    const [meanA, meanB] = [a, b].map((of) => of.reduce((sum, v) => sum + v / of.length, 0));
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = 0; i < a.length; i++) {
      ab += (a[i] - meanA) * (b[i] - meanB);
      aa += (a[i] - meanA) ** 2;
      bb += (b[i] - meanB) ** 2;
    }
    return ab / Math.sqrt(aa * bb);
  }

  test.each([null, 0.5, 0.1])(
    "corrected it is more like what no CTF touched; noise of SNR %o",
    async (snr) => {
      const truth = (await simulate(perfect)).images;
      const imaging: Imaging = { ...perfect, ctf, noise: { snr, kind: "gaussian" } };
      const raw = correlation((await simulate(imaging)).images, truth);
      const flipped = correlation(await correct(imaging, "phase-flip"), truth);
      const wiener = correlation(await correct(imaging, "wiener"), truth);
      expect(raw).toBeGreaterThan(0);
      expect(flipped).toBeGreaterThan(1.05 * raw);
      if (snr !== null) expect(wiener).toBeGreaterThan(1.05 * flipped);
    },
  );

  test("none is the series itself", async () => {
    const series = await simulate({ ...perfect, ctf });
    expect(
      await correctTiltSeries(
        series,
        ctf,
        backend,
        async () => {},
        () => {},
      ),
    ).toBe(series);
  });
});
