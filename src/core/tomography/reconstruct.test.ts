import { describe, expect, test } from "vitest";
import { createWasmBackend } from "../../compute/wasm-backend";
import { blobPhantom } from "../../testing/blob-phantom";
import { createReferenceFourier3 } from "../fourier/fourier3";
import { wedgeMask } from "../fourier/wedge";
import { fourierShellCorrelation } from "../metrics/fourier-shell-correlation";
import { spectralCorrelation } from "../metrics/spectral-correlation";
import { fillNormal } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { backProjectWeighted } from "./back-project-weighted";
import { reconstruct } from "./reconstruct";
import { createReferenceTomographyKernels } from "./reference-tomography-kernels";
import { sirt } from "./sirt";
import type { TomographySpec } from "./tomography-kernels";

const breathe = async () => {};
const silent = () => {};
const RAMP = { weighting: "ramp", window: "none", thickness: 64 } as const;
const wasm = createWasmBackend(1);
const reference = {
  createTomographyKernels: async (spec: TomographySpec) => createReferenceTomographyKernels(spec),
  createFourier3: async (shape: Shape3) => createReferenceFourier3(shape),
};

const range = (from: number, to: number, step: number) =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);

async function projected(volume: Float32Array, spec: TomographySpec) {
  const kernels = await wasm.createTomographyKernels(spec);
  return kernels.project(volume, breathe).finally(() => kernels.dispose());
}

/** Coefficients up to half the Nyquist frequency where `isIn` holds. */
function upToHalfNyquist(
  [nz, ny, nx]: Shape3,
  isIn: (i: number, cyclesX: number, cyclesZ: number) => boolean,
): Uint8Array {
  const half = Math.floor(nx / 2) + 1;
  const frequency = (k: number, n: number) => (2 * k <= n ? k : k - n) / n;
  return Uint8Array.from({ length: nz * ny * half }, (_, i) => {
    const [x, y, z] = [i % half, Math.floor(i / half) % ny, Math.floor(i / half / ny)];
    const [fz, fy, fx] = [frequency(z, nz), frequency(y, ny), frequency(x, nx)];
    const distance = Math.hypot(fx, fy, fz);
    return distance > 0 && distance <= 0.25 && isIn(i, fx, fz) ? 1 : 0;
  });
}

function slopeOf(found: Float32Array, truth: Float32Array): number {
  let [product, power] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    product += found[i] * truth[i];
    power += truth[i] ** 2;
  }
  return product / power;
}

const SHAPE: Shape3 = [64, 64, 64];
const FINE = blobPhantom(SHAPE, { count: 60, sigmaVoxels: 0.8, seed: 1 });

describe("a series of every direction", () => {
  const spec = { shape: SHAPE, imageWidth: 64, tiltsDeg: range(-90, 88.5, 1.5) };
  const images = projected(FINE, spec);

  test.each(["ramp", "exact"] as const)(
    "gives the volume back up to half the Nyquist frequency (%s)",
    async (weighting) => {
      const settings = { ...RAMP, weighting };
      const volume = await backProjectWeighted(await images, spec, settings, wasm, breathe, silent);
      const { values } = fourierShellCorrelation(FINE, volume, SHAPE, 1);
      for (let shell = 1; shell <= 16; shell++) expect(values[shell]).toBeGreaterThan(0.98);
    },
  );

  test.each(["ramp", "exact"] as const)("in its own units (%s)", async (weighting) => {
    const smooth = blobPhantom(SHAPE, { count: 30, sigmaVoxels: 3, seed: 2 });
    const settings = { ...RAMP, weighting };
    const series = await projected(smooth, spec);
    const volume = await backProjectWeighted(series, spec, settings, wasm, breathe, silent);
    expect(Math.abs(slopeOf(volume, smooth) - 1)).toBeLessThan(0.02);
    // In the corners too, which images as wide as the volume do not show at every tilt.
    const apart = volume.reduce((sum, value, i) => sum + (value - smooth[i]) ** 2, 0);
    const power = smooth.reduce((sum, value) => sum + value ** 2, 0);
    expect(Math.sqrt(apart / power)).toBeLessThan(0.02);
  });

  test("SIRT comes near to it, and to its units, step by step", async () => {
    const few = { ...spec, tiltsDeg: range(-90, 87, 3) };
    const series = await projected(FINE, few);
    const { volume, residuals } = await sirt(series, few, { iterations: 15 }, wasm, breathe, silent);
    const { values } = fourierShellCorrelation(FINE, volume, SHAPE, 1);
    for (let shell = 1; shell <= 16; shell++) expect(values[shell]).toBeGreaterThan(0.85);
    expect(residuals).toHaveLength(16);
    expect(residuals[0]).toBe(1);
    residuals.forEach((residual, i) => {
      if (i > 0) expect(residual).toBeLessThan(residuals[i - 1]);
    });
  });
});

