import { ComputeError } from "../errors";
import { type Box, type Shape3, voxelCount } from "../volume/shape";

/** What each voxel takes: eight volumes, two spectra and weights of the backend, the input, and all that a chain comes to. */
export const BYTES_PER_VOXEL = 66;
const LEAST_SIDE = 8;
/** 512³: WebAssembly addresses 4 GiB, of which a voxel takes about 40 bytes. */
const MOST_VOXELS = 2 ** 27;

/** Throws "bad-input" for a box that is too small to restore, "out-of-memory" for one that no backend can hold. */
export function checkBoxShape(shape: Shape3): void {
  if (voxelCount(shape) > MOST_VOXELS) throw tooLarge(shape);
  if (Math.min(...shape) >= LEAST_SIDE) return;
  const sentence = `A box to restore needs at least ${LEAST_SIDE} voxels per side, not ${shape.join(" × ")} (z, y, x).`;
  throw new ComputeError("bad-input", sentence, { shape });
}

/** Returns the error of a box that does not fit in memory; its sentence says how much it takes. */
export function tooLarge(shape: Shape3, cause?: unknown): ComputeError {
  const gigabytes = Math.ceil((BYTES_PER_VOXEL * voxelCount(shape)) / 1e9);
  const sentence = `A box of ${shape.join(" × ")} voxels (z, y, x) takes about ${gigabytes} GB to restore, more than there is: choose a smaller one, or smaller blocks.`;
  return new ComputeError("out-of-memory", sentence, { shape }, cause);
}

/** Throws "bad-input" naming the first voxel of a box that is no number. */
export function checkFinite(values: Float32Array, [, ny, nx]: Shape3, { z0, y0, x0 }: Box): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const [x, y, z] = [x0 + (at % nx), y0 + (Math.floor(at / nx) % ny), z0 + Math.floor(at / (nx * ny))];
  const sentence = `The voxel at x ${x}, y ${y}, z ${z} is ${values[at]}; a box to restore must hold numbers only.`;
  throw new ComputeError("bad-input", sentence, { x, y, z });
}
