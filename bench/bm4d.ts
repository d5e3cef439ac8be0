import { openNodeGpu } from "../src/compute/node-gpu";
import { bm4d } from "../src/core/denoise/bm4d";
import { psnrDb } from "../src/core/metrics/psnr";
import { openGpuDevice } from "../src/gpu/device";
import { largestDifference } from "../src/testing/golden-network";
import { type BenchOptions, type BenchResult, median, round } from "./bench-result";
import { bm4dGpuBench } from "./bm4d-gpu";
import { BM4D_SIGMAS, denoiseInWasm, MAX_PSNR_LOSS_DB, noisyPhantom } from "./bm4d-wasm";
import { THREADS } from "./open-backend";

const SIDE = 64;
const WARM_UPS = 3;
const RUNS = 7;

/**
 * Seconds of BM4D (profile lc, hard thresholding) on a volume of 64³ in WebAssembly, against the TypeScript reference, which is
 * timed once for each noise level; results must agree first. On a GPU see bm4d-gpu.ts.
 */
export async function bm4dBench({ backend = "wasm" }: BenchOptions): Promise<BenchResult> {
  if (backend === "webgpu") {
    const api = await openNodeGpu();
    if (!api) throw new Error("WebGPU found no graphics adapter on this machine.");
    return bm4dGpuBench(await openGpuDevice(api));
  }
  if (backend !== "wasm") throw new Error(`The bench bm4d runs on wasm or webgpu, not on "${backend}".`);
  const quality: Record<string, unknown>[] = [];
  const seconds: number[] = [];
  const referenceSeconds: number[] = [];
  let correct = true;
  for (const sigma of BM4D_SIGMAS) {
    const phantom = noisyPhantom(SIDE, sigma);
    const { values, seconds: taken } = await denoiseInWasm(phantom, sigma, {}, WARM_UPS, RUNS);
    const start = performance.now();
    const expected = await bm4d(phantom.noisy, phantom.shape, sigma, async () => {});
    referenceSeconds.push((performance.now() - start) / 1000);
    seconds.push(taken);
    const psnr = { found: psnrDb(phantom.clean, values), reference: psnrDb(phantom.clean, expected) };
    correct &&= Math.abs(psnr.found - psnr.reference) < MAX_PSNR_LOSS_DB;
    quality.push({
      sigma,
      psnr,
      largestDifference: largestDifference(values, expected),
      seconds: round(taken),
    });
  }
  return {
    name: "bm4d",
    backend: "wasm",
    value: round(seconds[0]),
    unit: "s",
    peer: "the TypeScript reference",
    peerValue: round(median(referenceSeconds)),
    ratio: round(median(referenceSeconds) / seconds[0]),
    correct,
    details: { side: SIDE, threads: THREADS, quality },
  };
}
