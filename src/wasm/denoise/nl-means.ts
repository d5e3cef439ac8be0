import { halfWindow, nlMeansWeights } from "../../core/denoise/nl-means";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import type { WasmDenoiser } from "../restore/wasm-denoise";
import type { WasmRuntime } from "../runtime";

/** Beyond the ends of a volume vectors may read or add nothing as far as this. */
const GUARD_BYTES = 64;
/** Sections of an item: thin ones measure again what their neighbours did, thick ones leave threads without work. */
const LEAST_SECTIONS = 8;
const MOST_SECTIONS = 32;

/**
 * Returns the twin of core's `nlMeans` for volumes of `shape`, which differs from it by the rounding of the exponential alone,
 * on any number of threads. It keeps about three volumes of `runtime`'s memory; `breathe` is called after each of the 171 shifts.
 */
export function createNlMeans(runtime: WasmRuntime, shape: Shape3): WasmDenoiser {
  const [nz, ny, nx] = shape;
  const stride = 4 * Math.ceil((nx + 6) / 4);
  /** Returns the pointer of rows of zeros. */
  const allocate = (rows: number) => {
    const bytes = 4 * stride * rows + 2 * GUARD_BYTES;
    const pointer = runtime.alloc(bytes);
    runtime.u8(pointer, bytes).fill(0);
    return pointer + GUARD_BYTES;
  };
  const bordered = allocate((nz + 2) * (ny + 2));
  const [sums, totals] = [allocate(nz * ny), allocate(nz * ny)];
  const thickness = Math.max(LEAST_SECTIONS, Math.min(MOST_SECTIONS, Math.ceil(nz / runtime.threads)));
  const items = Math.ceil(nz / thickness);
  const scratchRows = 3 * ny + 3;
  const scratch = allocate(items * scratchRows);
  const job = runtime.alloc(48);

  return async (from, to, sigma, breathe) => {
    if (!(sigma > 0)) {
      const bytes = 4 * voxelCount([1, ny, nx]);
      runtime.parallel("copyRow", nz, from, bytes, to, bytes, bytes);
      return;
    }
    const { noise, perSquaredWidth } = nlMeansWeights(sigma);
    // The fields of NlMeansJob in src/wasm/assembly/nl-means.ts.
    const scratchBytes = 4 * stride * scratchRows;
    const fields = [nz, ny, nx, stride, bordered, sums, totals, scratch, scratchBytes, thickness];
    runtime.i32(job, fields.length).set(fields);
    runtime.f32(job + 4 * fields.length, 2).set([noise, perSquaredWidth]);
    runtime.parallel("nlMeansBorder", nz + 2, job, from);
    for (const { z, y, x } of halfWindow()) {
      runtime.parallel("nlMeansShift", items, job, z, y, x);
      await breathe();
    }
    runtime.parallel("nlMeansDivide", nz, job, to);
  };
}
