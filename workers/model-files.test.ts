import { beforeAll, expect, it } from "vitest";
import type { Model } from "../src/core/nn/model";
import { writeModel } from "../src/io/model/write-model";
import { largestDifference, loadStarterModel } from "../src/testing/golden-network";
import { createModelLoader } from "./fetch-model";
import { modelFiles } from "./model-files";

let starter: Model;
beforeAll(async () => {
  starter = await loadStarterModel();
});

/** What the compute worker makes of a model that the page hands over. */
const load = createModelLoader(new URL("http://127.0.0.1:9/"));

it("hands weights in our own format on as they are", async () => {
  const blob = new Blob([writeModel(starter, { half: true }).weights]);
  const opened = await modelFiles.openModel({ name: "mine.safetensors", blob }, starter.manifest);
  expect(opened.weights).toBe(blob);
  expect(opened.isDescribed).toBe(true);
  expect((await load(opened)).manifest).toEqual(starter.manifest);
});

it("turns an .h5 into our own format and back", async () => {
  const { manifest, weights } = starter;
  const blob = new Blob([writeModel(starter, { half: false }).weights]);
  const h5 = await modelFiles.modelToH5({ manifest, weights: blob });
  const opened = await modelFiles.openModel({ name: "net_weights_FINAL.h5", blob: h5 }, null);
  expect(opened.manifest).toEqual(manifest);
  const model = await load(opened);
  expect(model.weights.size).toBe(30);
  for (const [name, { values }] of model.weights)
    expect(largestDifference(values, weights.get(name)?.values ?? [])).toBe(0);
});

it("says what is wrong with a file", async () => {
  const blob = new Blob(["no model"]);
  await expect(modelFiles.openModel({ name: "a.h5", blob }, null)).rejects.toThrow("a.h5 is no HDF5 file.");
});
