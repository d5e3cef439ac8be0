import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { modelFiles } from "../../workers/model-files";
import { createWorkbench } from "../app/create-workbench";
import type { ModelFile } from "../contracts/files";
import type { Model } from "../core/nn/model";
import { writeModel } from "../io/model/write-model";
import type { ComputeClient } from "../services/compute-client";
import type { DataClient } from "../services/data-client";
import { chosenModel } from "../state/models";
import { loadStarterModel } from "../testing/golden-network";
import { kerasFile } from "../testing/keras-file";
import { closeModel, describeModel, loadModels, modelToRun, saveModel } from "./models";
import { openFiles } from "./open-files";
import type { Workbench } from "./workbench";

let starter: Model;
let weightsFile: File;
let h5File: File;
let workbench: Workbench;
let saved: Map<string, Blob>;

/** What the app would load: two models that ship, of 10 and 13.68 Å, and one whose manifest is broken. */
const ASSETS: Readonly<Record<string, () => string | Uint8Array<ArrayBuffer>>> = {
  "models/index.json": () => '["starter", "shrec", "broken"]',
  "models/starter/manifest.json": () => JSON.stringify(starter.manifest),
  "models/shrec/manifest.json": () =>
    JSON.stringify({ ...starter.manifest, name: "shrec", voxelSizeAngstrom: 13.68 }),
  "models/broken/manifest.json": () => JSON.stringify({ ...starter.manifest, voxelSizeAngstrom: "ten" }),
  "models/starter/starter.safetensors": () => writeModel(starter, { half: false }).weights,
};

beforeAll(async () => {
  starter = await loadStarterModel();
  weightsFile = new File([writeModel(starter, { half: true }).weights], "mine.safetensors");
  const layers = [...starter.weights]
    .filter(([name]) => name.endsWith(".weight"))
    .map(([name, kernel], i) => {
      const bias = starter.weights.get(name.replace("weight", "bias")) ?? kernel;
      return {
        name: `conv3d_${i + 1}`,
        weights: [
          { name: "kernel:0", ...kernel },
          { name: "bias:0", ...bias },
        ],
      };
    });
  h5File = new File([new Uint8Array(await kerasFile(layers, true))], "net_weights_FINAL.h5");
});

beforeEach(async () => {
  saved = new Map();
  workbench = createWorkbench(modelFiles as DataClient, {} as ComputeClient, {
    pickFiles: async () => [],
    saveFile: (name, blob) => void saved.set(name, blob),
    fetchAsset: async (path) => new Response(ASSETS[path]()),
    now: () => 0,
  });
  await loadModels(workbench);
});

const shell = () => workbench.shell.getState();
const notices = () => shell().notices.map(({ text }) => text);
const manifestFile = (change: object = {}) =>
  new File(
    [JSON.stringify({ ...starter.manifest, name: "mine", weights: "mine.safetensors", ...change })],
    "manifest.json",
  );
const chosen = (size: number | null = null) => {
  const model = chosenModel(shell(), size);
  if (!model) throw new Error("no model");
  return model;
};

describe("the models that ship", () => {
  it("are offered, the first that fits the volume before the others; a broken one is told", () => {
    expect(shell().models.map(({ id }) => id)).toEqual(["starter", "shrec"]);
    expect(notices()).toEqual([
      expect.stringMatching(/model broken could not be read: .* wrong at voxelSizeAngstrom/),
    ]);
    expect([9.5, 13, null, 50].map((size) => chosen(size).id)).toEqual([
      "starter",
      "shrec",
      "starter",
      "starter",
    ]);
    workbench.shell.setState({ modelId: "shrec" });
    expect(chosen(10).id).toBe("shrec");
    expect(modelToRun(workbench, chosen())).toBe("shrec");
  });

  it("are saved for DeepFinder, and read back as they were", async () => {
    await saveModel(workbench, chosen(), "h5");
    const blob = saved.get("starter.h5");
    if (!blob) throw new Error("nothing was saved");
    await openFiles(workbench, [new File([blob], "back.h5")]);
    expect(chosen()).toMatchObject({ isShipped: false, isDescribed: true, manifest: starter.manifest });
  });
});

describe("files that are dropped", () => {
  it("a DeepFinder .h5: its classes are named by the user, and go to the worker with its weights", async () => {
    await openFiles(workbench, [h5File]);
    const { id, manifest } = chosen(10);
    expect(manifest).toMatchObject({ name: "net_weights_FINAL", voxelSizeAngstrom: null });
    expect(notices()).toContain(
      "net_weights_FINAL.h5 tells 5 classes from the background but does not name them: do so in its card, with their sizes.",
    );
    expect(shell().panel).toBe("segment");

    const classes = manifest.classes.map((info) =>
      info.label === 2 ? { ...info, name: "26S", radiusAngstrom: 80 } : info,
    );
    describeModel(workbench, id, { classes, voxelSizeAngstrom: 8 });
    const given = modelToRun(workbench, chosen()) as ModelFile;
    expect(given.manifest).toMatchObject({ voxelSizeAngstrom: 8, trainedOn: manifest.trainedOn });
    // 15 % of a ball of 10 voxels, 4189.
    expect(given.manifest.classes[2]).toEqual({
      label: 2,
      name: "26S",
      color: "#e69f00",
      radiusAngstrom: 80,
      minVoxels: 628,
    });
    expect(given.manifest.classes[0]).toEqual({ label: 0, name: "background" });
    expect(given.weights.size).toBeGreaterThan(3.6e6);
  });

  it("a manifest with its weights, in any order; saved they are the same files", async () => {
    await openFiles(workbench, [manifestFile(), weightsFile]);
    expect(chosen()).toMatchObject({ isDescribed: true, manifest: { name: "mine" } });
    await saveModel(workbench, chosen(), "own");
    expect([...saved.keys()]).toEqual(["manifest.json", "mine.safetensors"]);
    expect(saved.get("mine.safetensors")).toBe(weightsFile);
    expect(JSON.parse((await saved.get("manifest.json")?.text()) ?? "")).toEqual(chosen().manifest);
  });

  it("two models at once: weights find the manifest that names them", async () => {
    await openFiles(workbench, [weightsFile, h5File, manifestFile()]);
    const opened = shell().models.filter(({ isShipped }) => !isShipped);
    expect(opened.map(({ manifest, isDescribed }) => [manifest.name, isDescribed])).toEqual([
      ["mine", true],
      ["net_weights_FINAL", false],
    ]);
  });

  it.each([
    [
      () => [manifestFile()],
      /manifest\.json describes the model mine: drop it together with its weights, mine\.saf/,
    ],
    [() => [manifestFile({ architecture: "unet" }), weightsFile], /manifest\.json: .* wrong at architecture/],
    [
      () => [manifestFile({ classes: starter.manifest.classes.slice(0, 3) }), weightsFile],
      /instead of \[1, 1, 1, 32, 3\]/,
    ],
    [() => [new File(["text"], "a.h5")], /a\.h5 is no HDF5 file/],
    [() => [new File(["text"], "a.keras")], /a\.keras is no model of Keras/],
  ])("what is no model gets its sentence, and no model (%#)", async (files, told) => {
    const before = shell().models;
    await openFiles(workbench, files());
    expect(notices().filter((text) => told.test(text))).toHaveLength(1);
    expect(shell().models).toEqual(before);
  });

  it("one that is closed gives way to those that ship", async () => {
    await openFiles(workbench, [weightsFile]);
    const { id } = chosen();
    closeModel(workbench, id);
    expect(chosen().id).toBe("starter");
    expect(workbench.files.has(id)).toBe(false);
  });
});
