import { describe, expect, test } from "vitest";
import { createReferenceFourier3 } from "../fourier/fourier3";
import { createRealFft3 } from "../fourier/real-fft3";
import { fillNormal } from "../random/philox";
import { createReferenceTomographyKernels } from "../tomography/reference-tomography-kernels";
import { type Shape3, voxelCount } from "../volume/shape";
import { ctfZeros } from "./ctf";
import { doseDamping } from "./dose-damping";
import { imageConditions } from "./image-conditions";
import type { CtfSettings, Imaging } from "./imaging";
import { createTiltMicroscope } from "./simulate-tilt-series";

const backend = {
  createTomographyKernels: async (spec: Parameters<typeof createReferenceTomographyKernels>[0]) =>
    createReferenceTomographyKernels(spec),
  createFourier3: async (shape: Shape3) => createReferenceFourier3(shape),
};

const CTF: CtfSettings = {
  voltageKv: 300,
  sphericalAberrationMm: 2.7,
  amplitudeContrast: 0.07,
  phaseShiftDeg: 0,
  defocusMicrometre: 4,
  defocusSpreadMicrometre: 0,
  bFactorAngstrom2: 0,
  correction: "none",
};

const PERFECT: Imaging = {
  route: "tilt-series",
  tilts: { minTiltDeg: -60, maxTiltDeg: 60, stepDeg: 6, order: "dose-symmetric" },
  ctf: null,
  proteinIsDark: false,
  noise: { snr: null, kind: "gaussian" },
  dosePerImage: 0,
  shiftErrorAngstrom: 0,
  tiltErrorDeg: 0,
  reconstruction: { method: "wbp", iterations: 1, lowPassAngstrom: null },
};
const AT_ZERO = { minTiltDeg: 0, maxTiltDeg: 1, stepDeg: 2, order: "sequential" } as const;

const SHAPE: Shape3 = [14, 64, 64];
const VOXEL = 10;

/** A few blobs in the middle of a box. */
function blobs([nz, ny, nx]: Shape3): Float32Array {
  const values = new Float32Array(nz * ny * nx);
  const centres = [
    [0, 0, 0, 2.5],
    [2, -9, 7, 1.6],
    [-2, 6, -10, 2],
    [1, 11, 9, 1.4],
  ];
  for (let z = 0, i = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, i++)
        for (const [dz, dy, dx, sigma] of centres) {
          const r2 = (z - nz / 2 - dz) ** 2 + (y - ny / 2 - dy) ** 2 + (x - nx / 2 - dx) ** 2;
          values[i] += Math.exp(-r2 / (2 * sigma ** 2));
        }
  return values;
}

const volume = { values: blobs(SHAPE), shape: SHAPE, voxelSizeAngstrom: VOXEL };
const simulate = (changes: Partial<Imaging>, seed = 1, what = volume) =>
  createTiltMicroscope(what, backend).record(
    { ...PERFECT, ...changes },
    seed,
    async () => {},
    () => {},
  );

function variance(values: Float32Array): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);

function spectrumOf(image: Float32Array, height: number, width: number): Float32Array {
  const fft = createRealFft3([1, height, width]);
  const spectrum = new Float32Array(2 * voxelCount(fft.spectrumShape));
  fft.forward(image, spectrum);
  return spectrum;
}

test("a perfect microscope gives the line integrals at the nominal tilts", async () => {
  const { series, measuredSnr } = await simulate({});
  expect(measuredSnr).toBeNull();
  expect(series.tiltsDeg).toHaveLength(21);
  expect([series.height, series.width, series.pixelSizeAngstrom]).toEqual([64, 64, VOXEL]);
  const { tiltsDeg } = series;
  const kernels = createReferenceTomographyKernels({ shape: SHAPE, imageWidth: 64, tiltsDeg });
  expect(series.images).toEqual(await kernels.project(volume.values, async () => {}));
  const dark = await simulate({ proteinIsDark: true });
  expect(dark.series.images.every((v, i) => v === -series.images[i])).toBe(true);
});

