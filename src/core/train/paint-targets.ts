import { matrixOf } from "../geometry/rotation";
import type { Quaternion } from "../particles/particle-list";
import type { Point3, Shape3 } from "../volume/shape";

/** A particle of a class of the model, in voxels. */
export interface TrainingObject extends Point3 {
  readonly label: number;
  readonly rotation: Quaternion | null;
}

/** A cube of voxels, 1 inside; its voxel floor(side / 2) along each axis is the particle's centre. */
export interface ShapeMask {
  readonly side: number;
  readonly values: Uint8Array;
  /** Voxels of the volume for one of the mask. */
  readonly scale: number;
}

const IDENTITY: Quaternion = { x: 0, y: 0, z: 0, w: 1 };

/** Gives the voxels about a point that `isInside` holds for, by their distance along each axis, a label. */
function paint(
  labels: Uint8Array,
  [nz, ny, nx]: Shape3,
  { x, y, z, label }: TrainingObject,
  reach: number,
  isInside: (dx: number, dy: number, dz: number) => boolean,
): void {
  const first = (at: number) => Math.max(0, Math.ceil(at - reach));
  const last = (at: number, side: number) => Math.min(side - 1, Math.floor(at + reach));
  for (let iz = first(z); iz <= last(z, nz); iz++)
    for (let iy = first(y); iy <= last(y, ny); iy++)
      for (let ix = first(x); ix <= last(x, nx); ix++)
        if (isInside(ix - x, iy - y, iz - z)) labels[(iz * ny + iy) * nx + ix] = label;
}

/** Paints balls at the objects whose class has a radius, in their order; `radii` in voxels by label. */
export function paintSpheres(
  labels: Uint8Array,
  shape: Shape3,
  objects: readonly TrainingObject[],
  radii: ReadonlyMap<number, number>,
): void {
  for (const object of objects) {
    const radius = radii.get(object.label);
    if (radius === undefined) continue;
    paint(labels, shape, object, radius, (dx, dy, dz) => dx * dx + dy * dy + dz * dz <= radius * radius);
  }
}

/**
 * Paints the mask of each object's class, turned as the object is, in their order; a voxel is inside where the mask,
 * interpolated in lines, is at least ½ (as DeepFinder's targets round).
 */
export function paintShapes(
  labels: Uint8Array,
  shape: Shape3,
  objects: readonly TrainingObject[],
  masks: ReadonlyMap<number, ShapeMask>,
): void {
  for (const object of objects) {
    const mask = masks.get(object.label);
    if (!mask) continue;
    const m = matrixOf(object.rotation ?? IDENTITY);
    const middle = Math.floor(mask.side / 2);
    const reach = Math.sqrt(3) * (middle + 1) * mask.scale;
    // The transpose takes the tomogram back to the reference.
    const into = (a: number, b: number, c: number, dx: number, dy: number, dz: number) =>
      (a * dx + b * dy + c * dz) / mask.scale + middle;
    paint(labels, shape, object, reach, (dx, dy, dz) => {
      const tx = into(m[0], m[3], m[6], dx, dy, dz);
      const ty = into(m[1], m[4], m[7], dx, dy, dz);
      const tz = into(m[2], m[5], m[8], dx, dy, dz);
      return interpolated(mask, tx, ty, tz) >= 0.5;
    });
  }
}

/** The value between eight voxels; 0 beyond the cube. */
function interpolated({ values, side }: ShapeMask, x: number, y: number, z: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const iz = Math.floor(z);
  if (ix < -1 || iy < -1 || iz < -1 || ix >= side || iy >= side || iz >= side) return 0;
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    const [cx, cy, cz] = [ix + (corner & 1), iy + ((corner >> 1) & 1), iz + (corner >> 2)];
    if (cx < 0 || cy < 0 || cz < 0 || cx >= side || cy >= side || cz >= side) continue;
    const weight = (1 - Math.abs(x - cx)) * (1 - Math.abs(y - cy)) * (1 - Math.abs(z - cz));
    sum += weight * values[(cz * side + cy) * side + cx];
  }
  return sum;
}
