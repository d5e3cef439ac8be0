import type { FrameGrip } from "./box-frame";
import type { Point2 } from "./slice-plane";
import { type WheelMove, WheelSteps, wheelZoom } from "./wheel-steps";

const SHIFT_STEPS = 10;
/** A press that moves less than this is a click. */
const CLICK_PIXELS = 4;

/** What a slice pane does with the pointer; places are in CSS pixels from the pane's top left. */
export interface SlicePointerTarget {
  gripAt(place: Point2): FrameGrip | null;
  hover(place: Point2 | null): void;
  moveCursor(place: Point2): void;
  /** Starts a drag of the box; the function returned takes the distance from the start. */
  startBox(grip: FrameGrip): (dx: number, dy: number) => void;
  /** Starts a window/level drag; the function returned takes the distance from the start. */
  startContrast(): (dx: number, dy: number) => void;
  pan(dx: number, dy: number): void;
  click(place: Point2): void;
  scroll(steps: number): void;
  zoom(factor: number): void;
  maximise(): void;
}

interface Drag {
  readonly pointerId: number;
  readonly start: Point2;
  last: Point2;
  isClick: boolean;
  readonly move: (place: Point2, drag: Drag) => void;
}

/**
 * Turns pointer and wheel events on an element into a slice pane's actions: drag moves the cursor (or the box, where the
 * press is on it), Shift or the middle button pans, the right button sets the contrast; wheel scrolls, with Shift by ten,
 * with Ctrl it zooms. Returns the function that detaches it.
 */
export function attachSlicePointer(element: HTMLElement, target: SlicePointerTarget): () => void {
  const detach = new AbortController();
  const options = { signal: detach.signal };
  const wheel = new WheelSteps();
  let drag: Drag | null = null;

  const placeOf = (event: MouseEvent): Point2 => {
    const { left, top } = element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  const showCursor = (place: Point2) => {
    element.style.cursor = cursorOf(target.gripAt(place));
  };

  element.addEventListener(
    "pointerdown",
    (event) => {
      if (drag) return;
      const start = placeOf(event);
      const move = startMove(target, event, start);
      if (!move) return;
      drag = { pointerId: event.pointerId, start, last: start, isClick: event.button === 0, move };
      element.setPointerCapture(event.pointerId);
    },
    options,
  );
  element.addEventListener(
    "pointermove",
    (event) => {
      const place = placeOf(event);
      if (drag && drag.pointerId === event.pointerId) {
        if (Math.hypot(place.x - drag.start.x, place.y - drag.start.y) >= CLICK_PIXELS) drag.isClick = false;
        drag.move(place, drag);
        drag.last = place;
      } else if (!drag) showCursor(place);
      target.hover(place);
    },
    options,
  );
  element.addEventListener(
    "pointerup",
    (event) => {
      if (drag?.pointerId !== event.pointerId) return;
      const { isClick, start } = drag;
      drag = null;
      if (isClick && !event.shiftKey) target.click(start);
      showCursor(placeOf(event));
    },
    options,
  );
  const abandon = () => {
    drag = null;
  };
  element.addEventListener("pointercancel", abandon, options);
  element.addEventListener("lostpointercapture", abandon, options);
  element.addEventListener("pointerleave", () => target.hover(null), options);
  element.addEventListener("contextmenu", (event) => event.preventDefault(), options);
  element.addEventListener("dblclick", () => target.maximise(), options);
  element.addEventListener(
    "wheel",
    (event: WheelEvent & WheelMove) => {
      event.preventDefault();
      target.hover(placeOf(event));
      if (event.ctrlKey || event.metaKey) target.zoom(wheelZoom(event));
      else {
        const steps = wheel.add(event);
        if (steps !== 0) target.scroll(event.shiftKey ? steps * SHIFT_STEPS : steps);
      }
    },
    { ...options, passive: false },
  );
  return () => detach.abort();
}

function startMove(target: SlicePointerTarget, event: PointerEvent, start: Point2): Drag["move"] | null {
  if (event.button === 2) {
    const drag = target.startContrast();
    return ({ x, y }) => drag(x - start.x, y - start.y);
  }
  if (event.button === 1 || (event.button === 0 && event.shiftKey)) {
    event.preventDefault();
    return ({ x, y }, { last }) => target.pan(x - last.x, y - last.y);
  }
  if (event.button !== 0) return null;
  const grip = target.gripAt(start);
  if (grip) {
    const drag = target.startBox(grip);
    return ({ x, y }) => drag(x - start.x, y - start.y);
  }
  target.moveCursor(start);
  return (place) => target.moveCursor(place);
}

function cursorOf(grip: FrameGrip | null): string {
  if (!grip) return "crosshair";
  if (grip.column === 0 && grip.row === 0) return "move";
  if (grip.row === 0) return "ew-resize";
  if (grip.column === 0) return "ns-resize";
  return grip.column === grip.row ? "nwse-resize" : "nesw-resize";
}
