import { ComputeError } from "../errors";
import type { Shape3 } from "../volume/shape";

/** An image of ny × nx pixels, x fastest: a section of a volume. */
export interface Section {
  readonly pixels: Float32Array;
  readonly ny: number;
  readonly nx: number;
}

/**
 * Returns the volume whose every z-section is what `denoise` makes of it. Throws ComputeError "bad-input" where a section has
 * fewer than `leastSide` pixels along a side.
 */
export async function denoiseSections(
  values: Float32Array,
  [nz, ny, nx]: Shape3,
  leastSide: number,
  denoise: (section: Section) => Promise<Float32Array>,
): Promise<Float32Array<ArrayBuffer>> {
  if (Math.min(ny, nx) < leastSide)
    throw new ComputeError(
      "bad-input",
      `This denoiser needs at least ${leastSide} voxels along y and x, not ${ny} × ${nx}.`,
    );
  const out = new Float32Array(values.length);
  const size = ny * nx;
  for (let start = 0; start < nz * size; start += size)
    out.set(await denoise({ pixels: values.subarray(start, start + size), ny, nx }), start);
  return out;
}
