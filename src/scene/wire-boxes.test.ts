import { expect, test } from "vitest";
import { boxOutline, volumeOutline } from "./wire-boxes";

/** The edges of an outline as "x0,y0,z0 x1,y1,z1". */
function edgesOf(positions: ArrayLike<number>): string[] {
  return Array.from({ length: positions.length / 6 }, (_, i) =>
    [0, 3].map((at) => Array.from({ length: 3 }, (_, j) => positions[6 * i + at + j]).join(",")).join(" "),
  );
}

test("a box has twelve edges around its voxels", () => {
  const edges = edgesOf(
    boxOutline({ z0: 2, y0: 3, x0: 4, z1: 8, y1: 10, x1: 12 }).geometry.getAttribute("position").array,
  );
  expect(new Set(edges).size).toBe(12);
  expect(edges).toContain("3.5,2.5,1.5 11.5,2.5,1.5");
  expect(edges).toContain("11.5,9.5,1.5 11.5,9.5,7.5");
});

test("the volume's edges at voxel 0 have the colours of their axes: x reddest, y greenest, z bluest", () => {
  const { geometry } = volumeOutline([13, 17, 23]);
  const edges = edgesOf(geometry.getAttribute("position").array);
  const colors = geometry.getAttribute("color").array;
  const strongest = ["22.5,-0.5,-0.5", "-0.5,16.5,-0.5", "-0.5,-0.5,12.5"].map((end) => {
    const at = 6 * edges.indexOf(`-0.5,-0.5,-0.5 ${end}`);
    const rgb = Array.from(colors.slice(at, at + 3));
    return rgb.indexOf(Math.max(...rgb));
  });
  expect(strongest).toEqual([0, 1, 2]);
});
