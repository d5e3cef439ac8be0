/** A 3D view that takes longer than this waits while slices change, so that they stay fluent … */
const COSTLY_MS = 60;
/** … until nothing has changed for so many times as long, within these limits. */
const PAUSE_PER_COST = 1.5;
const MIN_PAUSE_MS = 150;
const MAX_PAUSE_MS = 1500;

/** What changed; "3d-now" is for what the user does in the 3D view itself. */
export type Change = "slices" | "all" | "3d-now";

/** Asks the browser for frames, only when something has changed, and says what each has to draw. */
export class DrawSchedule {
  readonly #draw: () => void;
  readonly #cost3dMs: () => number;
  #slices = true;
  #scene3d = true;
  #isDue = true;
  #frame = 0;
  #pause = 0;

  /** `cost3dMs` says how long the 3D view last took to draw. */
  constructor(draw: () => void, cost3dMs: () => number) {
    this.#draw = draw;
    this.#cost3dMs = cost3dMs;
  }

  request(change: Change): void {
    if (change !== "3d-now") this.#slices = true;
    if (change !== "slices") {
      this.#scene3d = true;
      window.clearTimeout(this.#pause);
      const cost = this.#cost3dMs();
      if (change === "3d-now" || cost < COSTLY_MS) this.#isDue = true;
      else {
        const pause = Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, PAUSE_PER_COST * cost));
        this.#pause = window.setTimeout(() => this.request("3d-now"), pause);
      }
    }
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#draw);
  }

  /** Begins a frame: returns what it has to draw, which is settled with that. */
  begin(): { readonly slices: boolean; readonly scene3d: boolean } {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const due = { slices: this.#slices, scene3d: this.#scene3d && this.#isDue };
    this.#slices = false;
    if (due.scene3d) {
      this.#scene3d = false;
      this.#isDue = false;
    }
    return due;
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    window.clearTimeout(this.#pause);
  }
}
