import { describe, expect, test } from "vitest";
import { findRing, ringCompleteness, type SectionImage } from "./ring-completeness";

const RING = { x: 23, y: 17, radius: 10 };

/** A wall of a pixel's width or so, gone where `isGone` says, on a ground of 0.2. */
function section(isGone: (angleDeg: number) => boolean): SectionImage {
  const [width, height] = [50, 36];
  const values = Float32Array.from({ length: width * height }, (_, i) => {
    const [dx, dy] = [(i % width) - RING.x, Math.floor(i / width) - RING.y];
    const wall = Math.exp(-((Math.hypot(dx, dy) - RING.radius) ** 2) / 2);
    return isGone((Math.atan2(dy, dx) * 180) / Math.PI) ? 0 : 0.2 + 0.8 * wall;
  });
  return { width, height, values };
}

describe("the share of a ring that is there", () => {
  test("is 1 for a whole one, and what is left of one", () => {
    expect(
      ringCompleteness(
        section(() => false),
        RING,
      ),
    ).toBe(1);
    // Two gaps of 60° each, as a wedge makes them; the pixel's width decides the ends.
    const gaps = section((angle) => Math.abs(Math.abs(angle) - 90) < 30);
    expect(ringCompleteness(gaps, RING)).toBeGreaterThan(0.6);
    expect(ringCompleteness(gaps, RING)).toBeLessThan(0.73);
    expect(
      ringCompleteness(
        section(() => true),
        RING,
      ),
    ).toBe(0);
  });

  test("does not change with the grey scale", () => {
    const image = section((angle) => Math.abs(angle) < 45);
    const other = { ...image, values: image.values.map((value) => 7 + 3 * value) };
    expect(ringCompleteness(other, RING)).toBe(ringCompleteness(image, RING));
  });
});

test("a ring is found where it is, whole or with gaps; not where there is no room for one", () => {
  expect(
    findRing(
      section(() => false),
      [9, 11],
    ),
  ).toEqual(RING);
  const gaps = findRing(
    section((angle) => Math.abs(Math.abs(angle) - 90) < 30),
    [9, 11],
  );
  expect(Math.hypot((gaps?.x ?? 0) - RING.x, (gaps?.y ?? 0) - RING.y)).toBeLessThanOrEqual(1.5);
  expect(findRing({ width: 12, height: 12, values: new Float32Array(144) }, [9, 11])).toBeNull();
});
