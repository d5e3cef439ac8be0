import { describe, expect, it } from "vitest";
import { slabBox, sliceLayout } from "./slice";

describe("slabBox", () => {
  const shape = [13, 17, 23] as const;

  it("centres the slab and cuts it at the faces", () => {
    expect(slabBox("z", shape, 6, 5)).toEqual({ z0: 4, z1: 9, y0: 0, y1: 17, x0: 0, x1: 23 });
    expect(slabBox("y", shape, 0, 5)).toMatchObject({ y0: 0, y1: 3, x0: 0, x1: 23 });
    expect(slabBox("x", shape, 22, 51)).toMatchObject({ x0: 0, x1: 23 });
    expect(slabBox("x", shape, 22, 4)).toMatchObject({ x0: 20, x1: 23 });
    expect(slabBox("x", shape, 10, 4)).toMatchObject({ x0: 8, x1: 12 });
  });

  it("names a slice or a slab that does not exist", () => {
    expect(() => slabBox("z", shape, 13, 1)).toThrow("Slice 13 across z does not exist: there are 13");
    expect(() => slabBox("z", shape, 1.5, 1)).toThrow("Slice 1.5");
    expect(() => slabBox("z", shape, 1, 52)).toThrow("from 1 to 51");
  });
});

describe("sliceLayout", () => {
  it("puts x, then y, then z first", () => {
    expect(sliceLayout("z", [13, 17, 23])).toEqual({ width: 23, height: 17, count: 13 });
    expect(sliceLayout("y", [13, 17, 23])).toEqual({ width: 23, height: 13, count: 17 });
    expect(sliceLayout("x", [13, 17, 23])).toEqual({ width: 17, height: 13, count: 23 });
  });
});
