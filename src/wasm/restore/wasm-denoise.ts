import { BM4D, kaiserCube, matchThreshold, referencePositions } from "../../core/denoise/bm4d-plan";
import { blurSigmaVoxels, gaussianKernel } from "../../core/denoise/gaussian";
import type { DenoiserId } from "../../core/restore/mwr-kernels";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import type { WasmRuntime } from "../runtime";

/** Denoises the volume at `from` into `to`, for noise of `sigma`. `breathe` may throw to cancel; `to` is then unfinished. */
export type WasmDenoiser = (
  from: number,
  to: number,
  sigma: number,
  breathe: () => Promise<void>,
) => Promise<void>;

const BLOCK = 16_384;
/** The group of a row's thread: 16 cubes, their starts and distances. */
const GROUP_BYTES = 4352;

/** Returns the twin of a denoiser of core for volumes of `shape`, with its arrays allocated from `runtime`. */
export function createWasmDenoiser(runtime: WasmRuntime, id: DenoiserId, shape: Shape3): WasmDenoiser {
  return id === "bm4d" ? createBm4d(runtime, shape) : createGaussian(runtime, shape);
}

function createBm4d(runtime: WasmRuntime, shape: Shape3): WasmDenoiser {
  const voxels = voxelCount(shape);
  const positions = shape.map(referencePositions);
  const [positionsZ, positionsY, positionsX] = positions.map((values) => {
    const pointer = runtime.alloc(4 * values.length);
    runtime.i32(pointer, values.length).set(values);
    return pointer;
  });
  const [countZ, countY, countX] = positions.map((values) => values.length);
  const classes = BM4D.classesPerAxis;
  const ofClass = (count: number, index: number) => Math.max(0, Math.ceil((count - index) / classes));
  const weights = kaiserCube();
  const kaiser = runtime.alloc(4 * weights.length);
  runtime.f32(kaiser, weights.length).set(weights);
  const sums = runtime.alloc(4 * voxels + 16);
  const totals = runtime.alloc(4 * voxels + 16);
  const scratch = runtime.alloc(GROUP_BYTES * ofClass(countZ, 0) * ofClass(countY, 0));
  const job = runtime.alloc(64);

  return async (from, to, sigma, breathe) => {
    // The fields of Bm4dJob in src/wasm/assembly/bm4d.ts.
    runtime
      .i32(job, 14)
      .set([
        from,
        sums,
        totals,
        ...shape,
        positionsZ,
        positionsY,
        positionsX,
        countY,
        countX,
        kaiser,
        scratch,
        GROUP_BYTES,
      ]);
    runtime.f32(job + 56, 2).set([BM4D.cubeSide ** 3 * matchThreshold(sigma), BM4D.hardThreshold * sigma]);
    runtime.f32(sums, voxels).fill(0);
    runtime.f32(totals, voxels).fill(0);
    for (let classZ = 0; classZ < classes; classZ++)
      for (let classY = 0; classY < classes; classY++) {
        runtime.parallel("bm4dRow", ofClass(countZ, classZ) * ofClass(countY, classY), job, classZ, classY);
        await breathe();
      }
    runtime.parallel("divide", Math.ceil(voxels / BLOCK), sums, totals, to, voxels, BLOCK);
  };
}

function createGaussian(runtime: WasmRuntime, shape: Shape3): WasmDenoiser {
  const [nz, ny, nx] = shape;
  const between = runtime.alloc(4 * voxelCount(shape) + 16);

  return async (from, to, sigma, breathe) => {
    const values = gaussianKernel(blurSigmaVoxels(sigma));
    const radius = values.length - 1;
    const mark = runtime.mark();
    try {
      const kernel = runtime.alloc(4 * values.length);
      runtime.f32(kernel, values.length).set(values);
      const paddedBytes = 4 * (nx + 2 * radius) + 16;
      const padded = runtime.alloc(paddedBytes * nz);
      runtime.parallel("blurX", nz, from, to, ny, nx, kernel, radius, padded, paddedBytes);
      await breathe();
      runtime.parallel("blurYOrZ", nz, to, between, nz, ny, nx, kernel, radius, 0);
      await breathe();
      runtime.parallel("blurYOrZ", nz, between, to, nz, ny, nx, kernel, radius, 1);
    } finally {
      runtime.release(mark);
    }
  };
}
