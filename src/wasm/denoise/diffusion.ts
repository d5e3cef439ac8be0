import { contrastOfSigma, DIFFUSION, diffusionSteps } from "../../core/denoise/diffusion";
import { TENSOR_PARTS } from "../../core/denoise/diffusion-tensor";
import type { Shape3 } from "../../core/volume/shape";
import type { WasmDenoiser } from "../restore/wasm-denoise";
import type { WasmRuntime } from "../runtime";

const LANES = 4;
const ROWS_OF_SCRATCH = 4;

/**
 * Returns the twin of core's `diffuse` for volumes of `shape`: the same roundings, on any number of threads. It keeps 14
 * volumes of `runtime`'s memory; `breathe` is called after each pass over a volume.
 */
export function createDiffusion(runtime: WasmRuntime, shape: Shape3): WasmDenoiser {
  const [nz, ny, nx] = shape;
  const parts = TENSOR_PARTS.length;
  const strideBytes = 4 * LANES * (1 + Math.ceil((nx + 1) / LANES));
  const volumeBytes = strideBytes * ny * nz;
  /** Returns the pointer of volumes one after the other, with a vector more behind them. */
  const allocate = (volumes: number) => {
    const pointer = runtime.alloc(volumes * volumeBytes + 16);
    runtime.u8(pointer, volumes * volumeBytes + 16).fill(0);
    return pointer;
  };
  const volumes = [allocate(1), allocate(1)];
  const [products, tensors] = [allocate(parts), allocate(parts)];
  const scratch = runtime.alloc(ROWS_OF_SCRATCH * parts * nz * strideBytes + 16);
  const job = runtime.alloc(36);
  // The fields of DiffusionJob in src/wasm/assembly/diffusion.ts.
  runtime.i32(job, 7).set([nz, ny, nx, strideBytes, products, tensors, scratch]);

  const renewTensors = async (source: number, between: number, breathe: () => Promise<void>) => {
    runtime.parallel("diffusionSmooth", nz, job, source, between);
    await breathe();
    runtime.parallel("diffusionProducts", nz, job, between);
    await breathe();
    runtime.parallel("diffusionSmooth", parts * nz, job, products, tensors);
    await breathe();
    runtime.parallel("diffusionTensors", nz, job);
    await breathe();
  };

  return async (from, to, sigma, breathe) => {
    if (!(sigma > 0)) {
      const bytes = 4 * ny * nx;
      runtime.parallel("copyRow", nz, from, bytes, to, bytes, bytes);
      return;
    }
    runtime.f32(job + 28, 2).set([1 / contrastOfSigma(sigma), DIFFUSION.timeStep]);
    for (const volume of volumes) runtime.u8(volume, volumeBytes).fill(0);
    let [current, next] = volumes;
    runtime.parallel("diffusionStart", nz, job, from, current);
    for (let step = 0; step < diffusionSteps(sigma); step++) {
      if (step % DIFFUSION.stepsPerTensor === 0) await renewTensors(current, next, breathe);
      runtime.parallel("diffusionCrossFlux", nz, job, current);
      await breathe();
      runtime.parallel("diffusionFlow", nz, job, current, next);
      await breathe();
      [current, next] = [next, current];
    }
    runtime.parallel("diffusionEnd", nz, job, current, to);
  };
}
