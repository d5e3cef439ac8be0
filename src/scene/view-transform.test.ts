import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  boundedCenter,
  fitScale,
  isVisible,
  middleOf,
  toPixel,
  toPlace,
  zoomedCenter,
} from "./view-transform";

/** Rounding of a few additions and divisions of numbers below 10⁴. */
const ROUNDING = 1e-8;

const coordinate = fc.double({ min: -500, max: 500, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate });
const size = fc.record({
  width: fc.integer({ min: 20, max: 2000 }),
  height: fc.integer({ min: 20, max: 2000 }),
});
const view = fc.record({ center: point, scale: fc.double({ min: 0.05, max: 80, noNaN: true }), size });

describe("view transform", () => {
  test("a place goes to a pixel and back", () => {
    fc.assert(
      fc.property(view, point, (shown, place) => {
        const back = toPlace(shown, toPixel(shown, place));
        expect(Math.hypot(back.x - place.x, back.y - place.y)).toBeLessThan(ROUNDING);
      }),
    );
  });

  test("the centre is in the middle of the pane, x to the right and y down", () => {
    const shown = { center: { x: 10, y: 20 }, scale: 4, size: { width: 300, height: 200 } };
    expect(toPixel(shown, { x: 10, y: 20 })).toEqual({ x: 150, y: 100 });
    expect(toPixel(shown, { x: 11, y: 22 })).toEqual({ x: 154, y: 108 });
  });

  test("a zoom keeps its anchor where it is", () => {
    fc.assert(
      fc.property(view, point, fc.double({ min: 0.2, max: 5, noNaN: true }), (shown, anchor, factor) => {
        const before = toPixel(shown, anchor);
        const zoomed = {
          ...shown,
          scale: shown.scale * factor,
          center: zoomedCenter(shown.center, anchor, factor),
        };
        const after = toPixel(zoomed, anchor);
        expect(Math.hypot(after.x - before.x, after.y - before.y)).toBeLessThan(
          ROUNDING * Math.max(1, shown.scale * factor * 100),
        );
      }),
    );
  });

  test("a fitted slice is whole in the pane and nearly fills one direction", () => {
    fc.assert(
      fc.property(size, size, (slice, pane) => {
        const shown = { center: middleOf(slice), scale: fitScale(slice, pane), size: pane };
        expect(isVisible(shown, { x: -0.5, y: -0.5 })).toBe(true);
        expect(isVisible(shown, { x: slice.width - 0.5, y: slice.height - 0.5 })).toBe(true);
        const filled = Math.max(
          (slice.width * shown.scale) / pane.width,
          (slice.height * shown.scale) / pane.height,
        );
        expect(filled).toBeGreaterThan(0.9);
      }),
    );
  });

  test("a bounded centre shows nothing outside where the slice is larger than the pane", () => {
    const slice = { width: 100, height: 40 };
    const pane = { width: 200, height: 200 };
    expect(boundedCenter({ x: -30, y: 5 }, slice, pane, 4)).toEqual({ x: 24.5, y: 19.5 });
    expect(boundedCenter({ x: 60, y: 5 }, slice, pane, 4)).toEqual({ x: 60, y: 19.5 });
    expect(boundedCenter({ x: 99, y: 39 }, slice, pane, 10)).toEqual({ x: 89.5, y: 29.5 });
  });
});
