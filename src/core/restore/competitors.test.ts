import { describe, expect, test } from "vitest";
import { createWasmBackend } from "../../compute/wasm-backend";
import { barrel, degrade } from "../../testing/degrade";
import { createReferenceFourier3 } from "../fourier/fourier3";
import { wedgeMask } from "../fourier/wedge";
import { psnrDb } from "../metrics/psnr";
import { spectralCorrelation } from "../metrics/spectral-correlation";
import { fillNormal } from "../random/philox";
import { backProjectWeighted } from "../tomography/back-project-weighted";
import type { Shape3 } from "../volume/shape";
import { kovacikFilter } from "./kovacik-filter";
import { excitationSigma, restoreByMaggioni } from "./maggioni";
import { restoreByMoisan } from "./moisan-tv";
import type { DenoiserId } from "./mwr-kernels";
import { createReferenceMwrKernels } from "./reference-mwr-kernels";
import { SMAPEM_DEFAULTS, smapem } from "./smapem";

const breathe = async () => {};
const backend = createWasmBackend(1);
const TILTS = { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" } as const;
const SHAPE: Shape3 = [24, 20, 28];
const SIGMA = 0.1;
const TRUTH = barrel(SHAPE);
const SAMPLED = wedgeMask(SHAPE, TILTS);
const MISSING = SAMPLED.map((sampled) => 1 - sampled);
const MEASURED = degrade(TRUTH, SHAPE, SAMPLED, SIGMA, 3);

const specOf = (id: DenoiserId) =>
  ({
    shape: SHAPE,
    sampled: SAMPLED,
    measured: MEASURED,
    transform: "pp-fft",
    denoiser: { id },
    energy: "l2",
    breathe,
  }) as const;
const inWedge = (values: Float32Array) => spectralCorrelation(TRUTH, values, SHAPE, MISSING);

describe("Maggioni's restoration", () => {
  test("excites as published, down to the noise of the data; a short run goes through the same levels", () => {
    expect(excitationSigma(0, { sigma: 0.2 })).toBeCloseTo(0.2 + 1.01 ** -250, 12);
    expect(excitationSigma(1000, { sigma: 0.2 })).toBeCloseTo(0.2 + 1.01 ** -750, 12);
    expect(excitationSigma(30, { sigma: 0, decayIterations: 60 })).toBe(excitationSigma(500, { sigma: 0 }));
  });

  test("weighs sample k by 1/σ_k²", async () => {
    const settings = { iterations: 4, sigma: 0.05, decayIterations: 4, seed: 2 };
    const kernels = createReferenceMwrKernels(specOf("gaussian"));
    const samples: Float32Array[] = [];
    const spied = {
      ...kernels,
      async denoise(z: Float32Array, sigma: number, out: Float32Array) {
        await kernels.denoise(z, sigma, out);
        samples.push(out.slice());
      },
    };
    const means: Float32Array[] = [];
    const mean = await restoreByMaggioni(spied, MEASURED, settings, breathe, async (_, readMean) => {
      means.push(await readMean());
    });
    const weights = samples.map((_, i) => 1 / excitationSigma(i + 1, settings) ** 2);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    expect(weights[3] / weights[0]).toBeGreaterThan(1.5);
    for (const i of [0, 777, 5000]) {
      const expected = samples.reduce((sum, sample, k) => sum + (weights[k] / total) * sample[i], 0);
      expect(mean[i]).toBeCloseTo(expected, 5);
    }
    expect(means).toHaveLength(4);
    expect(means[3]).toEqual(mean);
  });

  test("fills the wedge, which its denoiser alone does not", async () => {
    const kernels = await backend.createMwrKernels(specOf("bm4d"));
    const [from, to] = [kernels.allocate(), kernels.allocate()];
    await kernels.load(MEASURED, from);
    await kernels.denoise(from, SIGMA, to);
    const denoised = await kernels.read(to);
    const settings = { iterations: 20, sigma: SIGMA, decayIterations: 20, seed: 1 };
    const restored = await restoreByMaggioni(kernels, MEASURED, settings, breathe);
    kernels.dispose();
    expect(psnrDb(TRUTH, restored)).toBeGreaterThan(psnrDb(TRUTH, denoised) + 0.5);
    expect(inWedge(restored)).toBeGreaterThan(inWedge(denoised) + 0.1);
  });
});

test("Moisan's restoration fills the wedge by total variation, ever more of it", async () => {
  const kernels = await backend.createMwrKernels(specOf("tv"));
  const seen: { readonly psnr: number; readonly correlation: number }[] = [];
  const settings = { iterations: 10, lambda: 0.14 };
  const restored = await restoreByMoisan(kernels, MEASURED, settings, breathe, async (_, readSample) => {
    const sample = await readSample();
    seen.push({ psnr: psnrDb(TRUTH, sample), correlation: inWedge(sample) });
  });
  kernels.dispose();
  expect(seen).toHaveLength(10);
  expect(seen[9].psnr).toBe(psnrDb(TRUTH, restored));
  expect(seen[9].psnr).toBeGreaterThan(seen[0].psnr + 1);
  expect(seen[9].correlation).toBeGreaterThan(seen[0].correlation + 0.1);
  await expect(restoreByMoisan(kernels, MEASURED, { iterations: 1, lambda: 0 }, breathe)).rejects.toThrow(
    "λ must be above 0",
  );
});

describe("Kováčik's filter", () => {
  const [nz, , nx] = SHAPE;
  const point = new Float32Array(TRUTH.length);
  point[((nz / 2) * SHAPE[1] + 10) * nx + nx / 2] = 1;
  /** Of a point behind the wedge, the ray at ±30° to z: what is furthest from the middle in the section. */
  const ray = (values: Float32Array) => {
    let most = 0;
    for (let z = 0; z < nz; z++)
      for (let x = 0; x < nx; x++)
        if (Math.hypot(z - nz / 2, x - nx / 2) > 7)
          most = Math.max(most, Math.abs(values[(z * SHAPE[1] + 10) * nx + x]));
    return most;
  };

  test("takes the rays of a point away and fills nothing", async () => {
    const fourier = createReferenceFourier3(SHAPE);
    const behind = degrade(point, SHAPE, SAMPLED, 0, 1);
    const filtered = await kovacikFilter(behind, [TILTS], 20, fourier);
    expect(ray(filtered)).toBeLessThan(0.6 * ray(behind));
    const spectrum = await fourier.forward(filtered);
    MISSING.forEach((missing, i) => {
      if (missing && Math.hypot(spectrum[2 * i], spectrum[2 * i + 1]) > 1e-5) throw new Error(`filled ${i}`);
    });
  });
});

describe("sMAPEM", () => {
  const spec = {
    shape: [32, 1, 32] as Shape3,
    imageWidth: 32,
    tiltsDeg: Array.from({ length: 61 }, (_, i) => 2 * i - 60),
  };
  const truth = barrel([32, 32, 32]).filter((_, i) => Math.floor(i / 32) % 32 === 16);
  const missing = wedgeMask(spec.shape, TILTS).map((sampled) => 1 - sampled);

  test("comes nearer to the truth than weighted back-projection, and fills some of the wedge", async () => {
    const kernels = await backend.createTomographyKernels(spec);
    const projections = await kernels.project(truth, breathe);
    kernels.dispose();
    const noise = new Float32Array(projections.length);
    fillNormal(noise, 3, 1);
    const noisy = projections.map((value, i) => value + 0.17 * noise[i]);
    const ramp = { weighting: "ramp", window: "none", thickness: 32 } as const;
    const wbp = await backProjectWeighted(noisy, spec, ramp, backend, breathe, () => {});
    const settings = { ...SMAPEM_DEFAULTS, iterations: 25 };
    const restored = await smapem(noisy, spec, settings, backend, breathe);
    const correlation = (values: Float32Array) => spectralCorrelation(truth, values, spec.shape, missing);
    console.log(
      [wbp, restored]
        .map((v) => `${psnrDb(truth, v).toFixed(1)} dB / ${correlation(v).toFixed(2)}`)
        .join(" → "),
    );
    expect(Math.min(...restored)).toBeGreaterThanOrEqual(0);
    expect(psnrDb(truth, restored)).toBeGreaterThan(psnrDb(truth, wbp) + 2);
    expect(correlation(restored)).toBeGreaterThan(correlation(wbp) + 0.2);
  });

  test("what is projected exactly is kept, and projections of nothing are refused", async () => {
    const disc = Float32Array.from({ length: 32 * 32 }, (_, i) =>
      Math.hypot((i % 32) - 15.5, Math.floor(i / 32) - 15.5) < 9 ? 1 : 0.2,
    );
    const full = { ...spec, tiltsDeg: Array.from({ length: 60 }, (_, i) => 3 * i - 90) };
    const kernels = await backend.createTomographyKernels(full);
    const projections = await kernels.project(disc, breathe);
    kernels.dispose();
    const settings = { filterSigmas: [0], iterations: 30, priorWeight: 0 };
    const plain = await smapem(projections, full, settings, backend, breathe);
    expect(psnrDb(disc, plain)).toBeGreaterThan(20);
    await expect(smapem(projections.fill(-1), full, settings, backend, breathe)).rejects.toThrow(
      "there are none",
    );
  });
});
