import type { PaneId } from "./viewer-props";

/** Where a pane lies: its size in CSS pixels, and its rectangle in the canvas in device pixels from the bottom left. */
export interface PaneArea {
  readonly pane: PaneId;
  readonly width: number;
  readonly height: number;
  readonly viewport: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
}

/** The canvas's size in device pixels and the panes in it that have an area. */
export interface PaneLayout {
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
  readonly panes: readonly PaneArea[];
}

const MAX_PIXEL_RATIO = 2;

/** Measures where the panes lie over their host. */
export function measureLayout(host: HTMLElement, elements: ReadonlyMap<PaneId, HTMLElement>): PaneLayout {
  const pixelRatio = Math.min(MAX_PIXEL_RATIO, window.devicePixelRatio);
  const outer = host.getBoundingClientRect();
  const height = Math.round(outer.height * pixelRatio);
  const panes: PaneArea[] = [];
  for (const [pane, element] of elements) {
    const rect = element.getBoundingClientRect();
    if (rect.width === 0 || rect.height === 0) continue;
    const left = Math.round((rect.left - outer.left) * pixelRatio);
    const right = Math.round((rect.right - outer.left) * pixelRatio);
    const top = Math.round((rect.top - outer.top) * pixelRatio);
    const bottom = Math.round((rect.bottom - outer.top) * pixelRatio);
    const viewport = { x: left, y: height - bottom, width: right - left, height: bottom - top };
    panes.push({ pane, width: rect.width, height: rect.height, viewport });
  }
  return { width: Math.round(outer.width * pixelRatio), height, pixelRatio, panes };
}

/** Tells whether two layouts put the same panes at the same places. */
export function isSameLayout(a: PaneLayout, b: PaneLayout): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
