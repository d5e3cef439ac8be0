import { beforeEach, describe, expect, it, vi } from "vitest";
import { createWorkbench } from "../app/create-workbench";
import type { RunPreviews, RunRequests } from "../contracts/compute";
import type { OpenedVolume } from "../contracts/data";
import { AbortError } from "../core/errors";
import type { Weights } from "../core/nn/model";
import type { Progress } from "../core/task/task";
import { initialWeights } from "../core/train/initial-weights";
import type { TrainingRecipe } from "../core/train/training-recipe";
import { writeCheckpoint } from "../io/model/checkpoint-file";
import { particleJson } from "../io/particle-json/particle-json";
import type { ComputeClient } from "../services/compute-client";
import type { DataClient } from "../services/data-client";
import { changeSetup } from "../state/training";
import { commandOf } from "./all-commands";
import { openFiles } from "./open-files";
import { openLabels } from "./open-labels";
import {
  continueTraining,
  saveCheckpoint,
  saveTrainedModel,
  stopTraining,
  useTrainedModel,
} from "./run-train";
import { planTraining, type TrainingPlan } from "./training-plan";
import type { Workbench } from "./workbench";

// The commands over the real stores; only the two workers are played by these.
const SHAPE = [24, 32, 40] as const;
const CLASSES = [
  { label: 1, name: "membrane" },
  { label: 2, name: "ribosome", color: "#ffd166", radiusAngstrom: 145 },
];

const opened = (name: string): OpenedVolume => ({
  meta: {
    name,
    shape: name.startsWith("small") ? [8, 8, 8] : SHAPE,
    dtype: "float32",
    voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
    originAngstrom: { x: 0, y: 0, z: 0 },
    warnings: [],
  },
  contrast: { low: -1, high: 1 },
  histogram: { min: 0, max: 2, counts: new Uint32Array([1, 2, 1]) },
  fileBytes: 10,
});

const DATA = {
  open: async (_id: string, { name }: { name: string }) => opened(name),
  close: async () => undefined,
  stream: async () => ({ min: 0, max: 2, mean: 0, std: 1, nonFinite: 0 }),
  modelToH5: async () => new Blob(["h5"]),
} as unknown as DataClient;

interface Asked {
  readonly inputs: RunRequests["train"];
  readonly params: Readonly<Record<string, unknown>>;
  readonly report: (preview: Partial<RunPreviews["train"]>) => void;
  readonly end: (outcome: "done" | Error) => void;
}

let asked: Asked[];
let saved: Map<string, Blob>;
let workbench: Workbench;

const COMPUTE = {
  run: (
    _operation: string,
    inputs: RunRequests["train"],
    params: Asked["params"],
    options: { signal: AbortSignal; onProgress(progress: Progress<RunPreviews["train"]>): void },
  ) =>
    new Promise((resolve, reject) => {
      options.signal.addEventListener("abort", () => reject(new AbortError()));
      asked.push({
        inputs,
        params,
        report: (preview) =>
          options.onProgress({
            done: 1,
            total: 2,
            note: "step",
            preview: { points: [], validations: [], ...preview },
          }),
        end(outcome) {
          if (outcome !== "done") return reject(outcome);
          const manifest = { name: "Mine", weights: "mine.safetensors", classes: inputs.recipe.classes };
          resolve({
            output: { model: { manifest, weights: new Blob(["w"]) }, checkpoint: new Blob(["last"]) },
            volumes: [],
            provenance: { operation: "train", params, inputs: [], backend: "", version: "", seconds: 1 },
          });
        },
      });
    }),
} as unknown as ComputeClient;

beforeEach(async () => {
  asked = [];
  saved = new Map();
  workbench = createWorkbench(DATA, COMPUTE, {
    pickFiles: async () => [],
    saveFile: (name, blob) => void saved.set(name, blob),
    fetchAsset: async () => new Response(""),
    now: () => 0,
  });
  await openFiles(workbench, [new File(["x"], "a.mrc")]);
});

