import fc from "fast-check";
import { expect, test } from "vitest";
import type { Shape3 } from "../volume/shape";
import { SphereGrid } from "./sphere-grid";

const SHAPE: Shape3 = [20, 30, 41];
const coordinate = fc.double({ min: -10, max: 50, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate, z: coordinate });
const sphere = fc.record({ centre: point, radius: fc.double({ min: 0, max: 15, noNaN: true }) });

test("the spheres that hold a point are among those of its cell, each once and rising", () => {
  fc.assert(
    fc.property(
      fc.array(sphere, { maxLength: 20 }),
      point,
      fc.double({ min: 1, max: 30, noNaN: true }),
      (spheres, { x, y, z }, side) => {
        const centres = spheres.map(({ centre }) => centre);
        const grid = new SphereGrid(SHAPE, side, centres, (index) => spheres[index].radius);
        const cell = grid.cellOf(x, y, z);
        const members = [...grid.members.slice(grid.first(cell), grid.first(cell + 1))];
        expect(members).toEqual([...new Set(members)].sort((a, b) => a - b));
        spheres.forEach(({ centre, radius }, index) => {
          const squared = (centre.x - x) ** 2 + (centre.y - y) ** 2 + (centre.z - z) ** 2;
          if (squared <= radius * radius * (1 - 1e-12)) expect(members).toContain(index);
        });
      },
    ),
    { seed: 2, numRuns: 300 },
  );
});

test("a sphere is not among those of a cell that it does not reach", () => {
  const grid = new SphereGrid(SHAPE, 10, [{ x: 5, y: 5, z: 5 }], () => 6);
  const count = (x: number, y: number, z: number) =>
    grid.first(grid.cellOf(x, y, z) + 1) - grid.first(grid.cellOf(x, y, z));
  expect([count(15, 5, 5), count(15, 15, 5), count(25, 5, 5)]).toEqual([1, 0, 0]);
});
