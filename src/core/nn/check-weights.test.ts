import { beforeAll, expect, test } from "vitest";
import { loadStarterModel } from "../../testing/golden-network";
import { isTagged } from "../errors";
import { checkWeights } from "./check-weights";
import { networkFlopsPerVoxel } from "./deepfinder-network";
import type { Model, Tensor } from "./model";

let model: Model;
beforeAll(async () => {
  model = await loadStarterModel();
});

test("the shipped model fits, with as many weights and operations as published", () => {
  expect(checkWeights(model)).toBe(6);
  const count = [...model.weights.values()].reduce((sum, { values }) => sum + values.length, 0);
  expect(count).toBe(902_928 + 33 * 6);
  expect(networkFlopsPerVoxel(5)).toBe(386_656);
});

const changed = (change: (weights: Map<string, Tensor>) => void): Model => {
  const weights = new Map(model.weights);
  change(weights);
  return { ...model, weights };
};

test.each<[string, (weights: Map<string, Tensor>) => void, string]>([
  ["missing", (weights) => weights.delete("d1.bias"), "tensor d1.bias is missing"],
  [
    "transposed",
    (weights) => weights.set("e1.weight", { ...weights.get("e1.weight")!, shape: [3, 3, 3, 32, 80] }),
    "tensor e1.weight is [3, 3, 3, 32, 80] instead of [3, 3, 3, 80, 32]",
  ],
  [
    "cut short",
    (weights) => weights.set("a1.bias", { shape: [32], values: new Float32Array(31) }),
    "tensor a1.bias holds 31 values",
  ],
  [
    "not finite",
    (weights) => weights.set("a1.bias", { shape: [32], values: new Float32Array(32).fill(Number.NaN) }),
    "tensor a1.bias holds values that are not finite",
  ],
  [
    "too much",
    (weights) => weights.set("f1.bias", { shape: [1], values: new Float32Array(1) }),
    "tensor f1.bias is not part of deepfinder-2019",
  ],
])("weights that are %s are refused by name", (_, change, sentence) => {
  expect(() => checkWeights(changed(change))).toThrow(sentence);
});

test("a manifest with fewer classes than the last layer, or with gaps, does not fit", () => {
  const classes = model.manifest.classes;
  const of = (some: typeof classes): Model => ({ ...model, manifest: { ...model.manifest, classes: some } });
  expect(() => checkWeights(of(classes.slice(0, 5)))).toThrow(
    "out.weight is [1, 1, 1, 32, 6] instead of [1, 1, 1, 32, 5]",
  );
  let error: unknown;
  try {
    checkWeights(of([classes[0], classes[2]]));
  } catch (thrown) {
    error = thrown;
  }
  expect(isTagged(error, "bad-input")).toBe(true);
  expect(String(error)).toContain("must be labelled 0, 1, 2, … in order, not 0, 2");
});