/** The line integrals of a Gaussian blob about `x`, `z` from the middle, on the row y = 0, by formula. */
function blobSeries(
  width: number,
  tiltsDeg: readonly number[],
  { x, z, sigma }: Record<"x" | "z" | "sigma", number>,
) {
  return Float32Array.from({ length: tiltsDeg.length * width }, (_, i) => {
    const angle = (tiltsDeg[Math.floor(i / width)] * Math.PI) / 180;
    const s = (i % width) - (width - 1) / 2 - (x * Math.cos(angle) + z * Math.sin(angle));
    return sigma * Math.sqrt(2 * Math.PI) * Math.exp((-s * s) / (2 * sigma * sigma));
  });
}

describe("line integrals known by formula", () => {
  const blob = { x: 14, z: -9, sigma: 3 };
  const uneven = range(-90, 89, 1).filter((tilt) => tilt % 3 === 0 || Math.abs(tilt) > 50);
  const density = (i: number) => {
    const [dx, dz] = [(i % 64) - 31.5 - blob.x, Math.floor(i / 64) - 31.5 - blob.z];
    return Math.exp(-(dx * dx + dz * dz) / (2 * blob.sigma ** 2));
  };

  test.each([
    ["even", "ramp", range(-90, 88, 2)],
    ["even", "exact", range(-90, 88, 2)],
    ["uneven", "ramp", uneven],
    ["uneven", "exact", uneven],
  ] as const)("give the blob, with %s tilts (%s)", async (_, weighting, tiltsDeg) => {
    const spec = { shape: [64, 1, 64] as Shape3, imageWidth: 64, tiltsDeg };
    const images = blobSeries(64, tiltsDeg, blob);
    const settings = { ...RAMP, weighting };
    const volume = await backProjectWeighted(images, spec, settings, reference, breathe, silent);
    const worst = volume.reduce((most, value, i) => Math.max(most, Math.abs(value - density(i))), 0);
    // Interpolation, with a variance of 1/6, lowers the top by 2 %.
    expect(worst).toBeLessThan(weighting === "ramp" ? 0.03 : 0.05);
  });
});

