import { createStore, type StoreApi } from "zustand/vanilla";
import type { Axis, Box, Point3, Shape3 } from "../core/volume/shape";
import type { ParticleSort } from "./particle-order";

/** The views by name; "compare" is the second volume of the side-by-side layout. */
export type Pane = "xy" | "xz" | "yz" | "3d" | "compare";

/** All views, one of them, two volumes side by side, or two that share the slice views, either side of a divider. */
export type Layout = "grid" | "one" | "side" | "swipe";

export interface ViewState {
  readonly volumeId: string | null;
  readonly compareId: string | null;
  /** What the slices that are compared are perpendicular to. */
  readonly compareAxis: Axis;
  /** Where the divider stands in every slice view, 0…1 of its width: the compared volume is to its right. */
  readonly divider: number;
  readonly labelsId: string | null;
  readonly particlesId: string | null;
  readonly cursor: Point3;
  /** The point under the pointer, in voxels of the volume (not rounded), and which of the two volumes is seen there. */
  readonly hover: (Point3 & { readonly of: "volume" | "compare" }) | null;
  /** The grey value of what is seen at the pointer, or of the volume at the cursor; null until it is known, and outside. */
  readonly value: number | null;
  readonly slab: number;
  readonly crosshair: boolean;
  readonly overlay: boolean;
  readonly overlayOpacity: number;
  /** Whether a restored volume is hatched where its deviation exceeds its signal, if it was audited. */
  readonly hatch: boolean;
  readonly layout: Layout;
  /** What a single view goes back to. */
  readonly fullLayout: Exclude<Layout, "one">;
  readonly bigPane: Pane;
  /** The box that operations may work on; null is the whole volume. */
  readonly box: Box | null;
  readonly selectedParticle: number | null;
  readonly particleSort: ParticleSort;
  readonly slicePlanes: boolean;
  readonly surfaces: boolean;
  readonly particleMarks: boolean;
  /** Rises with each new mesh of the isosurface (which is kept outside). */
  readonly isosurfaceRevision: number;
  readonly isosurface: { readonly visible: boolean; readonly level: number | null; readonly bright: boolean };
}

export type ViewStore = StoreApi<ViewState>;

/** The thickest slab, in slices. */
export const MAX_SLAB = 51;

/** Returns the store of what is looked at, and how. */
export function createViewStore(): ViewStore {
  return createStore<ViewState>(() => ({
    volumeId: null,
    compareId: null,
    compareAxis: "z",
    divider: 0.5,
    labelsId: null,
    particlesId: null,
    cursor: { x: 0, y: 0, z: 0 },
    hover: null,
    value: null,
    slab: 1,
    crosshair: true,
    overlay: true,
    overlayOpacity: 0.45,
    hatch: true,
    layout: "grid",
    fullLayout: "grid",
    bigPane: "xy",
    box: null,
    selectedParticle: null,
    particleSort: { column: "id", descending: false },
    slicePlanes: true,
    surfaces: true,
    particleMarks: true,
    isosurfaceRevision: 0,
    isosurface: { visible: false, level: null, bright: false },
  }));
}

/** Tells whether the slice views show two volumes, either side of a divider. */
export function isSwiping({ compareId, layout, fullLayout }: ViewState): boolean {
  return compareId !== null && (layout === "one" ? fullLayout : layout) === "swipe";
}

/** Tells whether two volumes are shown, side by side or either side of a divider. */
export function isComparing({ compareId, layout, fullLayout }: ViewState): boolean {
  return compareId !== null && (layout === "one" ? fullLayout : layout) !== "grid";
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** Returns the voxel nearest to a point that lies in the shape. */
export function clampPoint(point: Point3, [nz, ny, nx]: Shape3): Point3 {
  return {
    x: clamp(Math.round(point.x), 0, nx - 1),
    y: clamp(Math.round(point.y), 0, ny - 1),
    z: clamp(Math.round(point.z), 0, nz - 1),
  };
}

/** Returns the cursor moved by `step` voxels along an axis, kept in the shape. */
export function stepPoint(point: Point3, axis: Axis, step: number, shape: Shape3): Point3 {
  return clampPoint({ ...point, [axis]: point[axis] + step }, shape);
}

/** Returns the box of at most `side` voxels per axis about a point, kept in the shape. */
export function boxAbout(point: Point3, side: number, [nz, ny, nx]: Shape3): Box {
  const along = (centre: number, n: number) => {
    const length = Math.min(side, n);
    const start = clamp(Math.round(centre - length / 2), 0, n - length);
    return [start, start + length] as const;
  };
  const [z0, z1] = along(point.z, nz);
  const [y0, y1] = along(point.y, ny);
  const [x0, x1] = along(point.x, nx);
  return { z0, y0, x0, z1, y1, x1 };
}

/** Returns the divider moved by a share of the view's width, kept in the view. */
export function stepDivider(divider: number, step: number): number {
  return Number(clamp(divider + step, 0, 1).toFixed(3));
}

/** Returns the next slab thickness: always odd, so that it stays centred on its slice. */
export function stepSlab(slab: number, direction: 1 | -1): number {
  return clamp(slab + 2 * direction, 1, MAX_SLAB);
}
