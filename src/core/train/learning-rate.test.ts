import { expect, test } from "vitest";
import { learningRateAt } from "./learning-rate";

const at = (step: number, kind: "constant" | "cosine", warmUpSteps = 0, finalShare = 0) =>
  learningRateAt(step, { learningRate: 2, steps: 101, schedule: { kind, warmUpSteps, finalShare } });

test("a constant rate stays, after it has warmed up in a line", () => {
  expect([0, 50, 100].map((step) => at(step, "constant"))).toEqual([2, 2, 2]);
  expect([0, 1, 2, 3, 4].map((step) => at(step, "constant", 3))).toEqual([0.5, 1, 1.5, 2, 2]);
});

test("a cosine falls from the whole rate to its last share", () => {
  expect(at(0, "cosine")).toBe(2);
  expect(at(50, "cosine")).toBeCloseTo(1, 12);
  expect(at(100, "cosine")).toBeCloseTo(0, 12);
  expect(at(100, "cosine", 0, 0.1)).toBeCloseTo(0.2, 12);
  expect(at(11, "cosine", 11)).toBe(2);
  expect(at(100, "cosine", 11)).toBeCloseTo(0, 12);
  expect(at(500, "cosine", 0, 0.1)).toBeCloseTo(0.2, 12); // a training that goes on beyond its plan
});
