import type { Axis, Box, Point3, Shape3 } from "../core/volume/shape";
import { frameOf } from "./box-frame";
import {
  AXES,
  inPlane,
  lengthAlong,
  PANE_AXIS,
  PLANE_AXES,
  type Point2,
  type Size2,
  SLICE_PANES,
  type SlicePaneId,
  SWIPED_PANES,
  sliceSize,
} from "./slice-plane";
import { boundedCenter, fitScale, isVisible, middleOf, type PaneView, zoomedCenter } from "./view-transform";

const MIN_ZOOM = 0.25;
const MAX_PIXELS_PER_VOXEL = 80;
const FRAMED_SHARE = 0.6;

/**
 * Zoom and centres of the slice panes, linked: one zoom for all, where 1 shows every slice whole; panning one pane moves
 * the others along the axes they share. All panes have the same scale, but for one that is too small to show its slice
 * whole at zoom 1: that one is smaller by the same ratio at every zoom.
 */
export class LinkedView {
  #shape: Shape3 = [1, 1, 1];
  #zoom = 1;
  #compareAxis: Axis = "z";
  #isSwiping = false;
  #centers: Record<Axis, Point2> = { x: { x: 0, y: 0 }, y: { x: 0, y: 0 }, z: { x: 0, y: 0 } };
  readonly #sizes = new Map<SlicePaneId, Size2>();

  /** Takes a volume's shape and shows all of it. */
  setShape(shape: Shape3): void {
    this.#shape = shape;
    this.fit();
  }

  /** Says which axis the compared slices are perpendicular to, and whether they share their pane with the others. */
  setCompareAxis(axis: Axis, isSwiping = false): void {
    this.#compareAxis = axis;
    this.#isSwiping = isSwiping;
  }

