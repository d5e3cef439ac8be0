import fc from "fast-check";
import { expect, test } from "vitest";
import { PointGrid } from "./point-grid";

const coordinate = fc.double({ min: -30, max: 60, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate, z: coordinate });
const squared = (a: { x: number; y: number; z: number }, b: { x: number; y: number; z: number }) =>
  (a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2;

test("within and nearest agree with comparing all points", () => {
  fc.assert(
    fc.property(
      fc.array(point, { maxLength: 40 }),
      point,
      fc.double({ min: 0.5, max: 20, noNaN: true }),
      (points, query, size) => {
        const grid = new PointGrid(points, size);
        const distances = points.map((p) => squared(p, query));
        const radius = 1.7 * size;
        expect(grid.within(query, radius).map((near) => near.index)).toEqual(
          distances.flatMap((d, index) => (d <= radius * radius ? [index] : [])),
        );
        expect(grid.nearest(query)).toBe(distances.indexOf(Math.min(...distances)));
      },
    ),
    { seed: 5, numRuns: 300 },
  );
});