const shell = () => workbench.shell.getState();
const training = () => {
  const now = shell().training;
  if (!now) throw new Error("there is no training");
  return now;
};
const said = () => shell().notices.at(-1)?.text;
const volumeId = () => workbench.document.getState().volumes[0].id;
const run = () => void commandOf("run.train").run(workbench);
const begun = async (count = 1) => {
  await vi.waitFor(() => expect(asked).toHaveLength(count));
  return asked[count - 1];
};
const point = (step: number) => ({ step, loss: 1 / step, accuracy: 0.5, learningRate: 1e-3 });

function plan(): TrainingPlan {
  const made = planTraining(workbench);
  if (typeof made === "string") throw new Error(made);
  return made;
}

const addLabels = (name = "a-labels.mrc", classes = CLASSES) =>
  openLabels(
    workbench,
    { name, blob: new Blob(["l"]) },
    {
      parentId: volumeId(),
      classes: classes.map((info) => ({ color: "#ffffff", ...info, visible: true, voxels: null })),
      scoreId: null,
      provenance: null,
    },
  );

const listFile = (name: string, classes: typeof CLASSES, label: number) =>
  new File(
    [
      particleJson.write({
        volumeName: "a.mrc",
        shape: [...SHAPE],
        voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
        classes,
        particles: [{ id: 1, label, x: 3, y: 4, z: 5, sizeVoxels: null, score: null, rotation: null }],
      }),
    ],
    name,
  );

