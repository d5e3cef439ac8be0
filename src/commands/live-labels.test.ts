import { describe, expect, it } from "vitest";
import { createLiveLabels, type LiveLabels, liveSlice, writePiece } from "./live-labels";

const SHAPE = [4, 5, 6] as const;

function filled(): LiveLabels {
  const live = createLiveLabels(SHAPE);
  if (!live) throw new Error("A small map must fit.");
  const labels = Uint8Array.from({ length: 2 * 3 * 2 }, (_, index) => index + 1);
  writePiece(live, { z0: 1, y0: 2, x0: 3, shape: [2, 3, 2], labels });
  return live;
}

describe("a label map that fills in", () => {
  it("takes a piece at its place", () => {
    const { labels } = filled();
    const at = (z: number, y: number, x: number) => labels[(z * 5 + y) * 6 + x];
    expect([at(1, 2, 3), at(1, 2, 4), at(1, 3, 3), at(2, 2, 3), at(2, 4, 4)]).toEqual([1, 2, 3, 7, 12]);
    expect([at(0, 2, 3), at(1, 2, 2), at(3, 4, 4)]).toEqual([0, 0, 0]);
  });

  it.each([
    ["z", 2, 6, 5, (u: number, v: number) => [2, v, u]],
    ["y", 3, 6, 4, (u: number, v: number) => [v, 3, u]],
    ["x", 4, 5, 4, (u: number, v: number) => [v, u, 4]],
  ] as const)("gives slices across %s", (axis, index, width, height, voxel) => {
    const live = filled();
    const slice = liveSlice(live, axis, index);
    expect([slice.width, slice.height]).toEqual([width, height]);
    for (let v = 0; v < height; v++)
      for (let u = 0; u < width; u++) {
        const [z, y, x] = voxel(u, v);
        expect(slice.values[v * width + u]).toBe(live.labels[(z * 5 + y) * 6 + x]);
      }
  });

  it("is not made where it would take too much memory", () => {
    expect(createLiveLabels([1000, 1000, 1000])).toBeNull();
  });
});
