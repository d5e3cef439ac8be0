import { LinearFilter, NearestFilter, WebGLRenderer } from "three";
import { ComputeError } from "../core/errors";
import type { Axis, Point3, Shape3 } from "../core/volume/shape";
import { BACKGROUND_COLOR } from "./axis-colors";
import { LabelPalette } from "./label-palette";
import { LinkedView } from "./linked-view";
import { Pane3D } from "./pane-3d";
import type { PaneOverlay } from "./pane-overlay";
import { Scene3D } from "./scene-3d";
import { SliceFeed } from "./slice-feed";
import { SlicePicture } from "./slice-picture";
import { type Point2, SLICE_PANES, type SlicePaneId } from "./slice-plane";
import { SliceTexture } from "./slice-texture";
import { SliceView } from "./slice-view";
import type { PaneId, SliceSource, Viewer, ViewerEvents, ViewerProps } from "./viewer-props";

const MAX_PIXEL_RATIO = 2;

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
  readonly #pictures: Record<SlicePaneId, SlicePicture>;
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
  #frame = 0;
  #disposed = false;

  constructor(host: HTMLElement, source: SliceSource, events: ViewerEvents) {
    this.#host = host;
    this.#events = events;
    this.#renderer = createRenderer(this.#canvas);
    if (getComputedStyle(host).position === "static") host.style.position = "relative";
    this.#canvas.style.cssText =
      "position:absolute;left:0;top:0;width:100%;height:100%;display:block;pointer-events:none";
    host.prepend(this.#canvas);

    this.#pictures = this.#createPictures();
    const { xy, xz, yz } = this.#pictures;
    this.#scene3d = new Scene3D({ x: yz, y: xz, z: xy }, () => this.#requestDraw());
    this.#feed = new SliceFeed(source, this.#pictures, () => this.#requestDraw());

    // Within this callback, before the browser paints: a resized canvas is empty until it is drawn again.
    this.#resizes = new ResizeObserver(() => this.#draw());
    this.#resizes.observe(host);
    const options = { signal: this.#detach.signal };
    window.addEventListener("resize", () => this.#requestDraw(), options);
    window.addEventListener("scroll", () => this.#requestDraw(), {
      ...options,
      capture: true,
      passive: true,
    });
    // three.js prevents the default of a lost context and makes its objects anew after it is restored.
    this.#canvas.addEventListener("webglcontextrestored", () => this.#requestDraw(), options);
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
    if (volume && !sameShape(volume.shape, before?.volume?.shape)) this.#linked.setShape(volume.shape);
    else if (before && !samePoint(cursor, before.cursor)) this.#linked.follow(cursor);
    if (props.classes !== before?.classes) this.#palette.update(props.classes);
    for (const pane of SLICE_PANES) {
      const picture = this.#pictures[pane];
      picture.setContrast(pane === "compare" ? (props.compareContrast ?? props.contrast) : props.contrast);
      picture.setOverlay(overlay.visible && overlay.id !== null ? overlay.opacity : 0);
    }
    this.#scene3d.update(props);
    this.#fetch();
    this.#requestDraw();
  }

  zoom(factor: number): void {
    if (this.#pane3d?.hasPointer) {
      this.#scene3d.zoom(factor);
      return;
    }
    const under = this.#pointer && this.#slices.get(this.#pointer.pane)?.pointAt(this.#pointer.pixel);
    const point = under ?? this.#props?.cursor;
    if (point) this.#linked.zoomAbout(point, factor);
    this.#requestDraw();
  }

  fit(): void {
    this.#linked.fit();
    this.#scene3d.fit();
    this.#requestDraw();
  }

  lookAlong(axis: Axis): void {
    this.#scene3d.lookAlong(axis);
  }

  flyTo(point: Point3): void {
    this.#linked.centerOn(point);
    this.#scene3d.flyTo(point);
    this.#requestDraw();
  }

  async toBlob(): Promise<Blob> {
    this.#draw();
    const picture = document.createElement("canvas");
    picture.width = this.#canvas.width;
    picture.height = this.#canvas.height;
    const context = picture.getContext("2d");
    if (!context) throw new ComputeError("backend-unavailable", "The browser gives no 2D canvas.");
    context.drawImage(this.#canvas, 0, 0);
    const host = this.#host.getBoundingClientRect();
    const ratio = picture.width / host.width;
    for (const [pane, element] of this.#elements) {
      const { left, top } = element.getBoundingClientRect();
      context.setTransform(ratio, 0, 0, ratio, ratio * (left - host.left), ratio * (top - host.top));
      this.#overlayOf(pane)?.paintInto(context);
    }
    return new Promise((resolve, reject) => {
      picture.toBlob((blob) => {
        if (blob) resolve(blob);
        else reject(new ComputeError("out-of-memory", "The browser could not encode the picture."));
      });
    });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    cancelAnimationFrame(this.#frame);
    this.#detach.abort();
    this.#resizes.disconnect();
    for (const pane of [...this.#elements.keys()]) this.#removePane(pane);
    this.#feed.dispose();
    this.#scene3d.dispose();
    for (const { image, labels } of Object.values(this.#pictures)) {
      image.dispose();
      labels.dispose();
    }
    this.#palette.dispose();
    this.#renderer.dispose();
    // Browsers keep few contexts alive: give this one back now.
    this.#renderer.getContext().getExtension("WEBGL_lose_context")?.loseContext();
    this.#canvas.remove();
  }

  #createPictures(): Record<SlicePaneId, SlicePicture> {
    const filter = this.#renderer.extensions.has("OES_texture_float_linear") ? LinearFilter : NearestFilter;
    const create = (labels = new SliceTexture(NearestFilter)) =>
      new SlicePicture(new SliceTexture(filter), labels, this.#palette);
    const xy = create();
    return { xy, xz: create(), yz: create(), compare: create(xy.labels) };
  }

  #createSliceView(pane: SlicePaneId, element: HTMLElement): SliceView {
    return new SliceView(pane, element, this.#pictures[pane], {
      linked: this.#linked,
      events: this.#events,
      props: () => this.#props,
      setPointer: (pointer) => {
        this.#pointer = pointer;
      },
      zoom: (factor) => this.zoom(factor),
      requestDraw: () => this.#requestDraw(),
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

  #overlayOf(pane: PaneId): PaneOverlay | undefined {
    return pane === "3d" ? this.#pane3d?.overlay : this.#slices.get(pane)?.overlay;
  }

  #fetch(): void {
    if (!this.#props) return;
    const shown = new Set(this.#slices.keys());
    if (this.#pane3d && this.#props.slicePlanes)
      for (const pane of ["xy", "xz", "yz"] as const) shown.add(pane);
    this.#feed.update(this.#props, shown);
  }

  #requestDraw(): void {
    if (this.#frame !== 0 || this.#disposed) return;
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#disposed) return;
    const host = this.#host.getBoundingClientRect();
    if (host.width === 0 || host.height === 0) return;
    const ratio = Math.min(MAX_PIXEL_RATIO, window.devicePixelRatio);
    const width = Math.round(host.width * ratio);
    const height = Math.round(host.height * ratio);
    if (this.#canvas.width !== width || this.#canvas.height !== height)
      this.#renderer.setSize(width, height, false);

    const rects = new Map<PaneId, DOMRect>();
    for (const [pane, element] of this.#elements) {
      const rect = element.getBoundingClientRect();
      if (rect.width > 0 && rect.height > 0) rects.set(pane, rect);
      if (pane !== "3d") this.#linked.setSize(pane, rect);
    }
    this.#renderer.setScissorTest(false);
    this.#renderer.clear();
    this.#renderer.setScissorTest(true);
    for (const [pane, rect] of rects) {
      const left = Math.round((rect.left - host.left) * ratio);
      const right = Math.round((rect.right - host.left) * ratio);
      const top = Math.round((rect.top - host.top) * ratio);
      const bottom = Math.round((rect.bottom - host.top) * ratio);
      this.#renderer.setViewport(left, height - bottom, right - left, bottom - top);
      this.#renderer.setScissor(left, height - bottom, right - left, bottom - top);
      if (pane === "3d") this.#pane3d?.draw(this.#renderer, rect, ratio);
      else this.#drawSlice(pane, ratio);
    }
  }

  #drawSlice(pane: SlicePaneId, ratio: number): void {
    const slice = this.#slices.get(pane);
    const view = this.#linked.view(pane);
    if (!slice || !view) return;
    slice.place(view);
    this.#renderer.render(slice.scene, slice.camera);
    slice.drawOverlay(view, ratio, this.#feed.isWaiting(pane), this.#feed.failure(pane));
  }
}

function createRenderer(canvas: HTMLCanvasElement): WebGLRenderer {
  try {
    const renderer = new WebGLRenderer({ canvas, antialias: true, powerPreference: "high-performance" });
    renderer.autoClear = false;
    renderer.setPixelRatio(1);
    renderer.setClearColor(BACKGROUND_COLOR, 1);
    return renderer;
  } catch (cause) {
    const sentence = "This browser gives no WebGL 2, which the views need: switch hardware acceleration on.";
    throw new ComputeError("backend-unavailable", sentence, {}, cause);
  }
}

function sameShape(a: Shape3, b: Shape3 | undefined): boolean {
  return b !== undefined && a.every((length, i) => length === b[i]);
}

function samePoint(a: Point3, b: Point3): boolean {
  return a.x === b.x && a.y === b.y && a.z === b.z;
}
