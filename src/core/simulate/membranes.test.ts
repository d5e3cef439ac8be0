import { describe, expect, test } from "vitest";
import { randomRotation } from "../geometry/random-rotation";
import { matrixOf } from "../geometry/rotation";
import { uniformSequence } from "../random/philox";
import { ellipsoidSurface, type MembraneSurface, sheetSurface } from "./membranes";

const CENTRE = { x: 20, y: 35, z: 10 };
const TURN = matrixOf(randomRotation(uniformSequence(4, 4)));
const SURFACES: Readonly<Record<string, MembraneSurface>> = {
  sphere: ellipsoidSurface(CENTRE, [30, 30, 30], TURN),
  ellipsoid: ellipsoidSurface(CENTRE, [40, 32, 28], TURN),
  "flat sheet": sheetSurface([30, 60, 70], CENTRE, [0.6, 0, 0.8], {
    amplitude: 0,
    wavelength: 90,
    phases: [0, 1],
  }),
  "undulating sheet": sheetSurface([30, 60, 70], CENTRE, [0.6, 0.64, 0.48], {
    amplitude: 5,
    wavelength: 120,
    phases: [0.3, 1],
  }),
};
/** Voxels: a bilayer's half with its tails is 4 of 10 Å. */
const NEAR = 4;

describe.each(Object.entries(SURFACES))("%s", (_, surface) => {
  test("points lie on it, and along their normals the distance is as far as one went", () => {
    const random = uniformSequence(2, 1);
    for (let i = 0; i < 200; i++) {
      const { point, normal } = surface.randomPoint(random);
      expect(Math.hypot(...normal)).toBeCloseTo(1, 9);
      expect(Math.abs(surface.signedDistance(point.x, point.y, point.z))).toBeLessThan(1e-9);
      for (const d of [-NEAR, -1, 1, NEAR]) {
        const [x, y, z] = [point.x + d * normal[0], point.y + d * normal[1], point.z + d * normal[2]];
        expect(Math.abs(surface.signedDistance(x, y, z) - d)).toBeLessThan(0.1 * Math.abs(d));
        expect(surface.distanceAtLeast(x, y, z)).toBeLessThanOrEqual(Math.abs(d) + 1e-9);
      }
    }
  });
});

test("points of an ellipsoid are even over its area", () => {
  // A long needle: half of its area lies within the middle half of its length, by the zones of a cylinder nearly.
  const needle = ellipsoidSurface({ x: 0, y: 0, z: 0 }, [100, 10, 10], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  const random = uniformSequence(9, 1);
  const draws = 4000;
  let middle = 0;
  for (let i = 0; i < draws; i++) if (Math.abs(needle.randomPoint(random).point.x) < 50) middle++;
  // The area between −x and x of a prolate spheroid, by Simpson's rule over its radius and slope.
  const strip = (x: number) => {
    const r = 10 * Math.sqrt(1 - (x / 100) ** 2);
    return Math.hypot(r, (r * 10 * x) / (100 ** 2 * Math.sqrt(1 - (x / 100) ** 2)));
  };
  const area = (to: number) => {
    let sum = 0;
    for (let x = 0.005; x < to; x += 0.01) sum += strip(Math.min(x, 99.999)) * 0.01;
    return sum;
  };
  expect(middle / draws).toBeCloseTo(area(50) / area(100), 1.5);
  expect(needle.area / (4 * Math.PI * area(100))).toBeCloseTo(1, 1.5);
});
