import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diffuse } from "../../core/denoise/diffusion";
import { nlMeans } from "../../core/denoise/nl-means";
import { tvDenoise } from "../../core/denoise/tv";
import { psnrDb } from "../../core/metrics/psnr";
import { fillNormal } from "../../core/random/philox";
import type { DenoiserSpec } from "../../core/restore/mwr-kernels";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import { barrel } from "../../testing/degrade";
import { createWasmDenoiser, type WasmDenoiser } from "../restore/wasm-denoise";
import { createWasmRuntime, type WasmRuntime } from "../runtime";
import { createDiffusion } from "./diffusion";
import { createNlMeans } from "./nl-means";
import { createTotalVariation } from "./total-variation";

type Reference = typeof tvDenoise;
type Create = (runtime: WasmRuntime, shape: Shape3) => WasmDenoiser;

const DENOISERS: readonly [string, Create, Reference][] = [
  ["total variation", createTotalVariation, tvDenoise],
  ["non-local means", createNlMeans, nlMeans],
  ["anisotropic diffusion", createDiffusion, diffuse],
];
const SHAPES: readonly Shape3[] = [
  [9, 11, 13],
  [17, 8, 10],
  [3, 5, 4],
];
const breathe = async () => {};

let runtimes: readonly WasmRuntime[];
beforeAll(async () => {
  const options = [{ threads: 2 }, { threads: 1 }, { threads: 3, relaxedSimd: false }];
  runtimes = await Promise.all(options.map(createWasmRuntime));
});
afterAll(() => {
  for (const runtime of runtimes) runtime.dispose();
});

function noisyBarrel(shape: Shape3, sigma: number): Float32Array {
  const values = new Float32Array(voxelCount(shape));
  fillNormal(values, 4, 0);
  const structure = barrel(shape);
  return values.map((v, i) => structure[i] + sigma * v);
}

const largestDifference = (a: Float32Array, b: Float32Array) =>
  Math.max(...a.map((v, i) => Math.abs(v - b[i])));

/** Returns what the twin makes of `values`, after a run that was stopped at its third breath. */
async function denoiseAfterStop(
  create: Create,
  runtime: WasmRuntime,
  values: Float32Array,
  shape: Shape3,
  sigma: number,
) {
  const mark = runtime.mark();
  const [from, to] = [0, 1].map(() => runtime.alloc(4 * values.length + 16));
  runtime.f32(from, values.length).set(values);
  const denoise = create(runtime, shape);
  let breaths = 0;
  const stopped = denoise(from, to, 0.4, async () => {
    if (++breaths === 3) throw new Error("stopped");
  });
  await expect(stopped).rejects.toThrow("stopped");
  await denoise(from, to, sigma, breathe);
  expect(runtime.f32(from, values.length).slice()).toEqual(values);
  const out = runtime.f32(to, values.length).slice();
  runtime.release(mark);
  return out;
}

describe.each(DENOISERS)("%s", (_, create, reference) => {
  test.each(SHAPES)(
    "equals the reference at %i × %i × %i, also after a run that was stopped",
    async (...shape) => {
      const values = noisyBarrel(shape, 0.25);
      const out = await denoiseAfterStop(create, runtimes[0], values, shape, 0.25);
      expect(largestDifference(out, await reference(values, shape, 0.25, breathe))).toBeLessThan(1e-6);
      expect(largestDifference(out, values)).toBeGreaterThan(0.1);
    },
  );

  test("changes nothing at sigma 0", async () => {
    const shape: Shape3 = [8, 8, 9];
    const values = noisyBarrel(shape, 0.1);
    expect(await denoiseAfterStop(create, runtimes[0], values, shape, 0)).toEqual(values);
  });

  test("gives the same bits on any number of threads, with fused multiply-add or not", async () => {
    const shape: Shape3 = [18, 9, 14];
    const values = noisyBarrel(shape, 0.1);
    const results: Float32Array[] = [];
    for (const runtime of runtimes) results.push(await denoiseAfterStop(create, runtime, values, shape, 0.1));
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});

describe.each([0.1, 0.25])("noise of deviation %f on a barrel of 40³", (sigma) => {
  // On smooth structures and strong noise the hard threshold alone comes short of total variation; the Wiener stage does not.
  test("BM4D comes nearer to the structure than non-local means and total variation do", async () => {
    const shape: Shape3 = [40, 40, 40];
    const noisy = noisyBarrel(shape, sigma);
    const psnrDbOf = async (spec: DenoiserSpec) => {
      const create: Create = (runtime) => createWasmDenoiser(runtime, spec, shape);
      return psnrDb(barrel(shape), await denoiseOnce(create, runtimes[0], noisy, shape, sigma));
    };
    const bm4d = await psnrDbOf({ id: "bm4d" });
    for (const id of ["nl-means", "tv"] as const) expect(bm4d).toBeGreaterThan(await psnrDbOf({ id }));
    expect(await psnrDbOf({ id: "bm4d", wiener: true })).toBeGreaterThan(bm4d + 1);
  });
});

async function denoiseOnce(
  create: Create,
  runtime: WasmRuntime,
  values: Float32Array,
  shape: Shape3,
  sigma: number,
): Promise<Float32Array> {
  const mark = runtime.mark();
  const [from, to] = [0, 1].map(() => runtime.alloc(4 * values.length + 64));
  runtime.f32(from, values.length).set(values);
  await create(runtime, shape)(from, to, sigma, breathe);
  const result = Float32Array.from(runtime.f32(to, values.length));
  runtime.release(mark);
  return result;
}
