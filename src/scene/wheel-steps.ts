/** What one notch of a mouse wheel scrolls, in pixels; smaller events come from touchpads. */
const NOTCH_PIXELS = 50;
/** Touchpad pixels for one step. */
const STEP_PIXELS = 24;
const LINE_PIXELS = 40;
const PAGE_PIXELS = 400;
/** After this pause a rest of touchpad movement is forgotten. */
const PAUSE_MS = 300;
const ZOOM_PER_NOTCH = 1.2;
/** A pinch of 100 touchpad pixels zooms by e. */
const ZOOM_PER_PIXEL = 0.01;

/** The parts of a WheelEvent that matter. */
export interface WheelMove {
  readonly deltaX: number;
  readonly deltaY: number;
  /** 0 pixels, 1 lines, 2 pages. */
  readonly deltaMode: number;
  readonly timeStamp: number;
}

/** Turns wheel events into whole steps: a notch is one step, small touchpad moves add up. */
export class WheelSteps {
  #rest = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** Returns the steps that an event completes, positive downwards; often 0. */
  add(move: WheelMove): number {
    const pixels = wheelPixels(move);
    const paused = move.timeStamp - this.#lastMs > PAUSE_MS;
    this.#lastMs = move.timeStamp;
    if (Math.abs(pixels) >= NOTCH_PIXELS) {
      this.#rest = 0;
      return Math.sign(pixels);
    }
    if (paused || Math.sign(pixels) !== Math.sign(this.#rest)) this.#rest = 0;
    this.#rest += pixels;
    const steps = Math.trunc(this.#rest / STEP_PIXELS) || 0; // never -0
    this.#rest -= steps * STEP_PIXELS;
    return steps;
  }
}

/** Returns the zoom factor of a wheel event: above 1 upwards. */
export function wheelZoom(move: WheelMove): number {
  const pixels = wheelPixels(move);
  if (Math.abs(pixels) >= NOTCH_PIXELS) return pixels < 0 ? ZOOM_PER_NOTCH : 1 / ZOOM_PER_NOTCH;
  return Math.exp(-pixels * ZOOM_PER_PIXEL);
}

/** Shift turns the wheel sideways in some browsers, so either direction counts. */
function wheelPixels({ deltaX, deltaY, deltaMode }: WheelMove): number {
  const delta = deltaY || deltaX;
  return delta * (deltaMode === 1 ? LINE_PIXELS : deltaMode === 2 ? PAGE_PIXELS : 1);
}