describe("noise", () => {
  const cases = ([0.05, 0.1, 1] as const).flatMap((snr) =>
    (["gaussian", "poisson"] as const).map((kind) => [snr, kind] as const),
  );
  const changes = { ctf: CTF, dosePerImage: 2 };
  const cleanOnce = simulate(changes);
  test.each(cases)("SNR %f, %s: measured within 2 per cent, and said", async (snr, kind) => {
    const clean = (await cleanOnce).series.images;
    const { series, measuredSnr } = await simulate({ ...changes, noise: { snr, kind } });
    const noise = series.images.map((v, i) => v - clean[i]);
    const measured = variance(clean) / variance(noise);
    expect(Math.abs(measured / snr - 1)).toBeLessThan(0.02);
    expect(Math.abs((measuredSnr ?? 0) / measured - 1)).toBeLessThan(0.002);
    // White: neighbours are not alike.
    const neighbours = dot(noise.subarray(1), noise.subarray(0, -1)) / dot(noise, noise);
    expect(Math.abs(neighbours)).toBeLessThan(4 / Math.sqrt(noise.length));
  });

  test("where the dose could not give the SNR, more electrons do, and no rate is below 0", async () => {
    const clean = (await simulate({})).series.images;
    const { series } = await simulate({ noise: { snr: 400, kind: "poisson" } });
    const noise = series.images.map((v, i) => v - clean[i]);
    expect(Math.abs(variance(clean) / variance(noise) / 400 - 1)).toBeLessThan(0.02);
  });

  test("the same seed gives the same bytes, another seed other noise; an empty volume stays empty", async () => {
    const few = { minTiltDeg: -10, maxTiltDeg: 10, stepDeg: 10, order: "sequential" } as const;
    const changes = { ctf: CTF, noise: { snr: 0.1, kind: "gaussian" }, tilts: few } as const;
    const first = await simulate(changes, 5);
    expect((await simulate(changes, 5)).series).toEqual(first.series);
    expect((await simulate(changes, 6)).series.images).not.toEqual(first.series.images);
    const empty = { ...volume, values: new Float32Array(volume.values.length) };
    const { series, measuredSnr } = await simulate(changes, 5, empty);
    expect(series.images.every((v) => Math.abs(v) === 0)).toBe(true);
    expect(measuredSnr).toBeNull();
  });
});

test("the minima of the power spectrum of a white object lie at the zeros of the CTF", async () => {
  const side = 128;
  const shape: Shape3 = [1, side, side];
  const white = new Float32Array(side * side);
  fillNormal(white, 3, 0);
  // A border free of signal, so that nothing of what defocus spreads is cut off.
  const inside = (at: number) => at >= 28 && at < side - 28;
  const values = white.map((v, i) => (inside(i % side) && inside(Math.floor(i / side)) ? v : 0));
  const optics = { ...CTF, defocusMicrometre: 1.5 };
  const object = { values, shape, voxelSizeAngstrom: 4 };
  const { series } = await simulate({ ctf: optics, tilts: AT_ZERO }, 1, object);
  const spectrum = spectrumOf(series.images, side, side);
  const power = new Float64Array(side / 2 + 1);
  const counts = new Float64Array(side / 2 + 1);
  for (let y = 0; y < side; y++)
    for (let x = 0; x <= side / 2; x++) {
      const shell = Math.round(Math.hypot(x, y <= side / 2 ? y : y - side));
      if (shell > side / 2) continue;
      const at = 2 * (y * (side / 2 + 1) + x);
      power[shell] += spectrum[at] ** 2 + spectrum[at + 1] ** 2;
      counts[shell]++;
    }
  const mean = power.map((sum, shell) => sum / counts[shell]);
  const zeros = ctfZeros(optics, 0.12).map((k) => k * 4 * side);
  expect(zeros).toHaveLength(4);
  for (const zero of zeros) {
    const around = [...mean.subarray(Math.round(zero) - 5, Math.round(zero) + 6)];
    const least = around.indexOf(Math.min(...around)) + Math.round(zero) - 5;
    expect(Math.abs(least - zero)).toBeLessThan(1);
    expect(Math.min(...around)).toBeLessThan(0.1 * Math.max(...around));
  }
});

test("underfocus makes what is dense dark; every image has its own defocus", async () => {
  const clean = (await simulate({})).series.images;
  const { series } = await simulate({ ctf: { ...CTF, defocusSpreadMicrometre: 0.2 } });
  expect(dot(clean, series.images)).toBeLessThan(0);
  expect(new Set(series.defociMicrometre).size).toBe(21);
  const mean = series.defociMicrometre.reduce((sum, d) => sum + d / 21, 0);
  expect(Math.abs(mean - 4)).toBeLessThan((4 * 0.2) / Math.sqrt(21));
});

test("each image is damped by the dose before it and half of its own", async () => {
  const fine = { ...volume, voxelSizeAngstrom: 3 };
  const clean = (await simulate({}, 1, fine)).series.images;
  const { series } = await simulate({ dosePerImage: 4 }, 1, fine);
  expect(series.priorDoses[10]).toBe(0);
  for (const image of [0, 10, 20]) {
    const part = [image * 64 * 64, (image + 1) * 64 * 64] as const;
    const [before, after] = [clean, series.images].map((from) => spectrumOf(from.subarray(...part), 64, 64));
    for (const shell of [2, 5, 8]) {
      const at = 2 * (shell * 33); // along the tilt axis
      const left = Math.hypot(after[at], after[at + 1]) / Math.hypot(before[at], before[at + 1]);
      const dose = series.priorDoses[image] + 2;
      expect(left).toBeCloseTo(doseDamping((shell / 64 / 3) ** 2, dose), 2);
    }
  }
});

