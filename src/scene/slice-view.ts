import { BufferGeometry, Camera, Float32BufferAttribute, Mesh, type RawShaderMaterial, Scene } from "three";
import { type Axis, type Box, boxShape, type Point3, type Shape3 } from "../core/volume/shape";
import { AXIS_COLORS } from "./axis-colors";
import { boxAt, cutsBox, dragBox, type FrameGrip, frameOf, gripAt } from "./box-frame";
import { dragContrast } from "./contrast-drag";
import type { LinkedView } from "./linked-view";
import { PaneOverlay } from "./pane-overlay";
import { discAt, type ParticleDisc, particleDiscs } from "./particle-discs";
import { scaleBar } from "./scale-bar";
import {
  boxOpacity,
  drawAxisArrows,
  drawBox,
  drawCrosshair,
  drawDiscs,
  drawDivider,
  drawFrame,
} from "./slice-drawing";
import type { SlicePicture } from "./slice-picture";
import {
  fromPlane,
  inPlane,
  lengthAlong,
  nearestVoxel,
  PLANE_AXES,
  type Point2,
  type SlicePaneId,
  sliceSize,
} from "./slice-plane";
import { attachSlicePointer, type SlicePointerTarget } from "./slice-pointer";
import { type PaneView, toPixel, toPlace } from "./view-transform";
import type { ViewerEvents, ViewerProps } from "./viewer-props";

const GRIP_PIXELS = 6;
const PICK_PIXELS = 8;
const SCALE_BAR_SHARE = 0.28;
const SCALE_BAR_PIXELS = 160;
const NO_OFFSET: Point2 = { x: 0, y: 0 };

/** What a slice pane shares with the others. */
export interface SliceViewContext {
  readonly linked: LinkedView;
  readonly events: ViewerEvents;
  props(): ViewerProps | null;
  /** Where the pointer is in a pane, or null when it left: the place to zoom about. */
  setPointer(pointer: { readonly pane: SlicePaneId; readonly pixel: Point2 } | null): void;
  /** Zooms about the pointer. */
  zoom(factor: number): void;
  requestDraw(): void;
}

