// The twin of src/core/tomography/row-filter.ts: eight rows at a time, a pair of them in each lane.
import { FftPlan, fftLines, fftLinesFrom, lineBytes } from "./fft-lines";
import { storeTransposed } from "./lanes";

/** Four values from `x` on of a row that is `width` long; zeros beyond it, and where there is no such row. */
// @ts-ignore: decorator
@inline
function loadPadded(present: bool, row: usize, x: i32, width: i32): v128 {
  if (!present || x >= width) return f32x4.splat(0);
  const at = row + (<usize>x << 2);
  if (x + 4 <= width) return v128.load(at);
  let values = f32x4.splat(0);
  values = f32x4.replace_lane(values, 0, load<f32>(at));
  if (x + 1 < width) values = f32x4.replace_lane(values, 1, load<f32>(at, 4));
  if (x + 2 < width) values = f32x4.replace_lane(values, 2, load<f32>(at, 8));
  return values;
}

/**
 * Filters rows of images, in place: item i takes batches of 8 rows from i · batchesPerItem on; an image has
 * `batchesPerImage`, the last of which may be short. `factors` holds plan.length for each image, already divided by it. An
 * item works in `scratchBytes` of its own at `scratch`: two line buffers and room for four vectors.
 */
export function filterRows(
  item: i32,
  plan: FftPlan,
  images: usize,
  imageCount: i32,
  rowsPerImage: i32,
  width: i32,
  factors: usize,
  batchesPerImage: i32,
  batchesPerItem: i32,
  scratch: usize,
  scratchBytes: usize,
): void {
  const length = plan.length;
  const lines = scratch + scratchBytes * item;
  const room = lines + (lineBytes(plan) << 1);
  const rowBytes = <usize>width << 2;
  const end = min((item + 1) * batchesPerItem, imageCount * batchesPerImage);
  for (let batch = item * batchesPerItem; batch < end; batch++) {
    const image = batch / batchesPerImage;
    const first = (batch % batchesPerImage) << 3;
    const rows = min(8, rowsPerImage - first);
    const start = images + rowBytes * (<usize>image * rowsPerImage + first);
    for (let part = 0; part < 2; part++) {
      const row = start + rowBytes * part;
      for (let x = 0; x < length; x += 4)
        storeTransposed(
          lines + (<usize>x << 5) + (part << 4),
          32,
          loadPadded(part < rows, row, x, width),
          loadPadded(part + 2 < rows, row + rowBytes * 2, x, width),
          loadPadded(part + 4 < rows, row + rowBytes * 4, x, width),
          loadPadded(part + 6 < rows, row + rowBytes * 6, x, width),
        );
    }
    const spectrum = fftLines(plan, lines);
    let factor = factors + ((<usize>image * length) << 2);
    for (let k = 0; k < length; k++, factor += 4) {
      const at = spectrum + (<usize>k << 5);
      const weight = v128.load32_splat(factor);
      const re = v128.load(at);
      // Real and imaginary part change places: the way back is the way there.
      v128.store(at, f32x4.mul(v128.load(at, 16), weight));
      v128.store(at, f32x4.mul(re, weight), 16);
    }
    const result = fftLinesFrom(plan, lines, spectrum);
    for (let part = 0; part < 2; part++) {
      for (let x = 0; x < width; x += 4) {
        const at = result + (<usize>x << 5) + (part == 0 ? 16 : 0);
        storeTransposed(room, 16, v128.load(at), v128.load(at, 32), v128.load(at, 64), v128.load(at, 96));
        const bytes = <usize>min(4, width - x) << 2;
        for (let lane = 0; part + 2 * lane < rows; lane++) {
          const to = start + rowBytes * (part + 2 * lane) + (<usize>x << 2);
          if (bytes == 16) v128.store(to, v128.load(room + (lane << 4)));
          else memory.copy(to, room + (lane << 4), bytes);
        }
      }
    }
  }
}
