import { ComputeError } from "../errors";
import {
  type Axis,
  type Box,
  boxShape,
  isBoxWithin,
  type Point3,
  type Shape3,
  voxelCount,
} from "../volume/shape";
import type { VolumeMeta } from "../volume/volume";

const LEAST_SIDE = 8;
/** 320³: what an audit holds of it at a time is 1.3 GB. */
const MOST_VOXELS = 2 ** 25;

/** Tells whether a number is even and has no prime factor above 5: a quick length for transforms. */
function isQuick(length: number): boolean {
  let rest = length;
  for (const factor of [2, 3, 5]) while (rest % factor === 0) rest /= factor;
  return rest === 1 && length % 2 === 0;
}

/**
 * Returns the box of a volume that is audited: the one given, else all of it, else, of a volume that is too large, the middle with
 * the longest sides cut.
 */
export function auditBox(shape: Shape3, given: Box | null): Box {
  if (given) return given;
  let most = Math.max(...shape);
  const cut = (length: number) => Math.min(length, most);
  const fits = () => shape.reduce((product, length) => product * cut(length), 1) <= MOST_VOXELS;
  while (!fits() || !(most === Math.max(...shape) || isQuick(most))) most--;
  const [z, y, x] = shape.map((length) => Math.floor((length - cut(length)) / 2));
  const [nz, ny, nx] = shape.map(cut);
  return { z0: z, y0: y, x0: x, z1: z + nz, y1: y + ny, x1: x + nx };
}

/**
 * Returns where a restored volume's first voxel lies in its original as their headers' origins say; at the first voxel where
 * both have one shape, or the original's header gives no voxel size.
 */
export function placeInOriginal(original: VolumeMeta, restored: VolumeMeta): Point3 {
  const isWhole = original.shape.join() === restored.shape.join();
  const along = (axis: Axis) => {
    const size = original.voxelSizeAngstrom[axis];
    const moved = restored.originAngstrom[axis] - original.originAngstrom[axis];
    return isWhole || size <= 0 ? 0 : Math.round(moved / size);
  };
  return { x: along("x"), y: along("y"), z: along("z") };
}

/** Returns a box whose corner has moved. */
export function movedBox({ z0, y0, x0, z1, y1, x1 }: Box, { x, y, z }: Point3): Box {
  return { z0: z0 + z, y0: y0 + y, x0: x0 + x, z1: z1 + z, y1: y1 + y, x1: x1 + x };
}

/**
 * Throws "bad-input" where the restored volume, its corner at `place`, does not lie within the original, and for a box
 * below 8 voxels a side; "out-of-memory" for a box given that is too large.
 */
export function checkAuditBox(box: Box, original: VolumeMeta, restored: VolumeMeta, place: Point3): void {
  const [nz, ny, nx] = restored.shape;
  const whole = movedBox({ z0: 0, y0: 0, x0: 0, z1: nz, y1: ny, x1: nx }, place);
  const size = (shape: Shape3) => shape.join(" × ");
  if (!isBoxWithin(whole, original.shape)) {
    const sentence = `${restored.name} (${size(restored.shape)} voxels, z, y, x) with its corner at ${place.z}, ${place.y}, ${place.x} does not lie within ${original.name} (${size(original.shape)}): an audit needs both on one grid.`;
    throw new ComputeError("bad-input", sentence, { place });
  }
  const shape = boxShape(box);
  if (Math.min(...shape) < LEAST_SIDE) {
    const sentence = `An audit needs at least ${LEAST_SIDE} voxels per side, not ${size(shape)} (z, y, x).`;
    throw new ComputeError("bad-input", sentence, { shape });
  }
  if (voxelCount(shape) > MOST_VOXELS) {
    const sentence = `A box of ${size(shape)} voxels (z, y, x) is too large to audit at once: leave it out for the middle, or choose a smaller one.`;
    throw new ComputeError("out-of-memory", sentence, { shape });
  }
}
