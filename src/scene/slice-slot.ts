import type { Axis } from "../core/volume/shape";
import type { SliceCache } from "./slice-cache";
import type { SlicePixels, SliceSource } from "./viewer-props";

/** Which slice a slot wants. `revision` rises when the voxels changed under the same id. */
export interface SliceKey {
  readonly volumeId: string;
  readonly axis: Axis;
  readonly index: number;
  readonly slab: number;
  readonly revision: number;
}

export interface SliceSlotEvents {
  /** A slice to show; null when nothing is wanted, or nothing of the volume now wanted has come yet. */
  onSlice(pixels: SlicePixels | null): void;
  /** What the source said when it could not give the slice wanted, or null once it can again. */
  onFailure(message: string | null): void;
}

/**
 * Keeps one picture up to date with what is wanted: at most one request in flight, then the newest wanted, so that fast
 * scrolling builds no backlog. While scrolling, slices on the way are shown; answers for another volume or axis are dropped.
 */
export class SliceSlot {
  readonly #source: SliceSource;
  readonly #cache: SliceCache;
  readonly #events: SliceSlotEvents;
  #wanted: SliceKey | null = null;
  #settled = true;
  #inFlight = false;

  constructor(source: SliceSource, cache: SliceCache, events: SliceSlotEvents) {
    this.#source = source;
    this.#cache = cache;
    this.#events = events;
  }

  /** True while the slice wanted is not there yet. */
  get isWaiting(): boolean {
    return !this.#settled;
  }

  /** Says what to show from now on; the same key twice asks nothing. */
  want(key: SliceKey | null): void {
    const before = this.#wanted;
    if (key === before || (key && before && keyText(key) === keyText(before))) return;
    this.#wanted = key;
    this.#settled = key === null;
    if (!key || (before && !isAlike(before, key))) this.#events.onSlice(null);
    if (!key) {
      this.#events.onFailure(null);
      return;
    }
    const cached = this.#cache.get(keyText(key));
    if (cached) this.#settle(cached);
    else if (!this.#inFlight) void this.#request(key);
  }

  async #request(key: SliceKey): Promise<void> {
    this.#inFlight = true;
    try {
      const pixels = await this.#source(key.volumeId, key.axis, key.index, key.slab);
      this.#cache.set(keyText(key), pixels);
      if (this.#isWanted(key)) this.#settle(pixels);
      else if (!this.#settled && this.#wanted && isAlike(this.#wanted, key)) this.#events.onSlice(pixels);
    } catch (error) {
      if (this.#isWanted(key)) {
        this.#settled = true;
        this.#events.onFailure(error instanceof Error ? error.message : String(error));
      }
    }
    this.#inFlight = false;
    if (!this.#settled && this.#wanted) void this.#request(this.#wanted);
  }

  #settle(pixels: SlicePixels): void {
    this.#settled = true;
    this.#events.onFailure(null);
    this.#events.onSlice(pixels);
  }

  #isWanted(key: SliceKey): boolean {
    return !this.#settled && this.#wanted !== null && keyText(this.#wanted) === keyText(key);
  }
}

/** Tells whether one slice may be shown until the other has come. */
function isAlike(a: SliceKey, b: SliceKey): boolean {
  return a.volumeId === b.volumeId && a.axis === b.axis;
}

function keyText({ volumeId, axis, index, slab, revision }: SliceKey): string {
  return `${axis} ${index} ${slab} ${revision} ${volumeId}`;
}
