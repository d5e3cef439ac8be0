import { afterAll, describe, expect, it } from "vitest";
import { openNodeGpu } from "../../compute/node-gpu";
import { dctWedgeWeights } from "../../core/fourier/dct-wedge";
import type { Wedge } from "../../core/fourier/wedge";
import { type MwrResult, restoreMissingWedge } from "../../core/restore/mwr";
import type { MwrKernelSpec, MwrKernels } from "../../core/restore/mwr-kernels";
import { createReferenceMwrKernels } from "../../core/restore/reference-mwr-kernels";
import { runMwr } from "../../core/restore/run-mwr";
import { MWR_CASES } from "../../testing/cases/mwr-cases";
import { testGpu } from "../../testing/node-webgpu";
import { type GpuDevice, openGpuDevice } from "../device";
import { createWebGpuMwrKernels } from "./webgpu-mwr-kernels";

const NOISE_TOLERANCE = 1e-6;
/** After ten iterations of a chain a rounding may have chosen another cube somewhere. */
const CHAIN_TOLERANCE = 1e-4;

const WEDGE: Wedge = { minTiltDeg: -60, maxTiltDeg: 55, tiltAxis: "y" };
const { spec, sigma, seed } = MWR_CASES[2];

function expectSameChain(found: MwrResult, expected: MwrResult): void {
  expect(found.trace.map(({ accepted }) => accepted)).toEqual(expected.trace.map(({ accepted }) => accepted));
  for (const [i, { energy }] of expected.trace.entries())
    expect(found.trace[i].energy / energy).toBeCloseTo(1, 4);
  expect(largestDifference(found.mean, expected.mean)).toBeLessThan(CHAIN_TOLERANCE);
  expect(largestDifference(found.std, expected.std)).toBeLessThan(CHAIN_TOLERANCE);
}

const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);

describe.skipIf(!testGpu)("the chain on the GPU", () => {
  const gpu = testGpu as GpuDevice;
  afterAll(() => gpu?.device.destroy());

  it("adds the reference's noise", async () => {
    const kernels = await createWebGpuMwrKernels(gpu, spec);
    const reference = createReferenceMwrKernels(spec);
    const [zeros, noise] = [kernels.allocate(), kernels.allocate()];
    const [expectedZeros, expected] = [reference.allocate(), reference.allocate()];
    for (const stream of [0, 1, 77]) {
      await kernels.addNoise(zeros, 1, seed, stream, noise);
      await reference.addNoise(expectedZeros, 1, seed, stream, expected);
      expect(largestDifference(await kernels.read(noise), expected)).toBeLessThan(NOISE_TOLERANCE);
    }
    kernels.dispose();
  });

  /** So cold that some proposals are rejected. */
  const settings = { iterations: 10, burnIn: 3, sigma, beta: 1e-6, autoBeta: true, seed };
  const run = async <Handle>(kernels: MwrKernels<Handle>, iterations = settings.iterations) => {
    const given = { ...settings, iterations, burnIn: Math.min(settings.burnIn, iterations - 1) };
    const result = await restoreMissingWedge(kernels, spec.measured, given, spec.breathe);
    const decisions = await kernels.readDecisions();
    kernels.dispose();
    return { ...result, decisions };
  };

  it("gives the reference's mean, deviation and decisions, and the same bits again", async () => {
    const found = await run(await createWebGpuMwrKernels(gpu, spec));
    const expected = await run(createReferenceMwrKernels(spec));
    expectSameChain(found, expected);
    expect(new Set(expected.trace.map(({ accepted }) => accepted)).size).toBe(2);
    expect(found.decisions).toMatchObject({
      run: expected.decisions.run,
      longestRun: expected.decisions.longestRun,
    });
    const again = await run(await createWebGpuMwrKernels(gpu, spec));
    expect(again.mean).toEqual(found.mean);
    expect(again.trace).toEqual(found.trace);
  });

  // Of the same shape, whose kernels are there already.
  it.each<Partial<MwrKernelSpec>>([
    { energy: "cc", transform: "fft", sign: "positive" },
    { energy: "psnr", sign: "negative" },
    { transform: "dct", sampled: dctWedgeWeights(spec.shape, [WEDGE]) },
  ])("leaves to the host what has no kernels, energy $energy, transform $transform", async (given) => {
    const other = { ...spec, ...given };
    const found = await run(await createWebGpuMwrKernels(gpu, other), 3);
    expectSameChain(found, await run(createReferenceMwrKernels(other), 3));
  });

  it("keeps the sample that lasted longest, counts on from a saved state, and copies sections", async () => {
    const kernels = await createWebGpuMwrKernels(gpu, spec);
    const [a, b, mean, m2, mode] = Array.from({ length: 8 }, () => kernels.allocate()).slice(3);
    await kernels.load(spec.measured, a);
    await kernels.begin(a);
    await kernels.copy(a, b);
    await kernels.addNoise(a, 0.3, 1, 1, b);
    let n = 1;
    await kernels.accumulate(a, n++, mean, m2, mode);
    await kernels.accumulate(a, n++, mean, m2, mode);
    await kernels.decide(b, a, -1e9);
    await kernels.decide(b, a, 1e9);
    await kernels.accumulate(a, n++, mean, m2, mode);
    const [first, rejected, accepted] = await kernels.outcomes();
    expect([first.accepted, rejected.accepted, accepted.accepted]).toEqual([true, false, true]);
    expect(rejected.energy).toBe(first.energy);
    expect(accepted.energy).toBeGreaterThan(first.energy);
    expect(await kernels.readDecisions()).toEqual({ energy: accepted.energy, run: 1, longestRun: 2 });
    expect(await kernels.read(mode)).toEqual(spec.measured);
    await kernels.loadDecisions({ energy: accepted.energy, run: 2, longestRun: 2 });
    await kernels.accumulate(a, n++, mean, m2, mode);
    expect(await kernels.read(mode)).toEqual(await kernels.read(b));
    const section = spec.shape[1] * spec.shape[2];
    expect(await kernels.readSection(b, 5)).toEqual((await kernels.read(b)).slice(5 * section, 6 * section));
    expect(await kernels.outcomes()).toEqual([]);
    kernels.dispose();
  });

  it("goes on to the same bits on a new device where one is lost, and says so where it reads", async () => {
    const whole = await run(await createWebGpuMwrKernels(gpu, spec));
    const devices = [gpu];
    const { state } = await runMwr({
      measured: spec.measured,
      settings,
      madeWith: "",
      snapshotEvery: 4,
      steering: null,
      async createKernels() {
        return (await createWebGpuMwrKernels(devices[devices.length - 1], spec)) as MwrKernels;
      },
      listener: {
        every: 6,
        async onReport(_points, { iteration }) {
          if (iteration === 1 || devices.length > 1) return;
          devices.push(await openGpuDevice((await openNodeGpu()) as GPU));
          gpu.device.destroy();
        },
      },
      breathe: spec.breathe,
    });
    expect(devices).toHaveLength(2);
    expect(state.trace).toEqual(whole.trace);
    expect(state.mean).toEqual(whole.mean);

    const [, second] = devices;
    const kernels = await createWebGpuMwrKernels(second, spec);
    const [x, z] = [kernels.allocate(), kernels.allocate()];
    await kernels.load(spec.measured, x);
    second.device.destroy();
    await kernels.addNoise(x, sigma, seed, 1, z);
    await kernels.begin(z);
    await expect(kernels.outcomes()).rejects.toMatchObject({ tag: "backend-failed" });
    await expect(kernels.read(z)).rejects.toMatchObject({ tag: "backend-failed" });
    kernels.dispose();
  });
});