/** One pane with a slice: its picture, what is drawn over it, and what the pointer does in it. */
export class SliceView {
  readonly overlay: PaneOverlay;
  readonly scene = new Scene();
  readonly camera = new Camera();
  readonly #pane: SlicePaneId;
  readonly #context: SliceViewContext;
  readonly #picture: SlicePicture;
  readonly #geometry = new BufferGeometry();
  readonly #material: RawShaderMaterial;
  readonly #over: {
    readonly picture: SlicePicture;
    readonly mesh: Mesh<BufferGeometry, RawShaderMaterial>;
  } | null;
  readonly #divider = { value: 0 };
  readonly #detachPointer: () => void;

  /** `over`: the compared slice, which lies over the picture right of the divider; null in a pane that is never divided. */
  constructor(
    pane: SlicePaneId,
    element: HTMLElement,
    picture: SlicePicture,
    over: SlicePicture | null,
    context: SliceViewContext,
  ) {
    this.#pane = pane;
    this.#context = context;
    this.#picture = picture;
    this.overlay = new PaneOverlay(element);
    // One triangle that covers the pane, whose area is 0…1 × 0…1.
    this.#geometry.setAttribute("position", new Float32BufferAttribute([0, 0, 0, 2, 0, 0, 0, 2, 0], 3));
    this.#material = picture.paneMaterial();
    this.#addQuad(this.#material);
    this.#over = over && { picture: over, mesh: this.#addQuad(over.overMaterial(this.#divider)) };
    this.#detachPointer = attachSlicePointer(this.overlay.root, this.#pointerTarget());
  }

  get #axis(): Axis {
    return this.#context.linked.axisOf(this.#pane);
  }

  /** Puts the view into the picture's uniforms; to be called before the scene is rendered. */
  place(view: PaneView): void {
    const compare = this.#context.props()?.compare;
    const corner = compare ? inPlane(compare.origin, this.#axis) : NO_OFFSET;
    this.#picture.place(view, this.#pane === "compare" ? corner : NO_OFFSET);
    if (!this.#over) return;
    const swipe = this.#context.props()?.swipe ?? null;
    this.#over.mesh.visible = swipe !== null;
    this.#divider.value = swipe ?? 0;
    this.#over.picture.place(view, corner);
  }

  #addQuad(material: RawShaderMaterial): Mesh<BufferGeometry, RawShaderMaterial> {
    const quad = new Mesh(this.#geometry, material);
    quad.frustumCulled = false;
    quad.renderOrder = this.scene.children.length; // later ones lie over the earlier
    this.scene.add(quad);
    return quad;
  }

  /** Draws lines and texts over the picture. `isWaiting`: the slice wanted is not there yet. */
  drawOverlay(view: PaneView, pixelRatio: number, isWaiting: boolean, failure: string | null): void {
    const props = this.#context.props();
    const context = this.overlay.begin(view.size, pixelRatio);
    if (!props?.volume) {
      this.#clearTexts();
      return;
    }
    const { volume, box } = props;
    const axis = this.#axis;
    this.overlay.setBorder(AXIS_COLORS[axis]);
    const index = nearestVoxel(props.cursor, volume.shape)[axis];
    drawFrame(context, view, wholeFrame(volume.shape, axis), false);
    if (this.#pane === "compare" || props.swipe !== null) this.#drawCompareFrame(context, view, props);
    const colors = new Map(props.classes.map(({ label, color, visible }) => [label, visible ? color : null]));
    const colorOf = (label: number) => colors.get(label) ?? (colors.has(label) ? null : "#c3c9d4");
    drawDiscs(context, view, this.#discs(props, index), colorOf, props.selectedParticle);
    if (box) drawBox(context, view, box, axis, index);
    if (props.crosshair) drawCrosshair(context, view, axis, inPlane(props.cursor, axis));
    drawAxisArrows(context, view, axis);
    if (props.swipe !== null && this.#over) drawDivider(context, view, props.swipe);
    this.#setTexts(props, view, index, isWaiting, failure);
  }

  /** Returns the point of the volume under a pixel, or null while nothing is shown. */
  pointAt(pixel: Point2): Point3 | null {
    const now = this.#shown();
    return now && fromPlane(toPlace(now.view, pixel), this.#axis, now.index);
  }

  /** Tells which point of the volume is under a pixel: also when slice or zoom change below a pointer that rests. */
  tellHover(pixel: Point2 | null): void {
    const point = pixel && this.pointAt(pixel);
    const shape = this.#context.props()?.volume?.shape;
    const isThere = point && shape && isInside(point, shape);
    this.#context.events.onHover(isThere ? { ...point, of: this.#seenAt(pixel, point) } : null);
  }

  /** Tells which volume is drawn at a pixel, whose point is given. */
  #seenAt(pixel: Point2, { x, y, z }: Point3): "volume" | "compare" {
    if (this.#pane === "compare") return "compare";
    const now = this.#shown();
    if (!now?.props.compare || now.props.swipe === null || !this.#over) return "volume";
    const { origin, shape } = now.props.compare;
    const isRight = pixel.x >= now.props.swipe * now.view.size.width;
    const inCompare = { x: x - origin.x, y: y - origin.y, z: z - origin.z };
    return isRight && isInside(inCompare, shape) ? "compare" : "volume";
  }

  #shown() {
    const props = this.#context.props();
    const view = this.#context.linked.view(this.#pane);
    if (!props?.volume || !view) return null;
    const index = nearestVoxel(props.cursor, props.volume.shape)[this.#axis];
    return { props, view, volume: props.volume, index };
  }

  #clearTexts(): void {
    this.overlay.setTitle("");
    this.overlay.setNote("");
    this.overlay.setScaleBar(null);
    this.overlay.setTab(null);
  }

  dispose(): void {
    this.#detachPointer();
    this.overlay.dispose();
    this.#geometry.dispose();
    this.#material.dispose();
    this.#over?.mesh.material.dispose();
  }

  #setTexts(
    props: ViewerProps,
    view: PaneView,
    index: number,
    isWaiting: boolean,
    failure: string | null,
  ): void {
    const { volume, box, slab, compare } = props;
    if (!volume) return;
    const axis = this.#axis;
    const { column, row } = PLANE_AXES[axis];
    const plane = `${column}${row}`.toUpperCase();
    const name = this.#pane === "compare" ? `Compare ${plane}` : plane;
    const last = lengthAlong(volume.shape, axis) - 1;
    const slabText = slab > 1 ? `   slab ${slab}` : "";
    this.overlay.setTitle(`${name}   ${axis} ${index} / ${last}${slabText}${isWaiting ? "   …" : ""}`);
    const outside =
      (this.#pane === "compare" || props.swipe !== null) &&
      compare !== null &&
      !cutsBox(boxAt(compare.origin, compare.shape), axis, index);
    this.overlay.setNote(failure ?? (outside ? "The compared volume does not reach this slice." : ""));
    const longest = Math.min(SCALE_BAR_PIXELS, SCALE_BAR_SHARE * view.size.width);
    this.overlay.setScaleBar(scaleBar(view.scale, volume.voxelSizeAngstrom, longest));
    this.overlay.setTab(box && this.#boxTab(box, view, index));
  }

  /** The handle that moves the box, where any of the box is in the pane. */
  #boxTab(box: Box, view: PaneView, index: number) {
    const axis = this.#axis;
    const frame = frameOf(box, axis);
    const first = toPixel(view, { x: frame.left, y: frame.top });
    const last = toPixel(view, { x: frame.right, y: frame.bottom });
    if (last.x < 0 || last.y < 0 || first.x > view.size.width || first.y > view.size.height) return null;
    const [depth, height, width] = boxShape(box);
    return {
      text: `${width} × ${height} × ${depth}`,
      place: first,
      opacity: boxOpacity(box, axis, index) === 1 ? 1 : 0.6,
    };
  }

  #drawCompareFrame(context: CanvasRenderingContext2D, view: PaneView, { compare }: ViewerProps): void {
    if (!compare) return;
    drawFrame(context, view, frameOf(boxAt(compare.origin, compare.shape), this.#axis), true);
  }

  #discs(props: ViewerProps, index: number): ParticleDisc[] {
    return particleDiscs(props.particles, this.#axis, index, props.slab);
  }

  #pointerTarget(): SlicePointerTarget {
    const { linked, events } = this.#context;
    return {
      gripAt: (pixel) => {
        const now = this.#shown();
        if (!now?.props.box) return null;
        if (this.overlay.isOnTab(pixel)) return { column: 0, row: 0 };
        const frame = frameOf(now.props.box, this.#axis);
        return gripAt(frame, toPlace(now.view, pixel), GRIP_PIXELS / now.view.scale);
      },
      hover: (pixel) => {
        this.#context.setPointer(pixel && { pane: this.#pane, pixel });
        this.tellHover(pixel);
      },
      moveCursor: (pixel) => {
        const point = this.pointAt(pixel);
        const shape = this.#context.props()?.volume?.shape;
        if (point && shape) events.onCursor(nearestVoxel(point, shape));
      },
      startBox: (grip) => this.#startBox(grip),
      startContrast: () => {
        const props = this.#context.props();
        const own = this.#pane === "compare" ? props?.compareContrast : null;
        const start = own ?? props?.contrast;
        return (dx, dy) => {
          if (!start) return;
          const { low, high } = dragContrast(start, dx, dy);
          events.onContrast(low, high, own ? "compare" : this.#pane);
        };
      },
      pan: (dx, dy) => {
        linked.pan(this.#pane, dx, dy);
        this.#context.requestDraw();
      },
      click: (pixel) => {
        const now = this.#shown();
        if (!now) return;
        const hidden = new Set(now.props.classes.filter(({ visible }) => !visible).map(({ label }) => label));
        const discs = this.#discs(now.props, now.index).filter(({ label }) => !hidden.has(label));
        const disc = discAt(discs, toPlace(now.view, pixel), PICK_PIXELS / now.view.scale);
        if (disc) events.onPickParticle(disc.id);
      },
      scroll: (steps) => events.onSlice(this.#axis, steps),
      zoom: (factor) => this.#context.zoom(factor),
      maximise: () => events.onMaximise(this.#pane),
    };
  }

  #startBox(grip: FrameGrip): (dx: number, dy: number) => void {
    const { linked, events } = this.#context;
    const props = this.#context.props();
    const view = linked.view(this.#pane);
    const start: Box | null = props?.box ?? null;
    const shape = props?.volume?.shape;
    return (dx, dy) => {
      if (!start || !view || !shape) return;
      const distance = { x: dx / view.scale, y: dy / view.scale };
      events.onBox(dragBox(start, this.#axis, grip, distance, shape));
    };
  }
}

function wholeFrame(shape: Shape3, axis: Axis) {
  const { width, height } = sliceSize(shape, axis);
  return { left: -0.5, top: -0.5, right: width - 0.5, bottom: height - 0.5 };
}

function isInside(point: Point3, [nz, ny, nx]: Shape3): boolean {
  const within = (value: number, length: number) => value >= -0.5 && value < length - 0.5;
  return within(point.x, nx) && within(point.y, ny) && within(point.z, nz);
}
