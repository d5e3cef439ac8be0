import type { WebGLRenderer } from "three";
import { FRAME_COLOR } from "./axis-colors";
import { PaneOverlay } from "./pane-overlay";
import type { Scene3D } from "./scene-3d";
import type { Point2, Size2 } from "./slice-plane";
import type { ViewerEvents } from "./viewer-props";

/** A press that moves less than this is a click, not a turn. */
const CLICK_PIXELS = 4;

/** The pane of the 3D view: where its scene is drawn and what a click in it does; the scene's controls do the turning. */
export class Pane3D {
  readonly overlay: PaneOverlay;
  hasPointer = false;
  readonly #scene: Scene3D;
  readonly #detach = new AbortController();

  constructor(element: HTMLElement, scene: Scene3D, events: ViewerEvents) {
    this.#scene = scene;
    this.overlay = new PaneOverlay(element);
    this.overlay.setBorder(FRAME_COLOR);
    this.overlay.setTitle("3D");
    const { root } = this.overlay;
    const options = { signal: this.#detach.signal };
    let pressed: Point2 | null = null;
    root.addEventListener(
      "pointerdown",
      (event) => {
        pressed = event.button === 0 ? { x: event.clientX, y: event.clientY } : null;
      },
      options,
    );
    root.addEventListener(
      "pointerup",
      ({ clientX, clientY }) => {
        if (!pressed || Math.hypot(clientX - pressed.x, clientY - pressed.y) >= CLICK_PIXELS) return;
        const { left, top, width, height } = root.getBoundingClientRect();
        const particle = scene.particleAt({ x: clientX - left, y: clientY - top }, { width, height });
        if (particle) events.onPickParticle(particle.id);
      },
      options,
    );
    root.addEventListener("dblclick", () => events.onMaximise("3d"), options);
    root.addEventListener("pointerenter", () => this.#setPointer(true), options);
    root.addEventListener("pointerleave", () => this.#setPointer(false), options);
    scene.attach(root);
  }

  draw(renderer: WebGLRenderer, { width, height }: Size2, pixelRatio: number): void {
    const size = { width, height };
    this.#scene.prepare(size);
    renderer.render(this.#scene.scene, this.#scene.camera);
    this.#scene.drawOverlay(this.overlay.begin(size, pixelRatio), size);
  }

  dispose(): void {
    this.#detach.abort();
    this.#scene.attach(null);
    this.overlay.dispose();
  }

  #setPointer(inside: boolean): void {
    this.hasPointer = inside;
  }
}
