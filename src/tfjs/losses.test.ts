import { describe, expect, it, test } from "vitest";
import type { LossSpec } from "../core/train/trainer";
import { type ClassSums, createLoss } from "./losses";

/** Three voxels of classes 0, 1, 1 and their probabilities. */
const LABELS = [0, 1, 1];
const PROBABILITIES = [
  [0.5, 0.25, 0.25],
  [0.2, 0.6, 0.2],
  [0.1, 0.1, 0.8],
];
const CLASSES = [0, 1, 2];
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const SPECS: readonly (LossSpec & { readonly name: string })[] = [
  {
    name: "cross-entropy",
    loss: { kind: "cross-entropy" },
    classWeights: [1, 2, 4],
    labelSmoothing: 0.3,
  },
  {
    name: "Tversky",
    loss: { kind: "tversky", alpha: 0.3, beta: 0.6 },
    classWeights: [1, 2, 4],
    labelSmoothing: 0.3,
  },
];

function sumsOf(probabilities: readonly (readonly number[])[], logarithm: boolean): ClassSums {
  const f = (p: number) => (logarithm ? Math.log(p) : p);
  return {
    own: CLASSES.map((c) => sum(probabilities.map((p, voxel) => (LABELS[voxel] === c ? f(p[c]) : 0)))),
    all: CLASSES.map((c) => sum(probabilities.map((p) => f(p[c])))),
    counts: CLASSES.map((c) => LABELS.filter((label) => label === c).length),
  };
}

function evaluate(spec: LossSpec, probabilities = PROBABILITIES) {
  const loss = createLoss(spec, CLASSES.length);
  return loss.evaluate(sumsOf(probabilities, loss.logarithm));
}

/** The losses voxel by voxel, as they are defined on targets. */
function define({ loss, classWeights, labelSmoothing }: LossSpec): number {
  const weights = classWeights ?? [1, 1, 1];
  const target = (voxel: number, c: number) =>
    (1 - labelSmoothing) * (LABELS[voxel] === c ? 1 : 0) + labelSmoothing / CLASSES.length;
  const over = (term: (p: number, g: number) => number, c: number) =>
    sum(PROBABILITIES.map((p, voxel) => term(p[c], target(voxel, c))));
  if (loss.kind === "cross-entropy")
    return -sum(CLASSES.map((c) => weights[c] * over((p, g) => g * Math.log(p), c))) / LABELS.length;
  return sum(
    CLASSES.map((c) => {
      const num = over((p, g) => p * g, c);
      const den =
        num + loss.alpha * over((p, g) => p * (1 - g), c) + loss.beta * over((p, g) => (1 - p) * g, c);
      return weights[c] * (1 - num / den);
    }),
  );
}

describe.each(SPECS)("$name", (spec) => {
  it("is what its definition gives, weighted and smoothed", () => {
    expect(evaluate(spec).loss).toBeCloseTo(define(spec), 12);
  });

  it("has the slopes that finite differences measure", () => {
    const loss = createLoss(spec, CLASSES.length);
    const sums = sumsOf(PROBABILITIES, loss.logarithm);
    const { slopes } = loss.evaluate(sums);
    const step = 1e-6;
    const at = (index: number, by: number) => {
      const both = [...Array.from(sums.own), ...Array.from(sums.all)];
      both[index] += by;
      return loss.evaluate({ own: both.slice(0, 3), all: both.slice(3), counts: sums.counts }).loss;
    };
    for (let index = 0; index < 6; index++)
      expect(slopes[index]).toBeCloseTo((at(index, step) - at(index, -step)) / (2 * step), 6);
    expect(slopes[6]).toBe(0);
  });
});

test("cross-entropy is the mean of −ln p of the voxels' classes", () => {
  const spec: LossSpec = { loss: { kind: "cross-entropy" }, classWeights: null, labelSmoothing: 0 };
  expect(evaluate(spec).loss).toBeCloseTo(-(Math.log(0.5) + Math.log(0.6) + Math.log(0.1)) / 3, 12);
});

test("α = β = ½ is Dice, and a class without a voxel counts as found", () => {
  const spec: LossSpec = {
    loss: { kind: "tversky", alpha: 0.5, beta: 0.5 },
    classWeights: null,
    labelSmoothing: 0,
  };
  const dice = [(2 * 0.5) / (0.8 + 1), (2 * 0.7) / (0.95 + 2)];
  const { loss, slopes } = evaluate(spec);
  expect(loss).toBeCloseTo(2 - sum(dice), 12);
  expect([slopes[2], slopes[5]]).toEqual([0, 0]);
});

test("refuses weights that are not one for each class", () => {
  const spec: LossSpec = { loss: { kind: "cross-entropy" }, classWeights: [1, 2], labelSmoothing: 0 };
  expect(() => createLoss(spec, 3)).toThrow("There must be a weight for each of 3 classes, not 2.");
});
