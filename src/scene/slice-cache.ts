import type { SlicePixels } from "./viewer-props";

/** Slices seen lately, by key, within a budget of bytes; the one unused longest goes first. */
export class SliceCache {
  readonly #budgetBytes: number;
  readonly #slices = new Map<string, SlicePixels>();
  #bytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  get(key: string): SlicePixels | null {
    const pixels = this.#slices.get(key);
    if (!pixels) return null;
    this.#slices.delete(key);
    this.#slices.set(key, pixels);
    return pixels;
  }

  set(key: string, pixels: SlicePixels): void {
    this.#bytes += pixels.values.byteLength - (this.#slices.get(key)?.values.byteLength ?? 0);
    this.#slices.delete(key);
    this.#slices.set(key, pixels);
    for (const [oldest, { values }] of this.#slices) {
      if (this.#bytes <= this.#budgetBytes) break;
      this.#slices.delete(oldest);
      this.#bytes -= values.byteLength;
    }
  }

  clear(): void {
    this.#slices.clear();
    this.#bytes = 0;
  }
}