describe("what is trained on", () => {
  it("needs a tomogram whose content is known", () => {
    expect(planTraining(workbench)).toMatch(/Choose a tomogram whose content is known/);
    run();
    expect(said()).toMatch(/Choose a tomogram/);
    expect(asked).toEqual([]);
  });

  it("takes label maps as they are, with their classes, and smallest sizes after the radii", async () => {
    await addLabels();
    const { recipe, files, start } = plan();
    expect(recipe.data.train).toEqual([
      {
        volume: "a.mrc",
        labels: "a-labels.mrc",
        classes: { 1: "membrane", 2: "ribosome" },
        proteinIsBright: false,
      },
    ]);
    expect(Object.keys(files)).toEqual(["a.mrc", "a-labels.mrc"]);
    expect(recipe.targets).toEqual({ kind: "labels" });
    // 15 % of a ball of 14.5 voxels, 12770.
    expect(recipe.classes[2]).toEqual({ ...CLASSES[1], label: 2, color: "#ffd166", minVoxels: 1916 });
    expect([start, recipe.start, recipe.voxelSizeAngstrom]).toEqual([null, "scratch", 10]);
  });

  it("brings particles to the labels of the map by their names", async () => {
    await addLabels();
    const classes = [
      { ...CLASSES[1], label: 7 },
      { label: 8, name: "TRiC", radiusAngstrom: 130 },
    ];
    await openFiles(workbench, [listFile("list.json", classes as typeof CLASSES, 7)]);
    const { recipe, files } = plan();
    expect(recipe.classes.map(({ name }) => name)).toEqual(["background", "membrane", "ribosome", "TRiC"]);
    expect(recipe.data.train[0]).toMatchObject({
      particles: "a-particles.json",
      classes: { 1: "membrane", 2: "ribosome", 3: "TRiC" },
    });
    const list = JSON.parse(await files["a-particles.json"].blob.text());
    expect(list.particles).toEqual([expect.objectContaining({ label: 2, x: 3, y: 4, z: 5 })]);
  });

  it("a volume of the same size may be the label map; its classes are named by the user", async () => {
    await openFiles(workbench, [new File(["x"], "map.mrc")]);
    const [tomogram, map] = workbench.document.getState().volumes;
    changeSetup(workbench.shell, {
      labels: { [tomogram.id]: map.id },
      classes: { "class 2": { name: "gold", radiusAngstrom: 50 } },
    });
    const { recipe } = plan();
    expect(recipe.classes.map(({ name }) => name)).toEqual(["background", "class 1", "gold"]);
    expect(recipe.data.train).toHaveLength(1);
    expect(recipe.data.train[0]).toMatchObject({ volume: "a.mrc", labels: "map.mrc" });
  });

  it("balls at particles need sizes", async () => {
    await openFiles(workbench, [listFile("list.json", [{ label: 1, name: "gold" }], 1)]);
    expect(planTraining(workbench)).toMatch(/state the diameter of gold/);
    changeSetup(workbench.shell, { classes: { gold: { radiusAngstrom: 50 } } });
    expect(plan().recipe.targets).toEqual({ kind: "spheres" });
  });

  it("a model that has all classes keeps its own; one that lacks some gets those of the data", async () => {
    await addLabels();
    const manifest = {
      name: "starter",
      classes: [
        { label: 0, name: "background" },
        { label: 1, name: "ribosome", radiusAngstrom: 140 },
        { label: 2, name: "TRiC", radiusAngstrom: 130 },
        { label: 3, name: "membrane" },
      ],
      voxelSizeAngstrom: 10,
      proteinIsBright: true,
    };
    const entry = (id: string, of: object) =>
      ({ id, manifest: { ...manifest, ...of }, isShipped: true, isDescribed: true }) as never;
    const fewer = manifest.classes.slice(0, 3);
    workbench.shell.setState({ models: [entry("starter", {}), entry("fewer", { classes: fewer })] });
    changeSetup(workbench.shell, { startId: "starter" });
    const { recipe, keepsClasses } = plan();
    expect(keepsClasses).toBe(true);
    expect(recipe.classes).toEqual(manifest.classes);
    expect(recipe).toMatchObject({ start: "starter", proteinIsBright: true, learningRate: 2e-4 });
    const classes = { 1: "membrane", 2: "ribosome" };
    expect(recipe.data.train[0]).toMatchObject({ classes, proteinIsBright: false });
    changeSetup(workbench.shell, { startId: "fewer" });
    expect(plan()).toMatchObject({ keepsClasses: false, start: { id: "fewer" } });
    expect(plan().recipe.classes.map(({ name }) => name)).toEqual(["background", "membrane", "ribosome"]);
  });

  it("a recipe that is dropped fills the form; the files that it names must be open", async () => {
    const recipe = {
      name: "Two sets",
      classes: [{ name: "background" }, { name: "ribosome", radiusAngstrom: 145 }],
      voxelSizeAngstrom: 10,
      data: { train: [{ volume: "data/a.mrc", labels: "data/b-labels.mrc" }] },
      steps: 77,
    };
    await openFiles(workbench, [new File([JSON.stringify(recipe)], "train.json")]);
    expect(shell().panel).toBe("train");
    expect(planTraining(workbench)).toBe("The recipe names b-labels.mrc: open it, by dropping it anywhere.");
    await addLabels("b-labels.mrc");
    changeSetup(workbench.shell, { values: { batch: 3 } });
    expect(plan().recipe).toMatchObject({ name: "Two sets", steps: 77, batch: 3 });
    expect(Object.keys(plan().files)).toEqual(["data/a.mrc", "data/b-labels.mrc"]);
  });
});

