import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readManifest, readModel } from "./read-model";

const STARTER = new URL("../../../../shared/model/", import.meta.url);

const manifest = {
  name: "tiny",
  architecture: "deepfinder-2019",
  classes: [
    { label: 0, name: "background" },
    { label: 1, name: "ribosome", color: "#ffd166", radiusAngstrom: 145, minVoxels: 2000 },
  ],
  voxelSizeAngstrom: 10,
  proteinIsBright: false,
  normalization: "volume mean 0, std 1",
  weights: "tiny.safetensors",
  trainedOn: "simulated cells",
  licence: "MIT",
  measured: { 1: { f1: 1, found: 12 } },
  training: { step: 900, recipe: { seed: 3 } },
  colour: "what another program wrote",
};

test("a manifest is kept without what is unknown", () => {
  const { colour: _, ...known } = manifest;
  expect(readManifest(manifest)).toEqual(known);
});

test.each([
  [{ voxelSizeAngstrom: -1 }, "voxelSizeAngstrom"],
  [{ architecture: "unet" }, "architecture"],
  [{ classes: [manifest.classes[0], { label: 1, name: "x", color: "red" }] }, "classes.1.color"],
  [{ classes: [...manifest.classes].reverse() }, "labels its classes 1, 0"],
  [{ weights: undefined }, "weights"],
  [{ measured: { 1: { f1: "high" } } }, "measured.1.f1"],
])("a manifest with %j is refused by name", (change, words) => {
  expect(() => readManifest({ ...manifest, ...change })).toThrow(words);
});

test("what is no object is refused", () => {
  expect(() => readManifest("starter")).toThrow("its top");
});

describe.skipIf(!existsSync(STARTER))("starter model (skipped: ../shared/model is absent)", () => {
  test("is read whole", () => {
    const json = JSON.parse(readFileSync(new URL("manifest.json", STARTER), "utf8"));
    const { manifest, weights } = readModel(json, readFileSync(new URL("starter.safetensors", STARTER)));
    expect(manifest.classes.map(({ label }) => label)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(weights.size).toBe(30);
    expect(weights.get("a1.weight")?.shape).toEqual([3, 3, 3, 1, 32]);
    expect(weights.get("out.bias")?.values.length).toBe(6);
    for (const { shape, values } of weights.values()) {
      expect(values.length).toBe(shape.reduce((product, side) => product * side, 1));
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });
});
