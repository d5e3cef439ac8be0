import { expect, test } from "vitest";
import { uniformSequence } from "../random/philox";
import type { Point3, Shape3 } from "../volume/shape";
import { NearestModes } from "./nearest-modes";

const SHAPE: Shape3 = [60, 70, 90];
const distance = (a: Point3, b: Point3) => Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);

test.each([3, 8, 20])("the nearest of the modes, near or far, at bandwidth %d", (bandwidth) => {
  const random = uniformSequence(9, bandwidth);
  const point = () => ({ x: 90 * random(), y: 70 * random(), z: 60 * random() });
  const modes = Array.from({ length: 25 }, point);
  const nearest = new NearestModes(modes, SHAPE, bandwidth);
  let sure = 0;
  for (let i = 0; i < 300; i++) {
    const centre = point();
    const plain = modes.reduce(
      (best, mode, index) => (distance(mode, centre) < distance(modes[best], centre) ? index : best),
      0,
    );
    expect(nearest.at(centre.x, centre.y, centre.z)).toBe(plain);
    const radius = 6 * random();
    const ofSphere = nearest.ofSphere(centre, radius);
    if (ofSphere < 0) continue;
    sure++;
    // Every point of the sphere is nearer to it than to any other: the planes between them miss the sphere.
    for (const mode of modes) {
      if (mode === modes[ofSphere]) continue;
      const toPlane =
        (distance(mode, centre) ** 2 - distance(modes[ofSphere], centre) ** 2) /
        (2 * distance(mode, modes[ofSphere]));
      expect(toPlane).toBeGreaterThanOrEqual(radius);
    }
  }
  expect(sure).toBeGreaterThan(0);
});

test("without modes there is no nearest", () => {
  const none = new NearestModes([], SHAPE, 5);
  expect([none.at(1, 2, 3), none.ofSphere({ x: 1, y: 2, z: 3 }, 1)]).toEqual([-1, -1]);
});
