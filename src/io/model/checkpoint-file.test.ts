import { expect, test } from "vitest";
import type { Weights } from "../../core/nn/model";
import type { Checkpoint } from "../../core/train/training-state";
import { readSafetensors } from "../safetensors/read-safetensors";
import { writeSafetensors } from "../safetensors/write-safetensors";
import { readTrainingRecipe } from "../training-recipe/read-training-recipe";
import { readCheckpoint, writeCheckpoint } from "./checkpoint-file";

const tensors = (factor: number): Weights =>
  new Map([
    ["a1.weight", { shape: [2, 1], values: Float32Array.of(factor / 3, -factor) }],
    ["a1.bias", { shape: [1], values: Float32Array.of(factor / 7) }],
  ]);
const recipe = readTrainingRecipe(
  JSON.stringify({
    name: "cell",
    classes: [{ name: "background" }, { name: "ribosome", radiusAngstrom: 145 }],
    voxelSizeAngstrom: 10,
    data: { train: [{ volume: "a.mrc", labels: "b.mrc" }] },
  }),
);
const score = {
  name: "ribosome",
  truth: 5,
  found: 4,
  truePositives: 4,
  precision: 1,
  recall: 0.8,
  f1: 8 / 9,
};
const point = { step: 10, loss: 0.1 + 0.2, accuracy: 0.9, scores: { 1: score }, meanF1: 8 / 9 };
const CHECKPOINT: Checkpoint = {
  recipe,
  step: 12,
  weights: tensors(1),
  adam: { steps: 12, first: tensors(1e-9), second: tensors(1e-20) },
  best: { point, weights: tensors(5) },
  points: [{ step: 1, loss: 1 / 3, accuracy: 0.5, learningRate: 1e-4 }],
  validations: [point, { step: 12, loss: null, accuracy: null, scores: null, meanF1: null }],
};

test("a checkpoint comes back to the last bit, with and without best weights", () => {
  expect(readCheckpoint(writeCheckpoint(CHECKPOINT))).toEqual(CHECKPOINT);
  const begun = { ...CHECKPOINT, best: null, validations: [] };
  expect(readCheckpoint(writeCheckpoint(begun))).toEqual(begun);
});

test("its weights are under their own names, for other programs", () => {
  const read = readSafetensors(writeCheckpoint(CHECKPOINT));
  expect(read.get("a1.weight")).toEqual(CHECKPOINT.weights.get("a1.weight"));
  expect(read.size).toBe(8);
});

test("other files of tensors, and states that are wrong, are refused in a sentence", () => {
  expect(() => readCheckpoint(writeSafetensors(tensors(1), { dtype: "F32" }))).toThrow(
    "This is no checkpoint of a training",
  );
  const metadata = { format: "tomoscope-checkpoint-1", state: JSON.stringify({ step: -1 }) };
  expect(() => readCheckpoint(writeSafetensors(tensors(1), { dtype: "F32", metadata }))).toThrow(
    /checkpoint of a training: step: /,
  );
  expect(() => readCheckpoint(new Uint8Array(4))).toThrow("4 bytes");
});
