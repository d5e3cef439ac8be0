import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Box, isBoxWithin, type Shape3 } from "../core/volume/shape";
import { cutsBox, dragBox, type FrameGrip, frameOf, gripAt } from "./box-frame";

const SHAPE: Shape3 = [13, 17, 23];
const BOX: Box = { z0: 2, y0: 3, x0: 4, z1: 8, y1: 10, x1: 12 };

describe("box frame", () => {
  test("it covers whole voxels in each plane", () => {
    expect(frameOf(BOX, "z")).toEqual({ left: 3.5, top: 2.5, right: 11.5, bottom: 9.5 });
    expect(frameOf(BOX, "y")).toEqual({ left: 3.5, top: 1.5, right: 11.5, bottom: 7.5 });
    expect(frameOf(BOX, "x")).toEqual({ left: 2.5, top: 1.5, right: 9.5, bottom: 7.5 });
    expect([1, 2, 7, 8].map((index) => cutsBox(BOX, "z", index))).toEqual([false, true, true, false]);
  });

  test("corners and sides are gripped within reach, the inside is not", () => {
    const frame = { left: 100, top: 50, right: 200, bottom: 150 };
    expect(gripAt(frame, { x: 203, y: 148 }, 6)).toEqual({ column: 1, row: 1 });
    expect(gripAt(frame, { x: 97, y: 100 }, 6)).toEqual({ column: -1, row: 0 });
    expect(gripAt(frame, { x: 150, y: 55 }, 6)).toEqual({ column: 0, row: -1 });
    expect(gripAt(frame, { x: 150, y: 100 }, 6)).toBeNull();
    expect(gripAt(frame, { x: 90, y: 100 }, 6)).toBeNull();
    expect(gripAt(frame, { x: 100, y: 20 }, 6)).toBeNull();
  });

  test("a dragged side follows; the opposite one stays", () => {
    expect(dragBox(BOX, "z", { column: -1, row: 1 }, { x: 2.4, y: -1.6 }, SHAPE)).toEqual({
      ...BOX,
      x0: 6,
      y1: 8,
    });
    expect(dragBox(BOX, "y", { column: 0, row: 1 }, { x: 5, y: 3 }, SHAPE)).toEqual({ ...BOX, z1: 11 });
    expect(dragBox(BOX, "x", { column: 1, row: 0 }, { x: 100, y: 0 }, SHAPE)).toEqual({ ...BOX, y1: 17 });
    expect(dragBox(BOX, "z", { column: 1, row: 0 }, { x: -100, y: 0 }, SHAPE)).toEqual({ ...BOX, x1: 5 });
  });

  test("a moved box keeps its size and stops at the faces", () => {
    const move: FrameGrip = { column: 0, row: 0 };
    expect(dragBox(BOX, "z", move, { x: 3, y: -1 }, SHAPE)).toEqual({ ...BOX, x0: 7, x1: 15, y0: 2, y1: 9 });
    expect(dragBox(BOX, "z", move, { x: 300, y: -100 }, SHAPE)).toEqual({
      ...BOX,
      x0: 15,
      x1: 23,
      y0: 0,
      y1: 7,
    });
  });

  test("whatever is dragged, the box stays within the volume", () => {
    const side = fc.constantFrom(-1 as const, 0 as const, 1 as const);
    const distance = fc.double({ min: -60, max: 60, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom("x" as const, "y" as const, "z" as const),
        fc.record({ column: side, row: side }),
        fc.record({ x: distance, y: distance }),
        (axis, grip, by) => isBoxWithin(dragBox(BOX, axis, grip, by, SHAPE), SHAPE),
      ),
    );
  });
});
