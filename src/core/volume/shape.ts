/**
 * Axes, said once: a shape is [nz, ny, nx] with x fastest, so voxel (x, y, z) lies at index (z·ny + y)·nx + x.
 * Points are {x, y, z}, in voxels unless the name says otherwise; voxel centres are at integer indices.
 */
export type Shape3 = readonly [nz: number, ny: number, nx: number];

export interface Point3 {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** A box of voxels: from (z0, y0, x0), included, to (z1, y1, x1), excluded. */
export interface Box {
  readonly z0: number;
  readonly y0: number;
  readonly x0: number;
  readonly z1: number;
  readonly y1: number;
  readonly x1: number;
}

export type Axis = "x" | "y" | "z";

/** Returns the number of voxels of a shape. */
export function voxelCount([nz, ny, nx]: Shape3): number {
  return nz * ny * nx;
}

/** Returns the box that is the whole of a shape. */
export function wholeBox([nz, ny, nx]: Shape3): Box {
  return { z0: 0, y0: 0, x0: 0, z1: nz, y1: ny, x1: nx };
}

/** Returns the shape of a box. */
export function boxShape(box: Box): Shape3 {
  return [box.z1 - box.z0, box.y1 - box.y0, box.x1 - box.x0];
}

/** Returns the middle of a box, of at most `side` voxels per axis. */
export function middleOf(box: Box, side: number): Box {
  const along = (from: number, to: number): [number, number] => {
    const length = Math.min(side, to - from);
    const start = from + Math.floor((to - from - length) / 2);
    return [start, start + length];
  };
  const [z0, z1] = along(box.z0, box.z1);
  const [y0, y1] = along(box.y0, box.y1);
  const [x0, x1] = along(box.x0, box.x1);
  return { z0, y0, x0, z1, y1, x1 };
}

/** Tells whether a box has at least one voxel and lies within a shape. */
export function isBoxWithin(box: Box, [nz, ny, nx]: Shape3): boolean {
  const { z0, y0, x0, z1, y1, x1 } = box;
  return z0 >= 0 && y0 >= 0 && x0 >= 0 && z0 < z1 && y0 < y1 && x0 < x1 && z1 <= nz && y1 <= ny && x1 <= nx;
}
