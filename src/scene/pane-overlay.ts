import { BOX_COLOR, MUTED_COLOR, TEXT_COLOR } from "./axis-colors";
import type { ScaleBar } from "./scale-bar";
import type { Point2, Size2 } from "./slice-plane";

const FONT = "11px system-ui, sans-serif";
const TITLE_HEIGHT = 24;
const SHADOW = "0 0 3px #0f1115, 0 0 2px #0f1115, 0 1px 1px #0f1115";

/**
 * What lies over a pane's picture: an element that takes the pointer, a 2D canvas for lines, and texts. It is the first
 * child of the pane's element, so that positioned controls of the pane lie above it.
 */
export class PaneOverlay {
  readonly root = document.createElement("div");
  readonly canvas = document.createElement("canvas");
  readonly #context: CanvasRenderingContext2D;
  readonly #border = document.createElement("div");
  readonly #title = textNode("left:8px;top:6px;white-space:pre");
  readonly #note = textNode("left:8px;right:8px;bottom:44px");
  readonly #scale = textNode("left:10px;bottom:16px");
  readonly #scaleLine = document.createElement("div");
  readonly #tab = textNode("left:0;top:0;padding:0 5px;border-radius:3px 3px 0 0;white-space:nowrap");

  constructor(host: HTMLElement) {
    const context = this.canvas.getContext("2d");
    if (!context) throw new Error("The browser gives no 2D canvas.");
    this.#context = context;
    if (getComputedStyle(host).position === "static") host.style.position = "relative";
    this.root.style.cssText =
      "position:absolute;inset:0;overflow:hidden;touch-action:none;user-select:none;-webkit-user-select:none";
    this.root.dataset.viewer = "pane";
    this.canvas.style.cssText = "position:absolute;left:0;top:0;width:100%;height:100%;pointer-events:none";
    this.#border.style.cssText =
      "position:absolute;inset:0;pointer-events:none;border:1px solid;opacity:0.75";
    this.#scaleLine.style.cssText = `position:absolute;left:10px;bottom:11px;height:3px;pointer-events:none;background:${TEXT_COLOR};box-shadow:0 0 0 1px #0f1115aa`;
    this.#tab.style.background = BOX_COLOR;
    this.#tab.style.color = "#0f1115";
    this.#tab.style.textShadow = "none";
    this.#note.style.color = MUTED_COLOR;
    this.root.append(
      this.canvas,
      this.#border,
      this.#title,
      this.#note,
      this.#scale,
      this.#scaleLine,
      this.#tab,
    );
    this.setScaleBar(null);
    this.setTab(null);
    host.prepend(this.root);
  }

  /** Returns the canvas to draw on, empty, in CSS pixels from the pane's top left. */
  begin(size: Size2, pixelRatio: number): CanvasRenderingContext2D {
    const width = Math.max(1, Math.round(size.width * pixelRatio));
    const height = Math.max(1, Math.round(size.height * pixelRatio));
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.#context.setTransform(1, 0, 0, 1, 0, 0);
    this.#context.clearRect(0, 0, width, height);
    this.#context.setTransform(width / size.width, 0, 0, height / size.height, 0, 0);
    this.#context.font = FONT;
    return this.#context;
  }

  setBorder(color: string): void {
    this.#border.style.borderColor = color;
  }

  setTitle(text: string): void {
    setText(this.#title, text);
  }

  /** A sentence in place of the picture: why it is not there. */
  setNote(text: string): void {
    setText(this.#note, text);
  }

  setScaleBar(bar: ScaleBar | null): void {
    setText(this.#scale, bar?.text ?? "");
    this.#scaleLine.style.display = bar ? "block" : "none";
    if (bar) this.#scaleLine.style.width = `${bar.lengthPixels}px`;
  }

  /** The handle of the box: its text and where its bottom left lies; kept within the pane, below the title. Null hides it. */
  setTab(tab: { readonly text: string; readonly place: Point2; readonly opacity: number } | null): void {
    this.#tab.style.display = tab ? "block" : "none";
    if (!tab) return;
    setText(this.#tab, tab.text);
    const { clientWidth, clientHeight } = this.root;
    const left = Math.max(0, Math.min(tab.place.x, clientWidth - this.#tab.offsetWidth));
    const lowest = clientHeight - this.#tab.offsetHeight;
    const top = Math.max(TITLE_HEIGHT, Math.min(tab.place.y - this.#tab.offsetHeight, lowest));
    this.#tab.style.left = `${left}px`;
    this.#tab.style.top = `${top}px`;
    this.#tab.style.opacity = String(tab.opacity);
  }

  /** Tells whether a place in the pane lies on the box's handle. */
  isOnTab({ x, y }: Point2): boolean {
    const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = this.#tab;
    return x >= offsetLeft && y >= offsetTop && x < offsetLeft + offsetWidth && y < offsetTop + offsetHeight;
  }

  /** Draws the overlay as it is seen into a picture, whose origin is the pane's top left, in CSS pixels. */
  paintInto(context: CanvasRenderingContext2D): void {
    const pane = this.root.getBoundingClientRect();
    context.drawImage(this.canvas, 0, 0, pane.width, pane.height);
    for (const element of [this.#scaleLine, this.#tab, this.#title, this.#note, this.#scale]) {
      const style = getComputedStyle(element);
      if (style.display === "none") continue;
      const { left, top, width, height } = element.getBoundingClientRect();
      context.globalAlpha = Number(style.opacity);
      context.fillStyle = style.backgroundColor;
      context.fillRect(left - pane.left, top - pane.top, width, height);
      context.font = FONT;
      context.fillStyle = style.color;
      context.textBaseline = "middle";
      const indent = Number.parseFloat(style.paddingLeft);
      context.fillText(element.textContent, left - pane.left + indent, top - pane.top + height / 2);
      context.globalAlpha = 1;
    }
  }

  dispose(): void {
    this.root.remove();
  }
}

function textNode(place: string): HTMLDivElement {
  const node = document.createElement("div");
  node.style.cssText = `position:absolute;${place};pointer-events:none;font:${FONT};line-height:15px;font-variant-numeric:tabular-nums;color:${TEXT_COLOR};text-shadow:${SHADOW}`;
  return node;
}

function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
