import type { LabelledPiece } from "../core/operations/results";
import { type Axis, type Shape3, voxelCount } from "../core/volume/shape";

/** A label map that fills in piece by piece while a segmentation runs, and its slices. */
export interface LiveLabels {
  readonly shape: Shape3;
  readonly labels: Uint8Array<ArrayBuffer>;
}

/** Above this the pieces are not shown while they come: the map would take too much of the page's memory. */
const MAX_LIVE_VOXELS = 128 * 2 ** 20;

/** Returns an empty map, or null where the volume is too large to be kept beside its file. */
export function createLiveLabels(shape: Shape3): LiveLabels | null {
  return voxelCount(shape) > MAX_LIVE_VOXELS ? null : { shape, labels: new Uint8Array(voxelCount(shape)) };
}

/** Writes a finished piece into the map. */
export function writePiece({ shape: [, ny, nx], labels }: LiveLabels, piece: LabelledPiece): void {
  const [pz, py, px] = piece.shape;
  for (let z = 0; z < pz; z++) {
    for (let y = 0; y < py; y++) {
      const from = (z * py + y) * px;
      labels.set(
        piece.labels.subarray(from, from + px),
        ((piece.z0 + z) * ny + piece.y0 + y) * nx + piece.x0,
      );
    }
  }
}

/** Returns one slice as an image; see SliceImage for the order of rows and columns. */
export function liveSlice({ shape: [nz, ny, nx], labels }: LiveLabels, axis: Axis, index: number) {
  const section = ny * nx;
  // Where the slice begins, and how far apart its columns and its rows lie.
  const plans = {
    z: { width: nx, height: ny, start: index * section, column: 1, row: nx },
    y: { width: nx, height: nz, start: index * nx, column: 1, row: section },
    x: { width: ny, height: nz, start: index, column: nx, row: section },
  };
  const { width, height, start, column, row } = plans[axis];
  const values = new Float32Array(width * height);
  for (let v = 0, at = 0; v < height; v++) {
    for (let u = 0, from = start + v * row; u < width; u++, from += column) values[at++] = labels[from];
  }
  return { width, height, values };
}
