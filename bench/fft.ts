import { openNodeGpu } from "../src/compute/node-gpu";
import type { Shape3 } from "../src/core/volume/shape";
import { openGpuDevice } from "../src/gpu/device";
import { fourierVolume } from "../src/testing/cases/fourier-cases";
import { createWasmFft } from "../src/wasm/fourier/wasm-fft";
import { createWasmFourier3 } from "../src/wasm/fourier/wasm-fourier3";
import { createWasmRuntime, type WasmRuntime } from "../src/wasm/runtime";
import { type BenchOptions, type BenchResult, median, round } from "./bench-result";
import { compareSides, FFT_TOLERANCE, fftPeer, largestFftError } from "./fft-checks";
import { fftGpuBench } from "./fft-gpu";
import { THREADS } from "./open-backend";

const SIDES = [64, 128, 256];
/** The one that is reported; the others are in the details. */
const SIDE = 256;
const RUNS = 5;
/**
 * Seconds of a forward and an inverse transform of a real volume of 256³ that stays in the backend's memory, against scipy.fft
 * with as many workers; on a GPU see fft-gpu.ts. First every length is compared with the definition.
 */
export async function fftBench({ backend = "wasm" }: BenchOptions): Promise<BenchResult> {
  if (backend === "webgpu") {
    const api = await openNodeGpu();
    const gpu = api && (await openGpuDevice(api));
    if (gpu && !gpu.isSoftware) return fftGpuBench(gpu);
    gpu?.device.destroy();
  }
  if (backend !== "wasm") throw new Error(`The bench fft runs on wasm or a GPU, not on "${backend}".`);
  const runtime = await createWasmRuntime({ threads: THREADS });
  const error = await largestFftError(async (shape) => createWasmFourier3(runtime, shape));
  const seconds = Object.fromEntries(SIDES.map((side) => [side, timeResident(runtime, side)]));
  const withCopies = await timeWithCopies(runtime, SIDE);
  runtime.dispose();
  const peer = fftPeer("scipy", RUNS, SIDES);
  const peerValue = peer?.seconds[SIDE] ?? null;
  return {
    name: "fft",
    backend: "wasm",
    value: round(seconds[SIDE]),
    unit: "s",
    peer: peer ? `${peer.library} on ${peer.device}` : "scipy.fft (no python that has it was found)",
    peerValue: peerValue && round(peerValue),
    ratio: peerValue && round(peerValue / seconds[SIDE]),
    correct: error.largest < FFT_TOLERANCE,
    details: {
      threads: THREADS,
      largestError: error,
      sides: compareSides(seconds, peer),
      secondsWithCopies: round(withCopies),
    },
  };
}

/** A round trip in the module's own memory, as the chain of a restoration makes it. */
function timeResident(runtime: WasmRuntime, side: number): number {
  const shape: Shape3 = [side, side, side];
  const start = runtime.mark();
  const fft = createWasmFft(runtime, shape);
  const spectrum = fft.allocateSpectrum();
  const real = runtime.alloc(4 * side ** 3 + 64);
  runtime.f32(real, side ** 3).set(fourierVolume(shape, 1));
  const taken: number[] = [];
  for (let run = -1; run < RUNS; run++) {
    const before = performance.now();
    fft.forwardXy(real, spectrum);
    fft.forwardZ(spectrum);
    fft.inverseZ(spectrum);
    fft.inverseXy(spectrum, real);
    if (run >= 0) taken.push((performance.now() - before) / 1000);
  }
  runtime.release(start);
  return median(taken);
}

/** A round trip from and to JavaScript's memory. */
async function timeWithCopies(runtime: WasmRuntime, side: number): Promise<number> {
  const shape: Shape3 = [side, side, side];
  const fourier = createWasmFourier3(runtime, shape);
  const values = fourierVolume(shape, 1);
  const taken: number[] = [];
  for (let run = -1; run < 3; run++) {
    const before = performance.now();
    await fourier.inverse(await fourier.forward(values));
    if (run >= 0) taken.push((performance.now() - before) / 1000);
  }
  fourier.dispose();
  return median(taken);
}
