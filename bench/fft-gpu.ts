import type { Shape3 } from "../src/core/volume/shape";
import { BufferSet } from "../src/gpu/buffer-set";
import type { GpuDevice } from "../src/gpu/device";
import { createGpuFourier3 } from "../src/gpu/fourier/gpu-fourier3";
import type { LineTiling } from "../src/gpu/fourier/line-plan";
import { createWebGpuFourier3 } from "../src/gpu/fourier/webgpu-fourier3";
import { flushNow, submitNow } from "../src/gpu/immediate-queue";
import type { KernelRun } from "../src/gpu/paced-queue";
import { writeFloats } from "../src/gpu/write-floats";
import { fourierVolume } from "../src/testing/cases/fourier-cases";
import { type BenchResult, median, round } from "./bench-result";
import { compareSides, FFT_SHAPES, FFT_TOLERANCE, fftPeer, largestFftError } from "./fft-checks";

const SIDES = [64, 128, 256, 512];
/** The one that is reported; the others are in the details. */
const SIDE = 256;
const RUNS = 3;
/** Transforms of so many voxels are queued before the GPU is waited for. */
const VOXELS_PER_RUN = 1.5e9;
const MOST_REPEATS = 300;
/** Shapes whose kernels are compiled at the same time. */
const COMPILED_TOGETHER = 16;

/** Other ways to cut the work, timed with LAYERS=1. */
const TILINGS: Readonly<Record<string, LineTiling>> = {
  "8 lines": { lines: 8, largestRadix: 16, threads: 512 },
  "32 lines": { lines: 32, largestRadix: 16, threads: 1024 },
  "radix 8": { lines: 16, largestRadix: 8, threads: 512 },
  "radix 8, 1024 threads": { lines: 16, largestRadix: 8, threads: 1024 },
  "radix 8, 8 lines": { lines: 8, largestRadix: 8, threads: 512 },
  "radix 4": { lines: 16, largestRadix: 4, threads: 1024 },
};
const TUNED_SIDES = [256, 512];

/**
 * Seconds of a forward and an inverse transform of a real volume of 256³ that stays on the GPU, against PyTorch's (cuFFT) on the
 * same GPU; many are queued before the last is waited for. With LAYERS=1 in the environment also each pass, with the tiling in
 * use and with others.
 */
export async function fftGpuBench(gpu: GpuDevice): Promise<BenchResult> {
  const compileStart = performance.now();
  for (let first = 0; first < FFT_SHAPES.length; first += COMPILED_TOGETHER)
    await Promise.all(
      FFT_SHAPES.slice(first, first + COMPILED_TOGETHER).map(async (shape) =>
        (await createGpuFourier3(gpu.device, shape)).dispose(),
      ),
    );
  const compileSeconds = (performance.now() - compileStart) / 1000;
  const error = await largestFftError((shape) => createWebGpuFourier3(gpu, shape));

  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
  const mostBytes = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const sides = SIDES.filter((side) => 4 * side * side * (side + 2) <= mostBytes);
  const seconds: Record<string, number> = {};
  const passes: Record<string, unknown> = {};
  for (const side of sides) {
    const measured = await timeSide(gpu, side);
    seconds[side] = measured.seconds;
    passes[side] = measured.passes;
  }
  if (process.env.LAYERS)
    for (const side of TUNED_SIDES.filter((tuned) => sides.includes(tuned)))
      for (const [name, tiling] of Object.entries(TILINGS))
        passes[`${side}, ${name}`] = await timeSide(gpu, side, tiling);
  const peer = fftPeer("torch", RUNS, sides);
  const peerValue = peer?.seconds[SIDE] ?? null;
  return {
    name: "fft",
    backend: "webgpu",
    value: round(seconds[SIDE]),
    unit: "s",
    peer: peer ? `${peer.library} on ${peer.device}` : "PyTorch (no python that has it and a GPU was found)",
    peerValue: peerValue && round(peerValue),
    ratio: peerValue && round(peerValue / seconds[SIDE]),
    correct: error.largest < FFT_TOLERANCE,
    details: {
      description: gpu.description,
      largestError: error,
      sides: compareSides(seconds, peer),
      ...(process.env.LAYERS ? { passes } : {}),
      kernelsCompiledInSeconds: round(compileSeconds),
    },
  };
}

async function timeSide({ device }: GpuDevice, side: number, tiling?: LineTiling) {
  const shape: Shape3 = [side, side, side];
  const fourier = await createGpuFourier3(device, shape, tiling);
  const buffers = new BufferSet(device);
  const [real, spectrum] = await buffers.take([4 * side ** 3, fourier.spectrumBytes]);
  if (side <= 256) writeFloats(device, real, fourierVolume(shape, 1));
  const runs = [
    ...fourier.forwardXy(real, spectrum),
    ...fourier.forwardZ(spectrum),
    ...fourier.inverseZ(spectrum),
    ...fourier.inverseXy(spectrum, real),
  ];
  const repeats = Math.min(MOST_REPEATS, Math.ceil(VOXELS_PER_RUN / side ** 3));
  const seconds = await timeRuns(device, runs, repeats);
  const names = ["x", "y", "z", "inverse z", "inverse y", "inverse x"];
  const passes: Record<string, unknown> = {};
  if (process.env.LAYERS)
    for (const [i, run] of runs.entries()) {
      const ofPass = await timeRuns(device, [run], repeats);
      // Each complex number is read and written, or half of a number in a real row.
      const bytes = fourier.spectrumBytes + (i % 5 === 0 ? 4 * side ** 3 : fourier.spectrumBytes);
      passes[names[i]] = { ms: round(1000 * ofPass), gigabytesPerSecond: round(bytes / 1e9 / ofPass) };
    }
  buffers.free();
  fourier.dispose();
  return { seconds, passes };
}

/** Returns the seconds of all runs together, repeated without waiting: the median of some such times, after one to warm up. */
async function timeRuns(device: GPUDevice, runs: readonly KernelRun[], repeats: number): Promise<number> {
  const taken: number[] = [];
  for (let run = -1; run < RUNS; run++) {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) submitNow(device, runs);
    flushNow(device);
    await device.queue.onSubmittedWorkDone();
    if (run >= 0) taken.push((performance.now() - start) / 1000 / repeats);
  }
  return median(taken);
}
