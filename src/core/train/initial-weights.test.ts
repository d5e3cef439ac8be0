import { expect, test } from "vitest";
import { checkWeights } from "../nn/check-weights";
import type { Model, Weights } from "../nn/model";
import { initialWeights } from "./initial-weights";

/** Whether two sets of weights are the same numbers: quicker than to look for what differs. */
const isSame = (a: Weights, b: Weights) =>
  a.size === b.size &&
  [...a].every(([name, { values }]) => {
    const other = b.get(name)?.values;
    return other?.length === values.length && values.every((value, i) => value === other[i]);
  });

const modelOf = (classCount: number, weights: Model["weights"]): Model => ({
  manifest: {
    name: "tiny",
    architecture: "deepfinder-2019",
    classes: Array.from({ length: classCount }, (_, label) => ({ label, name: `class ${label}` })),
    voxelSizeAngstrom: 10,
    proteinIsBright: false,
    normalization: "volume mean 0, std 1",
    weights: "tiny.safetensors",
    trainedOn: "nothing",
    licence: "MIT",
  },
  weights,
});

test("from scratch: even numbers within Glorot's limit, no biases, the same for the same seed", () => {
  const weights = initialWeights(5, 3, null);
  expect(checkWeights(modelOf(5, weights))).toBe(5);
  const { values } = weights.get("b2.weight") as { values: Float32Array };
  const limit = Math.sqrt(6 / (27 * (48 + 48)));
  expect(Math.max(...values.subarray(0, 60_000))).toBeLessThanOrEqual(limit);
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  expect(variance).toBeCloseTo(limit ** 2 / 3, 5);
  expect(weights.get("b2.bias")?.values.every((value) => value === 0)).toBe(true);
  expect(isSame(initialWeights(5, 3, null), weights)).toBe(true);
  expect(isSame(initialWeights(5, 4, null), weights)).toBe(false);
});

test("a model's weights are taken over as copies; with other classes its last layer begins anew", () => {
  const start = modelOf(5, initialWeights(5, 9, null));
  const same = initialWeights(5, 3, start);
  expect(isSame(same, start.weights)).toBe(true);
  expect(same.get("a1.weight")?.values).not.toBe(start.weights.get("a1.weight")?.values);

  const other = initialWeights(3, 3, start);
  const scratch = initialWeights(3, 3, null);
  expect(checkWeights(modelOf(3, other))).toBe(3);
  expect(other.get("e1.bias")).toEqual(start.weights.get("e1.bias"));
  expect(other.get("c4.weight")?.values[5]).toBe(start.weights.get("c4.weight")?.values[5]);
  expect(other.get("out.weight")).toEqual(scratch.get("out.weight"));
  expect(other.get("out.bias")).toEqual(scratch.get("out.bias"));
});
