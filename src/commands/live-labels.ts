import type { LabelledPiece } from "../core/operations/results";
import { type Axis, type Shape3, voxelCount } from "../core/volume/shape";

/** Of a brick, in voxels; a power of two. */
const SIDE = 32;
/** How far apart neighbours along an axis lie in a brick. */
const STRIDES = { z: SIDE * SIDE, y: SIDE, x: 1 } as const;
/** The axes of a slice: its columns and its rows. See SliceImage. */
const SLICE_AXES = { z: ["x", "y"], y: ["x", "z"], x: ["y", "z"] } as const satisfies Record<
  Axis,
  [Axis, Axis]
>;

/** Above this the pieces are not shown while they come: even without its empty parts the map could fill the page's memory. */
const MAX_LIVE_VOXELS = 2 ** 30;

/** A label map that fills in piece by piece while a segmentation runs. Most of a tomogram is background and takes no memory. */
export interface LiveLabels {
  readonly shape: Shape3;
  /** Of SIDE³ voxels, x fastest in each and among them; undefined where all is background so far. */
  readonly bricks: (Uint8Array | undefined)[];
}

/** Returns an empty map, or null where the volume is too large to be kept beside its file. */
export function createLiveLabels(shape: Shape3): LiveLabels | null {
  return voxelCount(shape) > MAX_LIVE_VOXELS ? null : { shape, bricks: [] };
}

/** Writes a finished piece into the map. */
export function writePiece(
  { shape, bricks }: LiveLabels,
  { z0, y0, x0, shape: size, labels }: LabelledPiece,
): void {
  const [, bricksY, bricksX] = shape.map(brickCount);
  const xEnd = x0 + size[2];
  for (let z = z0, from = 0; z < z0 + size[0]; z++) {
    for (let y = y0; y < y0 + size[1]; y++) {
      const bricksOfRow = (brickOf(z) * bricksY + brickOf(y)) * bricksX;
      const rowOfBrick = (z % SIDE) * STRIDES.z + (y % SIDE) * STRIDES.y;
      for (let x = x0; x < xEnd; ) {
        const at = bricksOfRow + brickOf(x);
        const first = rowOfBrick + (x % SIDE);
        const length = Math.min(SIDE - (x % SIDE), xEnd - x);
        if (bricks[at] || hasLabel(labels, from, from + length)) {
          bricks[at] ??= new Uint8Array(SIDE ** 3);
          const brick = bricks[at];
          for (let i = 0; i < length; i++) brick[first + i] = labels[from + i];
        }
        x += length;
        from += length;
      }
    }
  }
}

function hasLabel(labels: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (labels[i] !== 0) return true;
  return false;
}

/** Returns one slice as an image; see SliceImage for the order of rows and columns. */
export function liveSlice({ shape, bricks }: LiveLabels, axis: Axis, index: number) {
  const sizes = { z: shape[0], y: shape[1], x: shape[2] };
  const [columns, rows] = SLICE_AXES[axis];
  const [width, height] = [sizes[columns], sizes[rows]];
  const values = new Float32Array(width * height);
  const brick = { z: 0, y: 0, x: 0, [axis]: brickOf(index) };
  const start = (index % SIDE) * STRIDES[axis];
  for (brick[rows] = 0; brick[rows] < brickCount(height); brick[rows]++)
    for (brick[columns] = 0; brick[columns] < brickCount(width); brick[columns]++) {
      const labels = bricks[(brick.z * brickCount(sizes.y) + brick.y) * brickCount(sizes.x) + brick.x];
      if (!labels) continue;
      const [u0, v0] = [brick[columns] * SIDE, brick[rows] * SIDE];
      const [uEnd, vEnd] = [Math.min(width, u0 + SIDE), Math.min(height, v0 + SIDE)];
      for (let v = v0; v < vEnd; v++) {
        let from = start + (v - v0) * STRIDES[rows];
        for (let u = u0; u < uEnd; u++, from += STRIDES[columns]) values[v * width + u] = labels[from];
      }
    }
  return { width, height, values };
}

const brickOf = (voxel: number) => Math.floor(voxel / SIDE);
const brickCount = (length: number) => Math.ceil(length / SIDE);
