import type { Axis, Box, Point3, Shape3 } from "../core/volume/shape";
import { lengthAlong, PLANE_AXES, type Point2 } from "./slice-plane";

/** A rectangle in a slice or a pane, in the unit of its user. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The part of a frame under the pointer: the sides that follow it (-1 first, 1 last, 0 none); both 0 moves the box. */
export interface FrameGrip {
  readonly column: -1 | 0 | 1;
  readonly row: -1 | 0 | 1;
}

/** Returns the outline of a box in the slices perpendicular to an axis; voxel i covers i - 0.5 … i + 0.5. */
export function frameOf(box: Box, axis: Axis): Frame {
  const { column, row } = PLANE_AXES[axis];
  return {
    left: box[`${column}0`] - 0.5,
    top: box[`${row}0`] - 0.5,
    right: box[`${column}1`] - 0.5,
    bottom: box[`${row}1`] - 0.5,
  };
}

/** Returns the box of a shape whose first voxel lies at `origin`. */
export function boxAt({ x, y, z }: Point3, [nz, ny, nx]: Shape3): Box {
  return { x0: x, y0: y, z0: z, x1: x + nx, y1: y + ny, z1: z + nz };
}

/** Tells whether the slice `index` perpendicular to an axis goes through a box. */
export function cutsBox(box: Box, axis: Axis, index: number): boolean {
  return index >= box[`${axis}0`] && index < box[`${axis}1`];
}

/** Returns the side or corner of a frame within `reach` of a place, or null. All in pixels. */
export function gripAt(frame: Frame, place: Point2, reach: number): FrameGrip | null {
  const within =
    place.x >= frame.left - reach &&
    place.x <= frame.right + reach &&
    place.y >= frame.top - reach &&
    place.y <= frame.bottom + reach;
  if (!within) return null;
  const column = nearerSide(place.x, frame.left, frame.right, reach);
  const row = nearerSide(place.y, frame.top, frame.bottom, reach);
  return column === 0 && row === 0 ? null : { column, row };
}

function nearerSide(place: number, first: number, last: number, reach: number): -1 | 0 | 1 {
  const toFirst = Math.abs(place - first);
  const toLast = Math.abs(place - last);
  if (Math.min(toFirst, toLast) > reach) return 0;
  return toFirst < toLast ? -1 : 1;
}

/**
 * Returns the box after its grip was dragged by a distance in voxels (rounded) in the slices perpendicular to an axis:
 * it stays within the shape and keeps at least one voxel.
 */
export function dragBox(box: Box, axis: Axis, grip: FrameGrip, distance: Point2, shape: Shape3): Box {
  const { column, row } = PLANE_AXES[axis];
  const dragged: Record<keyof Box, number> = { ...box };
  const moves = grip.column === 0 && grip.row === 0;
  const sides = [
    { along: column, side: grip.column, by: Math.round(distance.x) },
    { along: row, side: grip.row, by: Math.round(distance.y) },
  ];
  for (const { along, side, by } of sides) {
    const first = box[`${along}0`];
    const last = box[`${along}1`];
    const length = lengthAlong(shape, along);
    if (moves) {
      const shift = clamp(by, -first, length - last);
      dragged[`${along}0`] = first + shift;
      dragged[`${along}1`] = last + shift;
    } else if (side === -1) dragged[`${along}0`] = clamp(first + by, 0, last - 1);
    else if (side === 1) dragged[`${along}1`] = clamp(last + by, first + 1, length);
  }
  return dragged;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