describe("a training", () => {
  beforeEach(() => addLabels());

  it("shows its steps as they come, is paused, and goes on from what was kept", async () => {
    run();
    const first = await begun();
    const checkpoint = new Blob(["kept"]);
    first.report({ points: [point(1), point(2)] });
    first.report({ checkpoint });
    first.report({ points: [point(3)] });
    expect(training()).toMatchObject({ phase: "running", savedStep: 2 });
    expect(training().points).toHaveLength(3);
    stopTraining(workbench, "paused");
    await vi.waitFor(() => expect(workbench.jobs.getState().jobs.at(-1)?.phase).toBe("cancelled"));
    expect(training().phase).toBe("paused");

    void continueTraining(workbench, 300);
    const second = await begun(2);
    // What the checkpoint lacks is computed again.
    expect(training().points.map(({ step }) => step)).toEqual([1, 2]);
    expect(second.inputs.checkpoint).toBe(checkpoint);
    expect(second.inputs.recipe).toEqual({ ...first.inputs.recipe, steps: 300 });
    expect(second.inputs.files).toBe(first.inputs.files);
    second.end("done");
    await vi.waitFor(() => expect(training().phase).toBe("done"));
    saveCheckpoint(workbench);
    expect(await saved.get("my-model-checkpoint.safetensors")?.text()).toBe("last");
  });

  it("that Esc stops is paused; one that fails says so and keeps what it had", async () => {
    run();
    await begun();
    void commandOf("run.stop").run(workbench);
    await vi.waitFor(() => expect(training().phase).toBe("paused"));
    void continueTraining(workbench);
    const second = await begun(2);
    second.report({ points: [point(1)], checkpoint: new Blob(["one"]) });
    second.end(new Error("The GPU was lost."));
    await vi.waitFor(() => expect(training().phase).toBe("failed"));
    expect(said()).toBe("Train failed: The GPU was lost.");
    expect(training().savedStep).toBe(1);
  });

  it("gives its model to the list, chosen, and to files", async () => {
    run();
    const { end } = await begun();
    end("done");
    await vi.waitFor(() => expect(training().phase).toBe("done"));
    await useTrainedModel(workbench, "best");
    const entry = shell().models.at(-1);
    expect(entry).toMatchObject({ manifest: { name: "Mine" }, isShipped: false, isDescribed: true });
    expect(shell()).toMatchObject({ modelId: entry?.id, panel: "segment" });
    expect(training().isUsed).toBe(true);
    await saveTrainedModel(workbench, "best", "own");
    await saveTrainedModel(workbench, "best", "h5");
    expect([...saved.keys()]).toEqual(["manifest.json", "mine.safetensors", "mine.h5"]);
  });
});

describe("a checkpoint file", () => {
  const weightsOf = (recipe: TrainingRecipe): Weights => initialWeights(recipe.classes.length, 1, null);

  async function checkpointFile(): Promise<File> {
    const { recipe } = plan();
    const weights = weightsOf(recipe);
    const validation = { step: 2, loss: 0.4, accuracy: 0.9, scores: null, meanF1: null };
    const checkpoint = {
      recipe,
      step: 3,
      weights,
      adam: { steps: 3, first: weights, second: weights },
      best: { point: validation, weights },
      points: [1, 2, 3].map(point),
      validations: [validation],
    };
    return new File([writeCheckpoint(checkpoint)], "my-model-checkpoint.safetensors");
  }

  it("is a training that was paused, where its data are open; its model can be used at once", async () => {
    await addLabels();
    const file = await checkpointFile();
    await openFiles(workbench, [file]);
    expect(training()).toMatchObject({ phase: "paused", savedStep: 3 });
    expect(training().points).toHaveLength(3);
    await useTrainedModel(workbench, "best");
    expect(shell().models.at(-1)?.manifest).toMatchObject({ name: "My model", training: { step: 2 } });
    void continueTraining(workbench);
    const { inputs } = await begun();
    expect(inputs.checkpoint).toBe(file);
    expect(Object.keys(inputs.files)).toEqual(["a.mrc", "a-labels.mrc"]);
  });

  it("whose data are not open says which", async () => {
    const labels = await addLabels();
    const file = await checkpointFile();
    const { document } = workbench;
    document.setState(({ labels: all }) => ({ labels: all.filter(({ id }) => id !== labels) }));
    await openFiles(workbench, [file]);
    expect(shell().training).toBeNull();
    expect(said()).toMatch(/names a-labels\.mrc: open it/);
  });
});
