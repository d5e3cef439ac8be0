import { expect, test } from "vitest";
import { isBetter, type ValidationPoint } from "./training-state";
import { meanF1 } from "./validate";

const point = (meanF1: number | null, loss: number | null): ValidationPoint => ({
  step: 1,
  loss,
  accuracy: null,
  scores: null,
  meanF1,
});

test("F1 decides which weights are the best where both have it, else the loss", () => {
  expect(isBetter(point(0.8, 2), point(0.7, 1))).toBe(true);
  expect(isBetter(point(0.7, 1), point(0.7, 2))).toBe(false);
  expect(isBetter(point(null, 1), point(0.7, 2))).toBe(true);
  expect(isBetter(point(null, 2), point(null, 2))).toBe(false);
  expect(isBetter(point(0.9, null), point(null, 2))).toBe(false);
});

test("the mean F1 is that of the classes with true particles", () => {
  const score = (truth: number, f1: number) => ({
    name: "a",
    truth,
    found: 1,
    truePositives: 1,
    precision: 1,
    recall: 1,
    f1,
  });
  expect(meanF1({ 1: score(3, 0.5), 2: score(0, 0), 3: score(1, 1) })).toBe(0.75);
  expect(meanF1({ 2: score(0, 0) })).toBeNull();
});
