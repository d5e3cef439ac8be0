import { psnrDb } from "../src/core/metrics/psnr";
import { type Shape3, voxelCount } from "../src/core/volume/shape";
import { createGpuBm4d } from "../src/gpu/bm4d/bm4d";
import { BM4D_TILINGS, type Bm4dTiling, tilingFits } from "../src/gpu/bm4d/bm4d-tilings";
import { BufferSet } from "../src/gpu/buffer-set";
import type { GpuDevice } from "../src/gpu/device";
import { flushNow, submitNow } from "../src/gpu/immediate-queue";
import type { KernelRun } from "../src/gpu/paced-queue";
import { readFloats } from "../src/gpu/read-floats";
import { writeFloats } from "../src/gpu/write-floats";
import { largestDifference } from "../src/testing/golden-network";
import { type BenchResult, median, round } from "./bench-result";
import { BM4D_SIGMAS, type Bm4dSpec, denoiseInWasm, MAX_PSNR_LOSS_DB, noisyPhantom } from "./bm4d-wasm";
import { THREADS } from "./open-backend";

const SIDES = [64, 256];
/** In software one small volume must do. */
const SOFTWARE_SIDES = [20];
/** What a denoising of these sides should take at most, in milliseconds, with profile lc and hard thresholding. */
const LIMITS_MS: Readonly<Record<number, number>> = { 64: 1, 256: 15 };
const SPECS: readonly Required<Bm4dSpec>[] = [
  { profile: "lc", wiener: false },
  { profile: "lc", wiener: true },
  { profile: "np", wiener: false },
  { profile: "np", wiener: true },
];
const KERNELS = ["match", "clear", "weigh", "spread", "aggregate", "finish"];
const RUNS = 3;
/** So many are queued before the GPU is waited for that they take about this long. */
const BATCH_MS = 150;
const MOST_REPEATS = 500;
const SIGMA = 0.1;

/**
 * Milliseconds of BM4D (profile lc, hard thresholding) on a volume of 64³ that stays on the GPU, many being queued before the last is
 * waited for, against WebAssembly on two threads of the same machine. First every profile's result is compared with that of
 * WebAssembly, which has the reference's bits, by its PSNR, and with itself. With LAYERS=1 in the environment also each
 * kernel, in every tiling.
 */
export async function bm4dGpuBench(gpu: GpuDevice): Promise<BenchResult> {
  const sides = gpu.isSoftware ? SOFTWARE_SIDES : SIDES;
  const specs = gpu.isSoftware ? SPECS.slice(0, 1) : SPECS;
  const [side] = sides;
  const checks: Awaited<ReturnType<typeof check>>[] = [];
  for (const spec of specs) for (const sigma of BM4D_SIGMAS) checks.push(await check(gpu, side, sigma, spec));

  const milliseconds: Record<string, Record<string, number>> = {};
  for (const each of sides) {
    milliseconds[each] = {};
    for (const spec of specs) milliseconds[each][nameOf(spec)] = round((await timeSide(gpu, each, spec)).ms);
  }
  const peer = await denoiseInWasm(noisyPhantom(side, SIGMA), SIGMA, {}, 3, 5);
  const value = milliseconds[side][nameOf(SPECS[0])];
  return {
    name: "bm4d",
    backend: "webgpu",
    value,
    unit: "ms",
    peer: `our WebAssembly on ${THREADS} threads`,
    peerValue: round(1000 * peer.seconds),
    ratio: round((1000 * peer.seconds) / value),
    correct: checks.every(({ correct }) => correct),
    details: {
      description: gpu.description,
      side,
      milliseconds,
      limits: LIMITS_MS,
      checks,
      ...(process.env.LAYERS ? { kernels: await timeKernels(gpu, sides, specs) } : {}),
    },
  };
}

const nameOf = ({ profile, wiener }: Required<Bm4dSpec>) => `${profile}${wiener ? ", Wiener" : ""}`;

