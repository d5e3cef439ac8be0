import { afterEach, describe, expect, test } from "vitest";
import { energyPerSquare, varianceOf } from "../../core/restore/energies";
import { restoreMissingWedge } from "../../core/restore/mwr";
import { createReferenceMwrKernels } from "../../core/restore/reference-mwr-kernels";
import { MWR_CASES } from "../../testing/cases/mwr-cases";
import { createWasmRuntime, type WasmRuntime } from "../runtime";
import { createWasmMwrKernels } from "./wasm-mwr-kernels";

// The twins round alike; only a sine or logarithm that ends between two f32 may differ, in the last bit.
const STEP_TOLERANCE = 2e-7;
// After ten iterations of a chain that groups by comparison, such a bit may choose another cube.
const CHAIN_TOLERANCE = 1e-4;

const ITERATIONS = 10;

let runtime: WasmRuntime;
afterEach(() => runtime.dispose());

const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);

describe.each(MWR_CASES)("$name", ({ spec, sigma, seed }) => {
  test("each step equals the reference", async () => {
    runtime = await createWasmRuntime({ threads: 2 });
    const wasm = createWasmMwrKernels(runtime, spec);
    const reference = createReferenceMwrKernels(spec);
    const [a, b] = [wasm.allocate(), reference.allocate()];
    const [outA, outB] = [wasm.allocate(), reference.allocate()];
    await wasm.load(spec.measured, a);
    await reference.load(spec.measured, b);
    const expectSame = async (step: string) =>
      expect(largestDifference(await wasm.read(outA), outB), step).toBeLessThan(STEP_TOLERANCE);

    await wasm.addNoise(a, sigma, seed, 3, outA);
    await reference.addNoise(b, sigma, seed, 3, outB);
    await expectSame("noise");
    await wasm.load(outB, outA); // from here on with the very same input
    await wasm.project(outA);
    await reference.project(outB);
    await expectSame("projection");
    await wasm.load(outB, a);
    await reference.load(outB, b);
    await wasm.denoise(a, sigma, outA);
    await reference.denoise(b, sigma, outB);
    await expectSame("denoising");
    await wasm.begin(outA);
    await reference.begin(outB);
    const [[{ energy }], [expectedOutcome]] = [await wasm.outcomes(), await reference.outcomes()];
    const isTwin = spec.energy === "l2" && spec.transform !== "dct";
    expect(energy / expectedOutcome.energy).toBeCloseTo(1, isTwin ? 9 : 5);
    const moments = [wasm.allocate(), wasm.allocate(), wasm.allocate()];
    const expected = [reference.allocate(), reference.allocate(), reference.allocate()];
    for (const pointer of moments) await wasm.load(expected[0], pointer);
    for (let n = 1; n <= 3; n++) {
      await wasm.accumulate(n === 2 ? a : outA, n, moments[0], moments[1], moments[2]);
      await reference.accumulate(n === 2 ? b : outB, n, expected[0], expected[1], expected[2]);
    }
    for (let i = 0; i < 3; i++)
      expect(largestDifference(await wasm.read(moments[i]), expected[i])).toBeLessThan(STEP_TOLERANCE);
    await wasm.copy(a, outA);
    expect(await wasm.read(outA)).toEqual(b);
    wasm.dispose();
  });

  test("a chain of ten gives the same mean, trace and deviation", async () => {
    runtime = await createWasmRuntime({ threads: 2 });
    const unit = energyPerSquare(spec.energy, sigma, varianceOf(spec.measured));
    const chain = { iterations: ITERATIONS, burnIn: 3, sigma, beta: 4e-5, autoBeta: true, seed };
    const settings = { ...chain, energyPerSquare: unit };
    const run = (kernels: Parameters<typeof restoreMissingWedge>[0]) =>
      restoreMissingWedge(kernels, spec.measured, settings, spec.breathe);
    const wasm = await run(createWasmMwrKernels(runtime, spec));
    const reference = await run(createReferenceMwrKernels(spec));
    expect(wasm.trace.map((point) => point.accepted)).toEqual(reference.trace.map((point) => point.accepted));
    expect(largestDifference(wasm.mean, reference.mean)).toBeLessThan(CHAIN_TOLERANCE);
    expect(largestDifference(wasm.std, reference.std)).toBeLessThan(CHAIN_TOLERANCE);
    expect(largestDifference(wasm.mode, reference.mode)).toBeLessThan(CHAIN_TOLERANCE);
    expect(reference.mean.every(Number.isFinite)).toBe(true);
  });
});

test("the same seed gives the same bits on any number of threads, another seed does not", async () => {
  const { spec, sigma } = MWR_CASES[0];
  const means: Float32Array[] = [];
  for (const [threads, seed] of [
    [1, 5],
    [3, 5],
    [3, 6],
  ]) {
    runtime = await createWasmRuntime({ threads });
    const kernels = createWasmMwrKernels(runtime, spec);
    const settings = { iterations: 4, burnIn: 1, sigma, beta: 4e-5, autoBeta: false, seed };
    means.push((await restoreMissingWedge(kernels, spec.measured, settings, spec.breathe)).mean);
    runtime.dispose();
  }
  expect(means[1]).toEqual(means[0]);
  expect(means[2]).not.toEqual(means[0]);
});

test("a box below 8 voxels is refused", async () => {
  runtime = await createWasmRuntime({ threads: 1 });
  const { spec } = MWR_CASES[0];
  expect(() => createWasmMwrKernels(runtime, { ...spec, shape: [7, 20, 28] })).toThrow("not 7 × 20 × 28");
});
