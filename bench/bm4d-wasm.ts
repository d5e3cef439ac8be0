import { fillNormal } from "../src/core/random/philox";
import type { DenoiserSpec } from "../src/core/restore/mwr-kernels";
import { type Shape3, voxelCount } from "../src/core/volume/shape";
import { barrel } from "../src/testing/degrade";
import { createBm4d } from "../src/wasm/denoise/bm4d";
import { createWasmRuntime } from "../src/wasm/runtime";
import { median } from "./bench-result";
import { THREADS } from "./open-backend";

export type Bm4dSpec = Pick<DenoiserSpec, "profile" | "wiener">;

/** Noise levels of the check, and how far a backend's PSNR may be from the reference's. */
export const BM4D_SIGMAS = [0.1, 0.25];
export const MAX_PSNR_LOSS_DB = 0.1;

const breathe = async () => {};

/** Returns a phantom between 0 and 1, and the same with white noise. */
export function noisyPhantom(side: number, sigma: number) {
  const shape: Shape3 = [side, side, side];
  const clean = barrel(shape);
  const noise = new Float32Array(voxelCount(shape));
  fillNormal(noise, 5, 0);
  return { shape, clean, noisy: noise.map((v, i) => clean[i] + sigma * v) };
}

/** Denoises in WebAssembly on two threads; returns the result and the seconds of a run after `warmUps`, the median of `runs`. */
export async function denoiseInWasm(
  { shape, noisy }: ReturnType<typeof noisyPhantom>,
  sigma: number,
  spec: Bm4dSpec,
  warmUps: number,
  runs: number,
) {
  const runtime = await createWasmRuntime({ threads: THREADS });
  try {
    const [from, to] = [0, 1].map(() => runtime.alloc(4 * noisy.length + 64));
    const denoise = createBm4d(runtime, shape, spec);
    runtime.f32(from, noisy.length).set(noisy);
    const taken: number[] = [];
    for (let run = -warmUps; run < runs; run++) {
      const start = performance.now();
      await denoise(from, to, sigma, breathe);
      if (run >= 0) taken.push((performance.now() - start) / 1000);
    }
    return { values: Float32Array.from(runtime.f32(to, noisy.length)), seconds: median(taken) };
  } finally {
    runtime.dispose();
  }
}
