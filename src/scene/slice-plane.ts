import type { Axis, Point3, Shape3 } from "../core/volume/shape";

/** A point in a slice: x along its columns, y along its rows; voxels unless the name says pixels. */
export interface Point2 {
  readonly x: number;
  readonly y: number;
}

export interface Size2 {
  readonly width: number;
  readonly height: number;
}

/** The panes that show a slice. */
export type SlicePaneId = "xy" | "xz" | "yz" | "compare";

export const SLICE_PANES: readonly SlicePaneId[] = ["xy", "xz", "yz", "compare"];
/** The slice panes that two volumes can share, one on either side of a divider. */
export const SWIPED_PANES = ["xy", "xz", "yz"] as const;
export type SwipedPaneId = (typeof SWIPED_PANES)[number];

export const AXES: readonly Axis[] = ["x", "y", "z"];

/** The axis that a pane's slices are perpendicular to; that of the compare pane is chosen. */
export const PANE_AXIS = { xy: "z", xz: "y", yz: "x" } as const satisfies Partial<Record<SlicePaneId, Axis>>;

/** What runs along the columns (to the right) and the rows (downwards) of a slice perpendicular to an axis. */
export const PLANE_AXES: Readonly<Record<Axis, { readonly column: Axis; readonly row: Axis }>> = {
  z: { column: "x", row: "y" },
  y: { column: "x", row: "z" },
  x: { column: "y", row: "z" },
};

/** Tells whether two shapes are the same; a missing one is like no other. */
export function isSameShape(a: Shape3 | null | undefined, b: Shape3 | null | undefined): boolean {
  return !!a && !!b && a.every((length, i) => length === b[i]);
}

/** Returns how many voxels a shape has along an axis. */
export function lengthAlong([nz, ny, nx]: Shape3, axis: Axis): number {
  return axis === "x" ? nx : axis === "y" ? ny : nz;
}

/** Returns the size in voxels of the slices perpendicular to an axis. */
export function sliceSize(shape: Shape3, axis: Axis): Size2 {
  const { column, row } = PLANE_AXES[axis];
  return { width: lengthAlong(shape, column), height: lengthAlong(shape, row) };
}

/** Returns where a point falls in the slices perpendicular to an axis. */
export function inPlane(point: Point3, axis: Axis): Point2 {
  const { column, row } = PLANE_AXES[axis];
  return { x: point[column], y: point[row] };
}

/** Returns the point of a volume at a place in the slice `index` perpendicular to an axis. */
export function fromPlane(place: Point2, axis: Axis, index: number): Point3 {
  if (axis === "z") return { x: place.x, y: place.y, z: index };
  if (axis === "y") return { x: place.x, y: index, z: place.y };
  return { x: index, y: place.x, z: place.y };
}

/** Returns the voxel nearest to a point, within the shape. */
export function nearestVoxel(point: Point3, [nz, ny, nx]: Shape3): Point3 {
  return { x: clampIndex(point.x, nx), y: clampIndex(point.y, ny), z: clampIndex(point.z, nz) };
}

function clampIndex(value: number, length: number): number {
  return Math.min(length - 1, Math.max(0, Math.round(value)));
}
