import { LinearFilter, NearestFilter, type WebGLRenderer } from "three";
import type { Axis, Box, Point3 } from "../core/volume/shape";
import { BACKGROUND_COLOR } from "./axis-colors";
import { boxAt } from "./box-frame";
import { composeScreenshot } from "./compose-screenshot";
import { createRenderer } from "./create-renderer";
import { type Change, DrawSchedule } from "./draw-schedule";
import { FrameCost } from "./frame-cost";
import { LabelPalette } from "./label-palette";
import { LinkedView } from "./linked-view";
import { Pane3D } from "./pane-3d";
import { isSameLayout, measureLayout, type PaneArea, type PaneLayout } from "./pane-layout";
import { Scene3D } from "./scene-3d";
import { type PanePictures, SliceFeed } from "./slice-feed";
import { SlicePicture } from "./slice-picture";
import {
  inPlane,
  isSameShape,
  type Point2,
  SLICE_PANES,
  type SlicePaneId,
  SWIPED_PANES,
} from "./slice-plane";
import { SliceTexture } from "./slice-texture";
import { SliceView } from "./slice-view";
import type { HatchProps, PaneId, SliceSource, Viewer, ViewerEvents, ViewerProps } from "./viewer-props";

/**
 * Returns a viewer that draws into a canvas it puts behind everything in `canvasHost`, with slices from `source`. Throws a
 * ComputeError if the browser gives no WebGL 2.
 */
export function createViewer(canvasHost: HTMLElement, source: SliceSource, events: ViewerEvents): Viewer {
  return new CanvasViewer(canvasHost, source, events);
}

class CanvasViewer implements Viewer {
  readonly #host: HTMLElement;
  readonly #events: ViewerEvents;
  readonly #canvas = document.createElement("canvas");
  readonly #renderer: WebGLRenderer;
  readonly #palette = new LabelPalette();
  readonly #pictures: PanePictures;
  readonly #feed: SliceFeed;
  readonly #linked = new LinkedView();
  readonly #slices = new Map<SlicePaneId, SliceView>();
  readonly #scene3d: Scene3D;
  #pane3d: Pane3D | null = null;
  readonly #elements = new Map<PaneId, HTMLElement>();
  readonly #resizes: ResizeObserver;
  readonly #detach = new AbortController();
  #props: ViewerProps | null = null;
  #pointer: { readonly pane: SlicePaneId; readonly pixel: Point2 } | null = null;
  readonly #cost3d: FrameCost;
  readonly #schedule: DrawSchedule;
  #layout: PaneLayout | null = null;
  /** A compared box that the views zoom in on as soon as its pane is there. */
  #toFrame: Box | null = null;
  #disposed = false;