  /** Returns the pane in which a compared volume is looked at. */
  get comparePane(): SlicePaneId {
    return (
      (this.#isSwiping && SWIPED_PANES.find((pane) => PANE_AXIS[pane] === this.#compareAxis)) || "compare"
    );
  }

  /** Returns the axis that a pane's slices are perpendicular to. */
  axisOf(pane: SlicePaneId): Axis {
    return pane === "compare" ? this.#compareAxis : PANE_AXIS[pane];
  }

  /** Takes a pane's size in CSS pixels, or null while it is hidden. */
  setSize(pane: SlicePaneId, size: Size2 | null): void {
    if (size && size.width > 0 && size.height > 0) this.#sizes.set(pane, size);
    else this.#sizes.delete(pane);
  }

  /** Returns how a pane shows its slices, or null while it is hidden. */
  view(pane: SlicePaneId): PaneView | null {
    const size = this.#sizes.get(pane);
    if (!size) return null;
    return { center: this.#centers[this.axisOf(pane)], scale: this.#zoom * this.#fitScaleOf(pane), size };
  }

  /** Shows every slice whole, in the middle of its pane. */
  fit(): void {
    this.#zoom = 1;
    for (const axis of AXES) this.#centers[axis] = middleOf(sliceSize(this.#shape, axis));
  }

  /** Zooms all panes so that `point` stays where it is in each. */
  zoomAbout(point: Point3, factor: number): void {
    const zoom = Math.min(this.#maxZoom(), Math.max(MIN_ZOOM, this.#zoom * factor));
    const applied = zoom / this.#zoom;
    if (applied === 1) return;
    this.#zoom = zoom;
    for (const axis of AXES) {
      this.#centers[axis] = zoomedCenter(this.#centers[axis], inPlane(point, axis), applied);
      this.#keepWithin(axis);
    }
    // Zooming out ends with everything in the middle, wherever the pointer was.
    if (zoom <= 1 && applied < 1) for (const axis of AXES) this.#centers[axis] = this.#bounded(axis);
  }

  /** Moves what a pane shows by a distance in CSS pixels, and the other panes along the axes they share with it. */
  pan(pane: SlicePaneId, dx: number, dy: number): void {
    const view = this.view(pane);
    if (!view) return;
    const { column, row } = PLANE_AXES[this.axisOf(pane)];
    const moved: Record<Axis, number> = { x: 0, y: 0, z: 0 };
    moved[column] = -dx / view.scale;
    moved[row] = -dy / view.scale;
    for (const axis of AXES) {
      const by = inPlane(moved, axis);
      const { x, y } = this.#centers[axis];
      this.#centers[axis] = { x: x + by.x, y: y + by.y };
      this.#keepWithin(axis);
    }
  }

  /** Zooms in until a box takes a good part of a pane, with the box in the middle; a box that does so already stays. */
  frame(box: Box, pane: SlicePaneId): void {
    const view = this.view(pane);
    if (!view) return;
    const { left, top, right, bottom } = frameOf(box, this.axisOf(pane));
    const scale = FRAMED_SHARE * fitScale({ width: right - left, height: bottom - top }, view.size);
    if (scale <= view.scale) return;
    const [z, y, x] = [box.z0 + box.z1, box.y0 + box.y1, box.x0 + box.x1].map((sum) => (sum - 1) / 2);
    this.#zoom = Math.min(this.#maxZoom(), (this.#zoom * scale) / view.scale);
    this.centerOn({ x, y, z });
  }

  /** Centres every pane on a point, without showing more of the outside than needed. */
  centerOn(point: Point3): void {
    for (const axis of AXES) {
      this.#centers[axis] = inPlane(point, axis);
      this.#centers[axis] = this.#bounded(axis);
    }
  }

  /** Brings a point back into the panes it has left. */
  follow(point: Point3): void {
    for (const pane of this.#sizes.keys()) {
      const axis = this.axisOf(pane);
      const view = this.view(pane);
      if (!view || isVisible(view, inPlane(point, axis))) continue;
      this.#centers[axis] = inPlane(point, axis);
      this.#centers[axis] = this.#bounded(axis);
    }
  }

  #fitScaleOf(pane: SlicePaneId): number {
    // The large panes: XY, or those of the slices that are compared.
    const mainAxis = this.#sizes.has("compare") || this.#isSwiping ? this.#compareAxis : "z";
    const isMain = (id: SlicePaneId) => this.axisOf(id) === mainAxis;
    const main = this.#smallestFit(SLICE_PANES.filter(isMain));
    if (isMain(pane)) return main;
    return Math.min(this.#smallestFit(SLICE_PANES.filter((id) => !isMain(id))), main);
  }

  #smallestFit(panes: readonly SlicePaneId[]): number {
    let scale = Number.POSITIVE_INFINITY;
    for (const pane of panes) {
      const size = this.#sizes.get(pane);
      if (size) scale = Math.min(scale, fitScale(sliceSize(this.#shape, this.axisOf(pane)), size));
    }
    return scale;
  }

  #maxZoom(): number {
    let largest = 0;
    for (const pane of this.#sizes.keys()) largest = Math.max(largest, this.#fitScaleOf(pane));
    return largest > 0 ? Math.max(1, MAX_PIXELS_PER_VOXEL / largest) : 1;
  }

  #keepWithin(axis: Axis): void {
    const { column, row } = PLANE_AXES[axis];
    const { x, y } = this.#centers[axis];
    this.#centers[axis] = {
      x: Math.min(lengthAlong(this.#shape, column) - 0.5, Math.max(-0.5, x)),
      y: Math.min(lengthAlong(this.#shape, row) - 0.5, Math.max(-0.5, y)),
    };
  }

  #bounded(axis: Axis): Point2 {
    const center = this.#centers[axis];
    const pane = SLICE_PANES.find((id) => this.axisOf(id) === axis && this.#sizes.has(id));
    const view = pane && this.view(pane);
    return view ? boundedCenter(center, sliceSize(this.#shape, axis), view.size, view.scale) : center;
  }
}
