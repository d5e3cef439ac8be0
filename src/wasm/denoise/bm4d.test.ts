import { afterEach, describe, expect, test } from "vitest";
import { bm4d } from "../../core/denoise/bm4d";
import { fillNormal } from "../../core/random/philox";
import type { DenoiserSpec } from "../../core/restore/mwr-kernels";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import { barrel } from "../../testing/degrade";
import { createWasmRuntime, type WasmRuntime } from "../runtime";
import { createBm4d } from "./bm4d";

type Options = Pick<DenoiserSpec, "profile" | "wiener">;

const VARIANTS: readonly Options[] = [
  {},
  { wiener: true },
  { profile: "np" },
  { profile: "np", wiener: true },
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
async function denoiseTwice(values: Float32Array, shape: Shape3, sigma: number, options: Options) {
  const [from, to] = [0, 1].map(() => runtime.alloc(4 * values.length + 16));
  runtime.f32(from, values.length).set(values);
  const denoise = createBm4d(runtime, shape, options);
  await denoise(from, to, 2 * sigma, breathe);
  await denoise(from, to, sigma, breathe);
  expect(Float32Array.from(runtime.f32(from, values.length))).toEqual(values);
  return Float32Array.from(runtime.f32(to, values.length));
}

describe.each(VARIANTS)("BM4D %j", (options) => {
  test.each<[Shape3, number]>([
    [[9, 12, 15], 0.1],
    [[4, 9, 13], 0.25],
    [[11, 7, 5], 0],
  ])("has the bits of the reference at %j, sigma %f", async (shape, sigma) => {
    runtime = await createWasmRuntime({ threads: 2 });
    const values = noisyBarrel(shape, sigma);
    const expected = await bm4d(values, shape, sigma, breathe, options);
    expect(await denoiseTwice(values, shape, sigma, options)).toEqual(expected);
  });
});

test("gives the same bits on any number of threads, with fused multiply-add or not", async () => {
  const shape: Shape3 = [11, 20, 14];
  const values = noisyBarrel(shape, 0.1);
  const results: Float32Array[] = [];
  for (const [threads, relaxedSimd] of [
    [1, false],
    [1, true],
    [3, true],
  ] as const) {
    runtime = await createWasmRuntime({ threads, relaxedSimd });
    results.push(await denoiseTwice(values, shape, 0.1, { profile: "np", wiener: true }));
    runtime.dispose();
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
  expect(results[0]).not.toEqual(values);
});
