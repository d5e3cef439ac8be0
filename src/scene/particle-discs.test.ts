import { expect, test } from "vitest";
import { discAt, particleDiscs } from "./particle-discs";

const PARTICLES = [
  { id: 1, label: 2, x: 10, y: 20, z: 30, radiusVoxels: 5 },
  { id: 2, label: 3, x: 14, y: 20, z: 33, radiusVoxels: 10 },
];

test("a sphere is cut in a circle that shrinks with the distance", () => {
  expect(particleDiscs(PARTICLES, "z", 30, 1)).toEqual([
    { id: 1, label: 2, x: 10, y: 20, radius: 5 },
    { id: 2, label: 3, x: 14, y: 20, radius: Math.sqrt(91) },
  ]);
  expect(particleDiscs(PARTICLES, "z", 34, 1)[0]).toMatchObject({ id: 1, radius: 3 });
  expect(particleDiscs(PARTICLES, "z", 35, 1).map(({ id }) => id)).toEqual([2]);
  expect(particleDiscs(PARTICLES, "y", 20, 1)[0]).toMatchObject({ x: 10, y: 30 });
  expect(particleDiscs(PARTICLES, "x", 10, 1)[0]).toMatchObject({ x: 20, y: 30 });
});

test("a slab shows what any of its slices cuts", () => {
  expect(particleDiscs(PARTICLES, "z", 36, 5)[0]).toMatchObject({ id: 1, radius: 3 });
  expect(particleDiscs(PARTICLES, "z", 31, 3)[0]).toMatchObject({ id: 1, radius: 5 });
});

test("the nearest centre is picked, also a little beside a small circle", () => {
  const discs = particleDiscs(PARTICLES, "z", 34, 1);
  expect(discAt(discs, { x: 11, y: 20 }, 1)?.id).toBe(1);
  expect(discAt(discs, { x: 13, y: 20 }, 1)?.id).toBe(2);
  expect(discAt(discs, { x: 10, y: 26 }, 1)?.id).toBe(2);
  expect(discAt(discs, { x: 4, y: 20 }, 1)).toBeNull();
  expect(discAt(discs, { x: 4, y: 20 }, 7)?.id).toBe(1);
});
