import { describe, expect, test } from "vitest";
import type { Shape3 } from "../core/volume/shape";
import { LinkedView } from "./linked-view";
import { inPlane, type SlicePaneId } from "./slice-plane";
import { type PaneView, toPixel } from "./view-transform";

const SHAPE: Shape3 = [13, 170, 230];
const LARGE = { width: 600, height: 500 };

function linkedView(sizes: Partial<Record<SlicePaneId, { width: number; height: number }>>): LinkedView {
  const linked = new LinkedView();
  linked.setShape(SHAPE);
  for (const [pane, size] of Object.entries(sizes)) linked.setSize(pane as SlicePaneId, size);
  return linked;
}

function viewOf(linked: LinkedView, pane: SlicePaneId): PaneView {
  const view = linked.view(pane);
  if (!view) throw new Error(`${pane} is hidden`);
  return view;
}

describe("linked view", () => {
  test("panes large enough have one scale; one too small shows its slice whole", () => {
    const linked = linkedView({ xy: LARGE, xz: LARGE, yz: LARGE });
    expect(viewOf(linked, "xz").scale).toBe(viewOf(linked, "xy").scale);
    expect(viewOf(linked, "yz").scale).toBe(viewOf(linked, "xy").scale);
    const uneven = linkedView({ xy: LARGE, xz: { width: 115, height: 100 }, yz: LARGE });
    expect(viewOf(uneven, "xz").scale).toBeLessThan(0.5);
    expect(viewOf(uneven, "yz").scale).toBe(viewOf(uneven, "xz").scale);
  });

  test("a compared volume has the centre and scale of the XY pane", () => {
    const linked = linkedView({ xy: LARGE, compare: { width: 300, height: 500 } });
    linked.zoomAbout({ x: 50, y: 60, z: 3 }, 3);
    linked.pan("compare", 20, -10);
    const { size: _, ...xy } = viewOf(linked, "xy");
    expect(viewOf(linked, "compare")).toMatchObject(xy);
  });

  test("a volume compared along y has the centre and scale of the XZ pane", () => {
    const linked = linkedView({
      xy: { width: 200, height: 150 },
      xz: LARGE,
      compare: { width: 300, height: 500 },
    });
    linked.setCompareAxis("y");
    linked.zoomAbout({ x: 50, y: 60, z: 3 }, 3);
    linked.pan("compare", 20, -2);
    const { size: _, ...xz } = viewOf(linked, "xz");
    expect(viewOf(linked, "compare")).toMatchObject(xz);
    expect(viewOf(linked, "xy").scale).toBeLessThan(xz.scale); // the small one shows its slice whole
  });

  test("two volumes that share the panes are looked at in the pane of the compared slices", () => {
    const small = { width: 200, height: 150 };
    const linked = linkedView({ xy: small, xz: LARGE, yz: small });
    expect(linked.comparePane).toBe("compare");
    linked.setCompareAxis("y", true);
    expect(linked.comparePane).toBe("xz");
    // The XZ pane is the large one: its slice just fits, and the small ones are not the measure.
    expect(viewOf(linked, "xz").scale * 230).toBeCloseTo(0.97 * LARGE.width, 9);
    expect(viewOf(linked, "xy").scale).toBeLessThan(viewOf(linked, "xz").scale);
  });

  test("zooming keeps a point where it is in every pane", () => {
    const linked = linkedView({ xy: LARGE, xz: LARGE, yz: { width: 200, height: 150 } });
    const point = { x: 40, y: 120, z: 4 };
    const panes: SlicePaneId[] = ["xy", "xz", "yz"];
    const pixels = () =>
      panes.map((pane) => toPixel(viewOf(linked, pane), inPlane(point, linked.axisOf(pane))));
    const before = pixels();
    const scale = viewOf(linked, "xy").scale;
    linked.zoomAbout(point, 1.5);
    expect(viewOf(linked, "xy").scale).toBeCloseTo(1.5 * scale, 12);
    pixels().forEach(({ x, y }, i) => {
      expect(x).toBeCloseTo(before[i].x, 9);
      expect(y).toBeCloseTo(before[i].y, 9);
    });
  });

  test("zooming out ends with the slices in the middle; zoom has limits", () => {
    const linked = linkedView({ xy: LARGE });
    const fitted = viewOf(linked, "xy");
    linked.zoomAbout({ x: 0, y: 0, z: 0 }, 1e6);
    expect(viewOf(linked, "xy").scale).toBeCloseTo(80, 9);
    linked.zoomAbout({ x: 229, y: 0, z: 0 }, fitted.scale / 80);
    expect(viewOf(linked, "xy").center).toEqual(fitted.center);
    linked.zoomAbout({ x: 0, y: 0, z: 0 }, 1e-6);
    expect(viewOf(linked, "xy").scale).toBeCloseTo(fitted.scale / 4, 9);
  });

  test("panning moves the other panes along the shared axis only, and not beyond the volume", () => {
    const linked = linkedView({ xy: LARGE, xz: LARGE, yz: LARGE });
    linked.zoomAbout({ x: 115, y: 85, z: 6 }, 4);
    const before = { xy: viewOf(linked, "xy"), xz: viewOf(linked, "xz"), yz: viewOf(linked, "yz") };
    const { scale } = before.xy;
    linked.pan("xy", -10 * scale, 5 * scale);
    expect(viewOf(linked, "xy").center.x).toBeCloseTo(before.xy.center.x + 10, 9);
    expect(viewOf(linked, "xy").center.y).toBeCloseTo(before.xy.center.y - 5, 9);
    expect(viewOf(linked, "xz").center.x).toBeCloseTo(before.xz.center.x + 10, 9);
    expect(viewOf(linked, "xz").center.y).toBe(before.xz.center.y);
    expect(viewOf(linked, "yz").center.x).toBeCloseTo(before.yz.center.x - 5, 9);
    linked.pan("xy", -1e6, 0);
    expect(viewOf(linked, "xy").center.x).toBe(229.5);
  });

  test("follow moves only the panes that the point has left", () => {
    const linked = linkedView({ xy: LARGE, xz: { width: 230, height: 120 } });
    linked.zoomAbout({ x: 115, y: 85, z: 6 }, 2);
    const before = { xy: viewOf(linked, "xy"), xz: viewOf(linked, "xz") };
    linked.follow({ x: 120, y: 85, z: 6 });
    expect(viewOf(linked, "xy")).toEqual(before.xy);
    linked.follow({ x: 229, y: 85, z: 6 });
    expect(viewOf(linked, "xz").center.x).toBeGreaterThan(before.xz.center.x);
    const edge = toPixel(viewOf(linked, "xz"), { x: 229.5, y: 0 });
    expect(edge.x).toBeCloseTo(230, 9);
  });

  test("a small box is zoomed in on, one that is large enough already is not", () => {
    const linked = linkedView({ xy: LARGE, compare: LARGE, xz: LARGE });
    linked.frame({ x0: 60, y0: 80, z0: 2, x1: 92, y1: 112, z1: 10 }, "compare");
    const framed = viewOf(linked, "compare");
    expect(framed.center).toEqual({ x: 75.5, y: 95.5 });
    expect((32 * framed.scale) / LARGE.height).toBeCloseTo(0.6 * 0.97, 9);
    expect(viewOf(linked, "xy")).toEqual(framed);
    expect(viewOf(linked, "xz").center.x).toBe(75.5);
    linked.frame({ x0: 50, y0: 60, z0: 0, x1: 120, y1: 140, z1: 13 }, "compare");
    expect(viewOf(linked, "compare")).toEqual(framed);
  });

  test("a hidden pane has no view", () => {
    const linked = linkedView({ xy: LARGE });
    expect(linked.view("yz")).toBeNull();
    linked.setSize("xy", { width: 0, height: 100 });
    expect(linked.view("xy")).toBeNull();
  });
});