test("errors of alignment move the images, and are not in the tilts that the file says", async () => {
  const errors = { shiftErrorAngstrom: 15, tiltErrorDeg: 2 };
  const conditions = imageConditions({ ...PERFECT, ...errors }, 9);
  const { series } = await simulate(errors, 9);
  expect(series.tiltsDeg).toEqual((await simulate({})).series.tiltsDeg);
  const tiltsDeg = conditions.map(({ trueTiltDeg }) => trueTiltDeg);
  const kernels = createReferenceTomographyKernels({ shape: SHAPE, imageWidth: 64, tiltsDeg });
  const still = await kernels.project(volume.values, async () => {});
  const spread = Math.sqrt(conditions.reduce((sum, c) => sum + (c.trueTiltDeg - c.tiltDeg) ** 2 / 21, 0));
  expect(spread).toBeGreaterThan(1);
  expect(spread).toBeLessThan(3);
  conditions.forEach(({ shiftAngstrom }, i) => {
    const part = [i * 4096, (i + 1) * 4096] as const;
    const [from, to] = [still, series.images].map((all) => spectrumOf(all.subarray(...part), 64, 64));
    // A shift by d turns the coefficient of one period across (at 1) or along (at 33) the axis by −2πd/64.
    const moved = (at: number) => {
      const phase = Math.atan2(to[2 * at + 1], to[2 * at]) - Math.atan2(from[2 * at + 1], from[2 * at]);
      return (-64 * Math.atan2(Math.sin(phase), Math.cos(phase))) / (2 * Math.PI);
    };
    // What the projection's interpolation leaves at Nyquist rings into the border, which is cut.
    expect(Math.abs(moved(1) - shiftAngstrom.x / VOXEL)).toBeLessThan(0.02);
    expect(Math.abs(moved(33) - shiftAngstrom.y / VOXEL)).toBeLessThan(0.02);
  });
});

test("progress rises from the first to the last of its steps", async () => {
  const steps: number[] = [];
  let total = 0;
  const imaging = { ...PERFECT, ctf: CTF, noise: { snr: 1, kind: "gaussian" } as const };
  await createTiltMicroscope(volume, backend).record(
    imaging,
    1,
    async () => {},
    (step) => {
      steps.push(step.done);
      total = step.total;
    },
  );
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
  expect(steps.at(-1)).toBe(total);
});

describe("a microscope that records again", () => {
  const shape: Shape3 = [6, 16, 16];
  const small = { values: blobs(shape), shape, voxelSizeAngstrom: VOXEL };
  const NOISY: Imaging = {
    ...PERFECT,
    tilts: { ...PERFECT.tilts, stepDeg: 20 },
    ctf: { ...CTF, defocusSpreadMicrometre: 0.1 },
    dosePerImage: 2,
    shiftErrorAngstrom: 5,
    tiltErrorDeg: 0.5,
    noise: { snr: 0.1, kind: "gaussian" },
  };
  const record = async (imagings: readonly (readonly [Partial<Imaging>, number])[]) => {
    let projections = 0;
    const microscope = createTiltMicroscope(small, {
      ...backend,
      async createTomographyKernels(spec) {
        projections++;
        return createReferenceTomographyKernels(spec);
      },
    });
    const recorded = [];
    for (const [changes, seed] of imagings)
      recorded.push(
        await microscope.record(
          { ...NOISY, ...changes },
          seed,
          async () => {},
          () => {},
        ),
      );
    return { recorded, projections };
  };

  test("projects once for any noise, correction and reconstruction, and gives the series of a new one", async () => {
    const again = [
      [{}, 1],
      [{ noise: { snr: 2, kind: "gaussian" } }, 1],
      [{ noise: { snr: 0.05, kind: "poisson" } }, 1],
      [{ noise: { snr: null, kind: "gaussian" } }, 1],
      [{ ctf: { ...CTF, defocusSpreadMicrometre: 0.1, correction: "wiener" } }, 1],
      [{ reconstruction: { method: "sirt", iterations: 3, lowPassAngstrom: 40 } }, 1],
      [{}, 1],
    ] as const;
    const { recorded, projections } = await record(again);
    expect(projections).toBe(1);
    for (const [i, each] of again.entries()) expect(recorded[i]).toEqual((await record([each])).recorded[0]);
    expect(recorded[6]).toEqual(recorded[0]);
    expect(recorded[1].series.images).not.toEqual(recorded[0].series.images);
  });

  test.each<[string, Partial<Imaging>, number]>([
    ["tilt range", { tilts: { ...PERFECT.tilts, maxTiltDeg: 40, stepDeg: 20 } }, 1],
    ["defocus", { ctf: { ...CTF, defocusMicrometre: 3 } }, 1],
    ["dose", { dosePerImage: 1 }, 1],
    ["seed", {}, 2],
  ])("projects anew for another %s", async (_what, changes, seed) => {
    const { recorded, projections } = await record([
      [{}, 1],
      [changes, seed],
    ]);
    expect(projections).toBe(2);
    expect(recorded[1]).toEqual((await record([[changes, seed]])).recorded[0]);
  });
});
