import { expect, it } from "vitest";
import type { Particle } from "../core/particles/particle-list";
import { orderParticles } from "./particle-order";

const particle = (id: number, score: number | null): Particle => ({
  id,
  label: 1,
  x: -id,
  y: 0,
  z: 0,
  sizeVoxels: null,
  score,
  rotation: null,
});
const PARTICLES = [particle(1, 0.5), particle(2, null), particle(3, 0.9), particle(4, 0.5)];
const ids = (list: readonly Particle[]) => list.map(({ id }) => id);

it("orders by a column, ties by id, and keeps what is not known at the end", () => {
  expect(ids(orderParticles(PARTICLES, { column: "score", descending: false }))).toEqual([1, 4, 3, 2]);
  expect(ids(orderParticles(PARTICLES, { column: "score", descending: true }))).toEqual([3, 1, 4, 2]);
});

it("leaves the list itself as it is", () => {
  orderParticles(PARTICLES, { column: "x", descending: false });
  expect(ids(PARTICLES)).toEqual([1, 2, 3, 4]);
});