describe("a series from −60° to 60°", () => {
  const spec = { shape: SHAPE, imageWidth: 64, tiltsDeg: range(-60, 60, 2) };
  const wedge = wedgeMask(SHAPE, { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" });

  test("gives back what was measured, and nothing in the missing wedge", async () => {
    const images = await projected(FINE, spec);
    const volume = await backProjectWeighted(images, spec, RAMP, wasm, breathe, silent);
    const measured = upToHalfNyquist(SHAPE, (i) => wedge[i] === 1);
    // An object of this width is seen one coefficient beyond the last tilt.
    const [cos, sin] = [0.5, Math.sqrt(0.75)];
    const missing = upToHalfNyquist(SHAPE, (_, fx, fz) => 64 * (Math.abs(fz) * cos - Math.abs(fx) * sin) > 2);
    expect(spectralCorrelation(volume, FINE, SHAPE, measured)).toBeGreaterThan(0.98);
    expect(Math.abs(spectralCorrelation(volume, FINE, SHAPE, missing))).toBeLessThan(0.1);
  });

  test("noise stays, and the low-pass takes what is finer away and leaves the rest", async () => {
    const images = await projected(FINE, spec);
    const noise = new Float32Array(images.length);
    fillNormal(noise, 3, 0);
    for (let i = 0; i < images.length; i++) images[i] += noise[i];
    const series = { images, height: 64, width: 64, pixelSizeAngstrom: 10, tiltsDeg: spec.tiltsDeg };
    const settings = { method: "wbp", iterations: 1, lowPassAngstrom: null } as const;
    const before = images.slice();
    const whole = await reconstruct(series, SHAPE, settings, wasm, breathe, silent);
    const low = { ...settings, lowPassAngstrom: 60 };
    const passed = await reconstruct(series, SHAPE, low, wasm, breathe, silent);
    expect(images.every((value, i) => value === before[i])).toBe(true);
    const { values, frequencies } = fourierShellCorrelation(whole, passed, SHAPE, 10);
    const noisy = fourierShellCorrelation(whole, FINE, SHAPE, 10).values;
    values.forEach((value, shell) => {
      if (shell > 0 && frequencies[shell] < 0.95 / 60) expect(value).toBeGreaterThan(0.95);
    });
    expect(noisy[30]).toBeLessThan(0.9 * noisy[5]);
    const power = (volume: Float32Array) => volume.reduce((sum, value) => sum + value * value, 0);
    expect(power(passed)).toBeLessThan(0.5 * power(whole));
  });
});

describe("slabs", () => {
  const spec = { shape: [9, 11, 14] as Shape3, imageWidth: 17, tiltsDeg: range(-60, 60, 10) };
  const images = new Float32Array(spec.tiltsDeg.length * 11 * 17);
  fillNormal(images, 4, 0);

  test.each(["reference", "wasm"] as const)("change no bit on %s, whatever their rows", async (id) => {
    const backend = id === "wasm" ? wasm : reference;
    const project = (rows?: number) =>
      backProjectWeighted(images, spec, RAMP, backend, breathe, silent, rows);
    const iterate = (rows?: number) => sirt(images, spec, { iterations: 3 }, backend, breathe, silent, rows);
    const whole = { projected: await project(11), iterated: await iterate(11) };
    expect(whole.projected.some((value) => value !== 0)).toBe(true);
    for (const rows of [undefined, 2, 4, 6]) {
      expect(await project(rows)).toEqual(whole.projected);
      expect(await iterate(rows)).toEqual(whole.iterated);
    }
  });

  test("progress rises to the end", async () => {
    for (const run of [
      (report: (share: number) => void) =>
        backProjectWeighted(
          images,
          spec,
          RAMP,
          reference,
          breathe,
          ({ done, total }) => report(done / total),
          4,
        ),
      (report: (share: number) => void) =>
        sirt(
          images,
          spec,
          { iterations: 3 },
          reference,
          breathe,
          ({ done, total }) => report(done / total),
          4,
        ),
    ]) {
      const shares: number[] = [];
      await run((share) => shares.push(share));
      expect(shares).toEqual(shares.toSorted((a, b) => a - b));
      expect(shares.at(-1)).toBeCloseTo(1, 9);
    }
  });

  test("a cancel gets through, and the kernels are given back", async () => {
    let [made, open, breaths] = [0, 0, 0];
    const counting = {
      async createTomographyKernels(given: TomographySpec) {
        made++;
        open++;
        return { ...createReferenceTomographyKernels(given), dispose: () => void open-- };
      },
    };
    const cancelling = async () => {
      if (++breaths > 40) throw new Error("cancelled");
    };
    const cancelled = [
      () => backProjectWeighted(images, spec, RAMP, counting, cancelling, silent, 2),
      () => sirt(images, spec, { iterations: 9 }, counting, cancelling, silent, 2),
    ];
    for (const run of cancelled) {
      breaths = 0;
      await expect(run()).rejects.toThrow("cancelled");
    }
    expect(made).toBeGreaterThan(1);
    expect(open).toBe(0);
  });
});

test("the residuals of SIRT fall with noise too, where images and volume are of different widths", async () => {
  const spec = { shape: [12, 2, 40] as Shape3, imageWidth: 33, tiltsDeg: range(-60, 60, 5) };
  const images = new Float32Array(spec.tiltsDeg.length * 2 * 33);
  fillNormal(images, 5, 0);
  const { residuals } = await sirt(images, spec, { iterations: 25 }, reference, breathe, silent);
  residuals.forEach((residual, i) => {
    if (i > 0) expect(residual).toBeLessThan(residuals[i - 1]);
  });
});

test("noise that SIRT finds does not pile up where rays cut corners", async () => {
  const spec = { shape: [24, 8, 48] as Shape3, imageWidth: 48, tiltsDeg: range(-60, 60, 10) };
  const images = new Float32Array(spec.tiltsDeg.length * 8 * 48);
  fillNormal(images, 5, 0);
  const { volume } = await sirt(images, spec, { iterations: 5 }, reference, breathe, silent);
  const deviation = (isIn: (x: number, z: number) => boolean) => {
    const values = volume.filter((_, i) => isIn(i % 48, Math.floor(i / 48 / 8)));
    return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
  };
  const middle = deviation((x, z) => x >= 12 && x < 36 && z >= 6 && z < 18);
  expect(deviation((x) => x === 0 || x === 47)).toBeLessThan(1.6 * middle);
  expect(deviation((_, z) => z === 0 || z === 23)).toBeLessThan(1.6 * middle);
});

test("images of nothing give nothing", async () => {
  const spec = { shape: [4, 3, 5] as Shape3, imageWidth: 5, tiltsDeg: [0, 10] };
  const images = new Float32Array(2 * 3 * 5);
  const { volume, residuals } = await sirt(images, spec, { iterations: 2 }, reference, breathe, silent);
  expect(volume).toEqual(new Float32Array(voxelCount(spec.shape)));
  expect(residuals).toEqual([0, 0, 0]);
});