/** Compares a result with WebAssembly's, and with a second run of its own. */
async function check(gpu: GpuDevice, side: number, sigma: number, spec: Required<Bm4dSpec>) {
  const phantom = noisyPhantom(side, sigma);
  const expected = (await denoiseInWasm(phantom, sigma, spec, 0, 1)).values;
  const [found, again] = await denoiseTwice(gpu, phantom, sigma, spec);
  const psnr = { found: psnrDb(phantom.clean, found), wasm: psnrDb(phantom.clean, expected) };
  const sameBits = found.every((v, i) => Object.is(v, again[i]));
  return {
    spec: nameOf(spec),
    sigma,
    psnr,
    largestDifference: largestDifference(found, expected),
    // Where rounding made another cube the nearer one, or lifted a coefficient over the threshold.
    shareOff: found.filter((v, i) => Math.abs(v - expected[i]) > 2e-5).length / found.length,
    sameBits,
    correct: sameBits && Math.abs(psnr.found - psnr.wasm) < MAX_PSNR_LOSS_DB,
  };
}

async function denoiseTwice(
  gpu: GpuDevice,
  { shape, noisy }: ReturnType<typeof noisyPhantom>,
  sigma: number,
  spec: Bm4dSpec,
) {
  const { device } = gpu;
  const denoiser = await createGpuBm4d(gpu, shape, spec);
  const buffers = new BufferSet(device);
  const [input, output] = await buffers.take([4 * noisy.length, 4 * noisy.length]);
  writeFloats(device, input, noisy);
  const results: Float32Array[] = [];
  for (let run = 0; run < 2; run++) {
    submitNow(device, denoiser.runs(input, output, sigma));
    results.push(await readFloats(device, output, noisy.length));
  }
  buffers.free();
  denoiser.dispose();
  return results;
}

/** Times a denoising, and each of its kernels if wanted, on a volume that is noise in most places. */
async function timeSide(
  gpu: GpuDevice,
  side: number,
  spec: Bm4dSpec,
  { tiling, each = false }: { readonly tiling?: Bm4dTiling; readonly each?: boolean } = {},
) {
  const { device } = gpu;
  const shape: Shape3 = [side, side, side];
  const denoiser = await createGpuBm4d(gpu, shape, spec, tiling);
  const buffers = new BufferSet(device);
  const bytes = 4 * voxelCount(shape);
  try {
    const [input, output] = await buffers.take([bytes, bytes]);
    writeFloats(device, input, noisyPhantom(side, SIGMA).noisy);
    const runs = denoiser.runs(input, output, SIGMA);
    const ms = await timeRuns(device, runs);
    const kernels: Record<string, number> = {};
    if (each)
      for (const [i, run] of runs.entries()) {
        const stage = i < KERNELS.length ? "" : "Wiener ";
        kernels[`${stage}${KERNELS[i % KERNELS.length]}`] = round(await timeRuns(device, [run]));
      }
    return { ms, kernels };
  } finally {
    buffers.free();
    denoiser.dispose();
  }
}

async function timeKernels(gpu: GpuDevice, sides: readonly number[], specs: readonly Required<Bm4dSpec>[]) {
  const times: Record<string, unknown> = {};
  for (const side of sides)
    for (const spec of [specs[0], specs[specs.length - 1]])
      for (const tiling of BM4D_TILINGS) {
        const name = `${side}, ${nameOf(spec)}, ${tiling.references.join("×")} references, ${tiling.groupTeams} groups`;
        const radius = spec.profile === "np" ? 5 : 3;
        const group = spec.profile === "np" && spec.wiener ? 32 : 16;
        if (!tilingFits(gpu.device, tiling, { radius, group })) times[name] = "does not fit";
        else times[name] = (await timeSide(gpu, side, spec, { tiling, each: true })).kernels;
      }
  return times;
}

/** Returns the milliseconds of all runs together, repeated without waiting: the median of some such times, after a warm-up. */
async function timeRuns(device: GPUDevice, runs: readonly KernelRun[]): Promise<number> {
  const time = async (repeats: number) => {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) submitNow(device, runs);
    flushNow(device);
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - start) / repeats;
  };
  await time(2); // the first use of a pipeline is slow
  const repeats = Math.min(MOST_REPEATS, Math.max(1, Math.ceil(BATCH_MS / (await time(2)))));
  const taken: number[] = [];
  for (let run = 0; run < RUNS; run++) taken.push(await time(repeats));
  return median(taken);
}
