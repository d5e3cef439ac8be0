import { filterLength } from "../../core/tomography/row-filter";
import type { TomographySpec } from "../../core/tomography/tomography-kernels";
import { writePlan } from "../fourier/write-plan";
import type { WasmRuntime } from "../runtime";

/** Images pass through memory of about this size. */
const STAGING_BYTES = 8e6;
/** A job has at most this many items, each with lines of its own to work in. */
const MOST_ITEMS = 16;
const ROWS_PER_BATCH = 8;
/** Vectors may read this far beyond the last value. */
const PADDING_BYTES = 64;

/**
 * Filters the rows of images in place, with the bits of the reference (core/tomography/row-filter.ts) on any number of
 * threads. Memory comes from `runtime`'s stack while it runs.
 */
export async function filterImagesInWasm(
  runtime: WasmRuntime,
  { shape: [, ny], imageWidth, tiltsDeg }: TomographySpec,
  images: Float32Array,
  factors: readonly Float32Array[],
  breathe: (fraction: number) => Promise<void>,
): Promise<void> {
  const length = filterLength(imageWidth);
  const imageFloats = ny * imageWidth;
  const step = Math.max(1, Math.floor(STAGING_BYTES / 4 / imageFloats));
  const start = runtime.mark();
  try {
    const plan = writePlan(runtime, length);
    const weights = runtime.alloc(4 * length * step);
    const staging = runtime.alloc(4 * imageFloats * step + PADDING_BYTES);
    const scratchBytes = 64 * length + PADDING_BYTES;
    const scratch = runtime.alloc(scratchBytes * MOST_ITEMS);
    for (let first = 0; first < tiltsDeg.length; first += step) {
      const count = Math.min(step, tiltsDeg.length - first);
      const part = images.subarray(first * imageFloats, (first + count) * imageFloats);
      const room = runtime.f32(staging, part.length);
      room.set(part);
      for (let i = 0; i < count; i++)
        runtime
          .f32(weights + 4 * length * i, length)
          .set(factors[first + i].map((factor) => factor / length));
      const batchesPerImage = Math.ceil(ny / ROWS_PER_BATCH);
      const batchesPerItem = Math.ceil((count * batchesPerImage) / MOST_ITEMS);
      const items = Math.ceil((count * batchesPerImage) / batchesPerItem);
      const size = [count, ny, imageWidth, weights, batchesPerImage, batchesPerItem];
      runtime.parallel("filterRows", items, plan, staging, ...size, scratch, scratchBytes);
      part.set(room);
      await breathe((first + count) / tiltsDeg.length);
    }
  } finally {
    runtime.release(start);
  }
}