  constructor(host: HTMLElement, source: SliceSource, events: ViewerEvents) {
    this.#host = host;
    this.#events = events;
    this.#renderer = createRenderer(this.#canvas);
    this.#renderer.setClearColor(BACKGROUND_COLOR);
    this.#cost3d = new FrameCost(this.#renderer.getContext() as WebGL2RenderingContext);
    this.#schedule = new DrawSchedule(
      () => this.#draw(false),
      () => this.#cost3d.milliseconds,
    );
    if (getComputedStyle(host).position === "static") host.style.position = "relative";
    this.#canvas.style.cssText =
      "position:absolute;left:0;top:0;width:100%;height:100%;display:block;pointer-events:none";
    host.prepend(this.#canvas);

    this.#pictures = this.#createPictures();
    const { xy, xz, yz } = this.#pictures.panes;
    this.#scene3d = new Scene3D({ x: yz, y: xz, z: xy }, () => this.#requestDraw("3d-now"));
    this.#feed = new SliceFeed(source, this.#pictures, () => this.#requestDraw());

    // Within this callback, before the browser paints: a resized canvas is empty until it is drawn again.
    this.#resizes = new ResizeObserver(() => this.#draw(false));
    this.#resizes.observe(host);
    const options = { signal: this.#detach.signal };
    window.addEventListener("resize", () => this.#requestDraw(), options);
    window.addEventListener("scroll", () => this.#requestDraw(), {
      ...options,
      capture: true,
      passive: true,
    });
    // three.js prevents the default of a lost context and makes its objects anew, but for the clear colour.
    const restore = () => {
      this.#renderer.setClearColor(BACKGROUND_COLOR);
      this.#draw(true);
    };
    this.#canvas.addEventListener("webglcontextrestored", restore, options);
  }

  setPane(pane: PaneId, element: HTMLElement | null): void {
    if (this.#disposed || this.#elements.get(pane) === (element ?? undefined)) return;
    this.#removePane(pane);
    if (element) {
      this.#elements.set(pane, element);
      this.#resizes.observe(element);
      if (pane === "3d") this.#pane3d = new Pane3D(element, this.#scene3d, this.#events);
      else this.#slices.set(pane, this.#createSliceView(pane, element));
    }
    this.#fetch();
    this.#requestDraw();
  }

  update(props: ViewerProps): void {
    if (this.#disposed) return;
    const before = this.#props;
    this.#props = props;
    const { volume, overlay, cursor } = props;
    if (volume && !isSameShape(volume.shape, before?.volume?.shape)) this.#linked.setShape(volume.shape);
    else if (before && !samePoint(cursor, before.cursor)) this.#linked.follow(cursor);
    this.#linked.setCompareAxis(props.compareAxis, props.swipe !== null);
    if (props.compare?.id !== before?.compare?.id) this.#toFrame = comparedBox(props);
    if (props.classes !== before?.classes) this.#palette.update(props.classes);
    const opacity = overlay.visible && overlay.id !== null ? overlay.opacity : 0;
    const { panes, over } = this.#pictures;
    const show = (
      picture: SlicePicture,
      pane: SlicePaneId,
      contrast: ViewerProps["contrast"],
      hatch?: HatchProps,
    ) => {
      picture.setContrast(contrast);
      picture.setOverlay(opacity);
      if (hatch) picture.setHatch(inPlane(hatch.origin, this.#linked.axisOf(pane)));
    };
    for (const pane of SWIPED_PANES) {
      show(panes[pane], pane, props.contrast, volume?.hatch);
      show(over[pane], pane, props.compareContrast ?? props.contrast, props.compare?.hatch);
    }
    show(panes.compare, "compare", props.compareContrast ?? props.contrast, props.compare?.hatch);
    this.#scene3d.update(props);
    this.#fetch();
    this.#requestDraw();
    const { swipe, compare } = props;
    const isSeenSame = swipe === before?.swipe && compare?.id === before?.compare?.id;
    if (before && !(isSeenSame && samePoint(cursor, before.cursor))) this.#tellHover();
  }

  #tellHover(): void {
    if (this.#pointer) this.#slices.get(this.#pointer.pane)?.tellHover(this.#pointer.pixel);
  }

  zoom(factor: number): void {
    if (this.#pane3d?.hasPointer) {
      this.#scene3d.zoom(factor);
      return;
    }
    const under = this.#pointer && this.#slices.get(this.#pointer.pane)?.pointAt(this.#pointer.pixel);
    const point = under ?? this.#props?.cursor;
    if (point) this.#linked.zoomAbout(point, factor);
    this.#requestDraw("slices");
  }

  fit(): void {
    this.#linked.fit();
    this.#scene3d.fit();
    this.#requestDraw("slices");
  }

  lookAlong(axis: Axis): void {
    this.#scene3d.lookAlong(axis);
  }

  flyTo(point: Point3): void {
    this.#linked.centerOn(point);
    this.#scene3d.flyTo(point);
    this.#requestDraw("slices");
  }

  async toBlob(): Promise<Blob> {
    this.#draw(true);
    const views = [...this.#slices.values(), ...(this.#pane3d ? [this.#pane3d] : [])];
    return composeScreenshot(
      this.#canvas,
      views.map(({ overlay }) => overlay),
    );
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#schedule.dispose();
    this.#cost3d.dispose();
    this.#detach.abort();
    this.#resizes.disconnect();
    for (const pane of [...this.#elements.keys()]) this.#removePane(pane);
    this.#feed.dispose();
    this.#scene3d.dispose();
    const { panes, over } = this.#pictures;
    for (const { image, labels, hatch } of [...Object.values(panes), ...Object.values(over)])
      for (const texture of [image, labels, hatch]) texture.dispose();
    this.#palette.dispose();
    this.#renderer.dispose();
    // Browsers keep few contexts alive: give this one back now.
    this.#renderer.getContext().getExtension("WEBGL_lose_context")?.loseContext();
    this.#canvas.remove();
  }

  #createPictures(): PanePictures {
    const filter = this.#renderer.extensions.has("OES_texture_float_linear") ? LinearFilter : NearestFilter;
    const create = (labels = new SliceTexture(NearestFilter)) =>
      new SlicePicture(new SliceTexture(filter), labels, this.#palette);
    const panes = { xy: create(), xz: create(), yz: create(), compare: create() };
    const over = { xy: create(panes.xy.labels), xz: create(panes.xz.labels), yz: create(panes.yz.labels) };
    return { panes, over };
  }

  #createSliceView(pane: SlicePaneId, element: HTMLElement): SliceView {
    const { panes, over } = this.#pictures;
    return new SliceView(pane, element, panes[pane], pane === "compare" ? null : over[pane], {
      linked: this.#linked,
      events: this.#events,
      props: () => this.#props,
      setPointer: (pointer) => {
        this.#pointer = pointer;
      },
      zoom: (factor) => this.zoom(factor),
      requestDraw: () => this.#requestDraw("slices"),
    });
  }

  #removePane(pane: PaneId): void {
    const element = this.#elements.get(pane);
    if (!element) return;
    this.#resizes.unobserve(element);
    this.#elements.delete(pane);
    if (pane === "3d") {
      this.#pane3d?.dispose();
      this.#pane3d = null;
      return;
    }
    this.#slices.get(pane)?.dispose();
    this.#slices.delete(pane);
    this.#linked.setSize(pane, null);
    if (this.#pointer?.pane === pane) this.#pointer = null;
  }

  #fetch(): void {
    if (!this.#props) return;
    const shown = new Set(this.#slices.keys());
    if (this.#pane3d && this.#props.slicePlanes)
      for (const pane of ["xy", "xz", "yz"] as const) shown.add(pane);
    this.#feed.update(this.#props, shown);
  }

  #requestDraw(change: Change = "all"): void {
    if (!this.#disposed) this.#schedule.request(change);
  }

  /** Draws what has changed, or everything: also when a pane lies elsewhere than before. */
  #draw(everything: boolean): void {
    if (this.#disposed) return;
    const due = this.#schedule.begin();
    const layout = measureLayout(this.#host, this.#elements);
    const anew = everything || !this.#layout || !isSameLayout(layout, this.#layout);
    this.#layout = layout;
    if (layout.width === 0 || layout.height === 0) return;
    if (this.#canvas.width !== layout.width || this.#canvas.height !== layout.height)
      this.#renderer.setSize(layout.width, layout.height, false);
    for (const pane of SLICE_PANES)
      this.#linked.setSize(pane, layout.panes.find((area) => area.pane === pane) ?? null);
    if (this.#toFrame && this.#linked.view(this.#linked.comparePane)) {
      this.#linked.frame(this.#toFrame, this.#linked.comparePane);
      this.#toFrame = null;
    }
    this.#renderer.setScissorTest(false);
    if (anew) this.#renderer.clear();
    this.#renderer.setScissorTest(true);
    for (const area of layout.panes) {
      if (!anew && !(area.pane === "3d" ? due.scene3d : due.slices)) continue;
      this.#renderer.setViewport(area.viewport.x, area.viewport.y, area.viewport.width, area.viewport.height);
      this.#renderer.setScissor(area.viewport.x, area.viewport.y, area.viewport.width, area.viewport.height);
      if (area.pane === "3d") this.#draw3d(area, layout.pixelRatio);
      else this.#drawSlice(area.pane, layout.pixelRatio);
    }
  }

  #draw3d(area: PaneArea, ratio: number): void {
    this.#cost3d.begin();
    this.#renderer.clear();
    this.#pane3d?.draw(this.#renderer, area, ratio);
    this.#cost3d.end();
  }

  #drawSlice(pane: SlicePaneId, ratio: number): void {
    const slice = this.#slices.get(pane);
    const view = this.#linked.view(pane);
    if (!slice || !view) return;
    slice.place(view);
    this.#renderer.clear();
    this.#renderer.render(slice.scene, slice.camera);
    slice.drawOverlay(view, ratio, this.#feed.isWaiting(pane), this.#feed.failure(pane));
  }
}

/** Returns where the compared volume lies, if it is a part of the volume. */
function comparedBox({ volume, compare }: ViewerProps): Box | null {
  if (!volume || !compare || isSameShape(volume.shape, compare.shape)) return null;
  return boxAt(compare.origin, compare.shape);
}

function samePoint(a: Point3, b: Point3): boolean {
  return a.x === b.x && a.y === b.y && a.z === b.z;
}
