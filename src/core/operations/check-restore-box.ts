import { ComputeError } from "../errors";
import type { BlockPlan } from "../restore/block-plan";
import { type Box, boxShape, type Shape3, voxelCount } from "../volume/shape";
import type { VolumeReader } from "../volume/volume";
import { restoreOutputs } from "./restore-outputs";
import type { RestoreParams } from "./restore-params";

/** What each voxel takes: seven volumes, two spectra and weights of the backend, the input, and all that a chain comes to. */
const BYTES_PER_VOXEL = 57;
/** What a denoiser keeps beside that: measured in WebAssembly at 96³; two volumes where it is TypeScript. */
const DENOISER_BYTES: Readonly<Record<RestoreParams["denoiser"], number>> = {
  bm4d: 9,
  "nl-bayes": 8,
  bm3d: 8,
  "nl-means": 14,
  tv: 24,
  diffusion: 62,
  gaussian: 4,
};
/** Of a volume in memory, per voxel. */
const FLOAT_BYTES = 4;
const LEAST_SIDE = 8;
/** 512³, which a large GPU holds; WebAssembly addresses 4 GiB, about 450³, and says itself where they end. */
const MOST_VOXELS = 2 ** 27;

/** Returns what each voxel of a box takes while it is restored: bytes, of all memories together. */
function bytesPerVoxel({ method, denoiser, keep }: RestoreParams): number {
  if (method === "kovacik") return BYTES_PER_VOXEL;
  const ofDenoiser = DENOISER_BYTES[method === "moisan-tv" ? "tv" : denoiser];
  // Of single samples, up to twice as many are held as are wanted (see keep-samples.ts).
  const held = method === "mwr" ? Math.max(0, 2 * keep - 1) : 0;
  return BYTES_PER_VOXEL + ofDenoiser + FLOAT_BYTES * held;
}

/** Returns the memory that a restoration takes, in bytes: one block's, and where there are several, what they are blended in. */
export function restoreBytes({ shape, blockShape, spans }: BlockPlan, params: RestoreParams): number {
  const ofBlock = bytesPerVoxel(params) * voxelCount(blockShape);
  if (spans.z.length * spans.y.length * spans.x.length === 1) return ofBlock;
  const band = blockShape[0] * shape[1] * shape[2];
  return ofBlock + FLOAT_BYTES * restoreOutputs(params).length * (band + voxelCount(blockShape));
}

/** Throws "bad-input" for a box that is too small to restore, "out-of-memory" for one that no backend can hold. */
export function checkBoxShape(shape: Shape3, params: RestoreParams): void {
  if (voxelCount(shape) > MOST_VOXELS) throw tooLarge(shape, params);
  if (Math.min(...shape) >= LEAST_SIDE) return;
  const sentence = `A box to restore needs at least ${LEAST_SIDE} voxels per side, not ${shape.join(" × ")} (z, y, x).`;
  throw new ComputeError("bad-input", sentence, { shape });
}

/** Returns the error of a box that does not fit in memory; its sentence says how much it takes. */
export function tooLarge(shape: Shape3, params: RestoreParams, cause?: unknown): ComputeError {
  const gigabytes = Math.ceil((bytesPerVoxel(params) * voxelCount(shape)) / 1e9);
  const sentence = `A box of ${shape.join(" × ")} voxels (z, y, x) takes about ${gigabytes} GB to restore, more than there is: choose a smaller one, or smaller blocks.`;
  return new ComputeError("out-of-memory", sentence, { shape }, cause);
}

/** Returns the grey values of a box; throws "bad-input" naming the first voxel that is no number. */
export async function readNumbers(volume: VolumeReader, box: Box): Promise<Float32Array<ArrayBuffer>> {
  const values = await volume.readBox(box);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return values;
  const [, ny, nx] = boxShape(box);
  const { z0, y0, x0 } = box;
  const [x, y, z] = [x0 + (at % nx), y0 + (Math.floor(at / nx) % ny), z0 + Math.floor(at / (nx * ny))];
  const sentence = `The voxel at x ${x}, y ${y}, z ${z} is ${values[at]}; a box to restore must hold numbers only.`;
  throw new ComputeError("bad-input", sentence, { x, y, z });
}
