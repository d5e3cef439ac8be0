import { beforeAll, expect, test } from "vitest";
import type { Model } from "../../core/nn/model";
import { loadStarterModel } from "../../testing/golden-network";
import { deepFinderModel, kerasArchive } from "../../testing/keras-archive";
import { writeDeepFinderH5 } from "../deepfinder-h5/write-deepfinder-h5";
import { writeSafetensors } from "../safetensors/write-safetensors";
import { memorySource } from "../source/memory-source";
import { isManifest, parseManifest } from "./model-files";
import { openModel } from "./open-model";
import { writeModel } from "./write-model";

let starter: Model;
beforeAll(async () => {
  starter = await loadStarterModel();
});

test("a manifest and its weights are a model", async () => {
  const { manifest, weights } = writeModel(starter, { half: false });
  const said = parseManifest(manifest, "manifest.json");
  const model = await openModel(memorySource(weights, "starter.safetensors"), said);
  expect(model.manifest).toEqual(starter.manifest);
  expect(model.isDescribed).toBe(true);
  expect(model.weights.get("c4.bias")).toEqual(starter.weights.get("c4.bias"));
});

test("weights alone are a model whose classes have no names", async () => {
  const { weights } = writeModel(starter, { half: true });
  const { manifest, isDescribed } = await openModel(memorySource(weights, "mine.v2.safetensors"), null);
  expect(isDescribed).toBe(false);
  expect(manifest).toMatchObject({ name: "mine.v2", voxelSizeAngstrom: null, proteinIsBright: false });
  expect(manifest.classes.map(({ name }) => name)).toEqual([
    "background",
    "class 1",
    "class 2",
    "class 3",
    "class 4",
    "class 5",
  ]);
  expect(manifest.classes.slice(1).every(({ radiusAngstrom }) => radiusAngstrom === 100)).toBe(true);
});

test("an .h5 of ours is described by what it carries", async () => {
  const model = await openModel(memorySource(await writeDeepFinderH5(starter), "any.h5"), null);
  expect(model.isDescribed).toBe(true);
  expect(model.manifest).toEqual(starter.manifest);
});

test("a .keras is a model whose name is the file's", async () => {
  const file = await kerasArchive(deepFinderModel(starter.weights), "Keras 3");
  const { manifest, isDescribed, weights } = await openModel(memorySource(file, "cell.v2.keras"), null);
  expect(isDescribed).toBe(false);
  expect(manifest.name).toBe("cell.v2");
  expect(manifest.classes).toHaveLength(6);
  expect(weights.get("c4.bias")).toEqual(starter.weights.get("c4.bias"));
  await expect(openModel(memorySource(new Uint8Array(8), "cell.keras"), null)).rejects.toThrow(
    "cell.keras is no model of Keras",
  );
});

test("what does not fit is named in one sentence", async () => {
  const { weights: bytes } = writeModel(starter, { half: true });
  const manifest = { ...starter.manifest, classes: starter.manifest.classes.slice(0, 4) };
  await expect(openModel(memorySource(bytes, "starter.safetensors"), manifest)).rejects.toThrow(
    'The weights of model "starter" do not fit: tensor out.weight is [1, 1, 1, 32, 6] instead of [1, 1, 1, 32, 4].',
  );
  const other = writeSafetensors(new Map([["conv.weight", { shape: [1], values: Float32Array.of(1) }]]), {
    dtype: "F32",
  });
  await expect(openModel(memorySource(other, "unet.safetensors"), null)).rejects.toThrow(
    'The weights of model "unet" do not fit: tensor a1.weight is missing.',
  );
  const large = { name: "tomogram.h5", size: 3e9, read: () => Promise.reject(new Error("was read")) };
  await expect(openModel(large, null)).rejects.toThrow("tomogram.h5 has 3000 MB, too many for the weights");
  expect(() => parseManifest("{", "m.json")).toThrow("This is no manifest of a model (m.json)");
});

test("a manifest is told from a recipe of a scene", () => {
  expect(isManifest(writeModel(starter, { half: true }).manifest)).toBe(true);
  expect(isManifest('{ "name": "cell", "scene": { "shape": [1, 2, 3] } }')).toBe(false);
});
