import { describe, expect, it } from "vitest";
import { boxShape, isBoxWithin } from "../core/volume/shape";
import {
  boxAbout,
  clampPoint,
  createViewStore,
  isSwiping,
  MAX_SLAB,
  stepDivider,
  stepPoint,
  stepSlab,
} from "./view";

const SHAPE = [13, 17, 23] as const;

describe("clampPoint", () => {
  it("gives the nearest voxel within the shape", () => {
    expect(clampPoint({ x: 22.6, y: -3, z: 5.4 }, SHAPE)).toEqual({ x: 22, y: 0, z: 5 });
  });
});

describe("stepPoint", () => {
  it("moves along one axis and stops at the face", () => {
    expect(stepPoint({ x: 3, y: 4, z: 11 }, "z", 10, SHAPE)).toEqual({ x: 3, y: 4, z: 12 });
  });
});

describe("boxAbout", () => {
  it("is centred on the point", () => {
    expect(boxAbout({ x: 11, y: 8, z: 6 }, 8, SHAPE)).toEqual({
      z0: 2,
      y0: 4,
      x0: 7,
      z1: 10,
      y1: 12,
      x1: 15,
    });
  });

  it("is moved inwards at a corner and shortened along a thin axis", () => {
    const box = boxAbout({ x: 22, y: 0, z: 0 }, 16, SHAPE);
    expect(boxShape(box)).toEqual([13, 16, 16]);
    expect(isBoxWithin(box, SHAPE)).toBe(true);
  });
});

describe("stepSlab", () => {
  it("stays odd and within its limits", () => {
    expect([stepSlab(1, -1), stepSlab(1, 1), stepSlab(MAX_SLAB, 1)]).toEqual([1, 3, MAX_SLAB]);
  });
});

describe("stepDivider", () => {
  it("stays in the view", () => {
    expect([stepDivider(0.5, 0.05), stepDivider(0.98, 0.05), stepDivider(0.02, -0.05)]).toEqual([0.55, 1, 0]);
  });
});

describe("isSwiping", () => {
  it("holds also while one of the divided views is maximised, and not without a second volume", () => {
    const view = createViewStore();
    const now = () => isSwiping(view.getState());
    view.setState({ layout: "swipe", fullLayout: "swipe" });
    expect(now()).toBe(false);
    view.setState({ compareId: "v" });
    expect(now()).toBe(true);
    view.setState({ layout: "one" });
    expect(now()).toBe(true);
    view.setState({ fullLayout: "side" });
    expect(now()).toBe(false);
  });
});
