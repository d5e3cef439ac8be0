import type { Axis, Box, Point3, Shape3 } from "../core/volume/shape";

/** The panes a viewer can draw; the side-by-side pane shows a second volume with the same cursor and zoom. */
export type PaneId = "xy" | "xz" | "yz" | "3d" | "compare";

/** One slice to draw; see SliceImage in contracts/data.ts for the order of rows and columns. */
export interface SlicePixels {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** Where the viewer gets slices from; it asks again only when volume, axis, index or slab change. */
export type SliceSource = (volumeId: string, axis: Axis, index: number, slab: number) => Promise<SlicePixels>;

export interface SurfaceProps {
  readonly key: string;
  readonly color: string;
  readonly opacity: number;
  readonly visible: boolean;
  readonly positions: Float32Array;
  readonly normals: Float32Array;
  readonly indices: Uint32Array;
}

export interface ClassStyle {
  readonly label: number;
  readonly color: string;
  readonly visible: boolean;
}

export interface ParticleMark extends Point3 {
  readonly id: number;
  readonly label: number;
  readonly radiusVoxels: number;
}

/** A mask that is drawn as hatching over the volume that it belongs to; `origin` is where its corner lies in that. */
export interface HatchProps {
  readonly id: string;
  readonly shape: Shape3;
  readonly origin: Point3;
  readonly revision: number;
}

export interface ViewerProps {
  readonly volume: {
    readonly id: string;
    readonly shape: Shape3;
    readonly voxelSizeAngstrom: number | null;
    /** Rises when the voxels change under the same id. */
    readonly revision: number;
    readonly hatch?: HatchProps;
  } | null;
  /** Drawn in the compare pane; same shape as `volume` or a box of it (`origin` says where its corner lies). */
  readonly compare: {
    readonly id: string;
    readonly shape: Shape3;
    readonly origin: Point3;
    readonly revision: number;
    readonly hatch?: HatchProps;
  } | null;
  /** What the slices of the compare pane are perpendicular to; of the largest pane, where two volumes share the panes. */
  readonly compareAxis: Axis;
  /**
   * Where each slice pane is divided, 0…1 of its width: `volume` is drawn to the left, `compare` to the right as far as it
   * reaches. Null draws `volume` alone.
   */
  readonly swipe: number | null;
  /** Grey values of black and white; high < low inverts nothing: `invert` does. */
  readonly contrast: { readonly low: number; readonly high: number; readonly invert: boolean };
  readonly compareContrast: { readonly low: number; readonly high: number; readonly invert: boolean } | null;
  readonly slab: number;
  readonly cursor: Point3;
  readonly crosshair: boolean;
  readonly overlay: {
    /** The label volume, or null. */
    readonly id: string | null;
    readonly visible: boolean;
    /** 0…1. */
    readonly opacity: number;
    /** Rises when the labels change under the same id (a segmentation that fills in). */
    readonly revision: number;
  };
  readonly classes: readonly ClassStyle[];
  readonly particles: readonly ParticleMark[];
  readonly selectedParticle: number | null;
  readonly surfaces: readonly SurfaceProps[];
  /** Drawn as a dashed frame in the slices and the 3D view; its corners can be dragged. */
  readonly box: Box | null;
  readonly slicePlanes: boolean;
}

/** A point in voxels of `volume` (not rounded), and which of the two volumes is seen there. */
interface SeenPoint extends Point3 {
  readonly of: "volume" | "compare";
}

/** What the user did in a view; the owner changes its state and calls `update`. */
export interface ViewerEvents {
  onCursor(point: Point3): void;
  /** The point under the pointer, or null when it leaves. */
  onHover(point: SeenPoint | null): void;
  onSlice(axis: Axis, step: number): void;
  /** `pane` tells whose contrast: that of the compare pane if it is "compare" and has its own, else the main one. */
  onContrast(low: number, high: number, pane: PaneId): void;
  onBox(box: Box): void;
  onPickParticle(id: number): void;
  onMaximise(pane: PaneId): void;
}

/**
 * One canvas, scissored into panes. `setPane` tells where a pane lies (its element, without a background of its own, over
 * the canvas host; null hides it); the viewer puts a layer into it that takes the pointer and holds the texts, below all
 * positioned children. `update` compares and uploads only what changed; frames are drawn on demand.
 */
export interface Viewer {
  setPane(pane: PaneId, element: HTMLElement | null): void;
  update(props: ViewerProps): void;
  /** Zoom about the pointer, or the cursor when the pointer is elsewhere. */
  zoom(factor: number): void;
  fit(): void;
  /** 3D: look along an axis. */
  lookAlong(axis: Axis): void;
  /** Centres every view on a point. */
  flyTo(point: Point3): void;
  /** The canvas as it is, for a screenshot. */
  toBlob(): Promise<Blob>;
  dispose(): void;
}
