import { expect, test } from "vitest";
import { overlapCounts, overlapOf } from "./overlap";

const at = (x: number, label: number) => ({ x, y: 0, z: 0, label });
const CLASSES = [{ label: 1, name: "ribosome" }];

test("what both lists have, and what only one has, by class", () => {
  const a = [at(0, 1), at(20, 1), at(40, 2), at(60, 1)];
  const b = [at(1, 1), at(2, 1), at(40, 1), at(61, 1), at(90, 2)];
  const overlap = overlapOf(a, b, 3);
  // 40 lies on 40, but is of another class; 0 goes to 1, the closer of the two.
  expect(overlap).toEqual({
    both: [
      [0, 0],
      [3, 3],
    ],
    onlyA: [1, 2],
    onlyB: [1, 2, 4],
  });
  expect(overlapCounts(a, b, overlap, CLASSES)).toEqual([
    { label: 1, name: "ribosome", both: 2, onlyA: 1, onlyB: 2 },
    { label: 2, name: "class 2", both: 0, onlyA: 1, onlyB: 1 },
  ]);
});

test("a pair of another class does not take a particle from its own", () => {
  // The closest neighbour of A's particle is of another class: the farther one of its class is its match.
  expect(overlapOf([at(0, 1)], [at(0.5, 2), at(2, 1)], 3)).toEqual({ both: [[0, 1]], onlyA: [], onlyB: [0] });
});
