import { afterEach, describe, expect, test } from "vitest";
import { diffuse } from "../../core/denoise/diffusion";
import { nlMeans } from "../../core/denoise/nl-means";
import { tvDenoise } from "../../core/denoise/tv";
import { fillNormal } from "../../core/random/philox";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import { barrel } from "../../testing/degrade";
import type { WasmDenoiser } from "../restore/wasm-denoise";
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
  [16, 12, 20],
  [9, 11, 13],
  [10, 8, 15],
];
const breathe = async () => {};

let runtime: WasmRuntime;
afterEach(() => runtime.dispose());

function noisyBarrel(shape: Shape3, sigma: number): Float32Array {
  const values = new Float32Array(voxelCount(shape));
  fillNormal(values, 4, 0);
  const structure = barrel(shape);
  return values.map((v, i) => structure[i] + sigma * v);
}

/** Denoises twice in one place, so that what the first run leaves behind would show. */
async function denoiseTwice(create: Create, values: Float32Array, shape: Shape3, sigma: number) {
  const [from, to] = [0, 1].map(() => runtime.alloc(4 * values.length + 16));
  runtime.f32(from, values.length).set(values);
  const denoise = create(runtime, shape);
  await denoise(from, to, 2 * sigma, breathe);
  await denoise(from, to, sigma, breathe);
  expect(Float32Array.from(runtime.f32(from, values.length))).toEqual(values);
  return Float32Array.from(runtime.f32(to, values.length));
}

describe.each(DENOISERS)("%s", (_, create, reference) => {
  test.each(SHAPES)("equals the reference at %i × %i × %i", async (...shape) => {
    runtime = await createWasmRuntime({ threads: 2 });
    for (const sigma of [0, 0.25]) {
      const values = noisyBarrel(shape, 0.25);
      const expected = await reference(values, shape, sigma, breathe);
      const out = await denoiseTwice(create, values, shape, sigma);
      expect(Math.max(...out.map((v, i) => Math.abs(v - expected[i])))).toBeLessThan(1e-6);
    }
  });

  test("gives the same bits on any number of threads, with fused multiply-add or not", async () => {
    const shape: Shape3 = [11, 9, 14];
    const values = noisyBarrel(shape, 0.1);
    const results: Float32Array[] = [];
    for (const options of [{ threads: 1 }, { threads: 3 }, { threads: 2, relaxedSimd: false }]) {
      runtime = await createWasmRuntime(options);
      results.push(await denoiseTwice(create, values, shape, 0.1));
      runtime.dispose();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test("can be stopped, and goes on afterwards", async () => {
    const shape: Shape3 = [8, 8, 8];
    runtime = await createWasmRuntime({ threads: 2 });
    const [from, to] = [0, 1].map(() => runtime.alloc(4 * 512 + 16));
    const values = noisyBarrel(shape, 0.2);
    runtime.f32(from, 512).set(values);
    const denoise = create(runtime, shape);
    const stop = async () => {
      throw new Error("stopped");
    };
    await expect(denoise(from, to, 0.2, stop)).rejects.toThrow("stopped");
    await denoise(from, to, 0.2, breathe);
    const expected = await reference(values, shape, 0.2, breathe);
    const out = runtime.f32(to, 512);
    expect(Math.max(...out.map((v, i) => Math.abs(v - expected[i])))).toBeLessThan(1e-6);
  });
});
