import { beforeEach, describe, expect, it } from "vitest";
import { createWorkbench } from "../app/create-workbench";
import type { OpenedVolume } from "../contracts/data";
import { AbortError, FormatError } from "../core/errors";
import type { ModelManifest } from "../core/nn/model";
import type { Provenance } from "../core/task/operation";
import type { ComputeClient } from "../services/compute-client";
import type { DataClient } from "../services/data-client";
import { patchEntry, setTruth } from "../state/document";
import { setParam } from "../state/shell";
import { commandOf } from "./all-commands";
import { chooseBoxFor, setBox } from "./choose-box";
import { followThresholds } from "./follow-thresholds";
import { changeClass } from "./label-commands";
import { openFiles } from "./open-files";
import { closeEntry } from "./open-volume";
import { removeSelectedParticle, stepParticle } from "./review-particles";
import type { Workbench } from "./workbench";

// The commands over the real stores; only the two workers are played by these.
const SHAPE = [13, 17, 23] as const;
const MODEL: ModelManifest = {
  name: "starter",
  architecture: "deepfinder-2019",
  classes: [
    { label: 0, name: "background" },
    { label: 1, name: "membrane", color: "#9aa0a6" },
    { label: 2, name: "ribosome", radiusAngstrom: 145 },
  ],
  voxelSizeAngstrom: 10,
  proteinIsBright: false,
  normalization: "volume mean 0, std 1",
  weights: "starter.safetensors",
  trainedOn: "simulation",
  licence: "MIT",
};
const particle = (id: number, x: number) => ({
  id,
  label: 2,
  x,
  y: 8,
  z: 6,
  sizeVoxels: 100 * id,
  score: 0.5,
  rotation: null,
});
const provenance = (operation: string): Provenance => ({
  operation,
  params: {},
  inputs: ["a.mrc"],
  backend: "wasm",
  version: "0",
  seconds: 2,
});

function opened(name: string): OpenedVolume {
  return {
    meta: {
      name,
      shape: SHAPE,
      dtype: "int8",
      voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
      originAngstrom: { x: 0, y: 0, z: 0 },
      warnings: [],
    },
    contrast: { low: -1, high: 1 },
    histogram: { min: -2, max: 2, counts: new Uint32Array([1, 2, 1]) },
    fileBytes: 10,
  };
}

const DATA = {
  open: async (_id: string, { name }: { name: string }) => {
    if (name.startsWith("broken")) throw new FormatError("truncated", `${name} ends too early.`);
    return opened(name);
  },
  close: async () => undefined,
  stream: async () => ({ min: -2, max: 2, mean: 0, std: 1, nonFinite: 0 }),
  labelSurfaces: async () => [],
} as unknown as DataClient;

const file = (name: string, role: string) => ({ name, role, blob: new Blob(["x"]) });
const OUTPUTS = {
  segment: {
    output: { voxelsPerClass: [100, 20, 30], tiles: 1 },
    volumes: [file("labels.mrc", "labels"), file("score.mrc", "score")],
    provenance: provenance("segment"),
  },
  localize: {
    output: {
      list: {
        volumeName: "labels.mrc",
        shape: SHAPE,
        voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
        classes: MODEL.classes,
        particles: [particle(1, 5), particle(2, 15), particle(3, 20)],
      },
      candidates: [particle(1, 5), particle(2, 15), particle(3, 20), particle(4, 22)],
    },
    volumes: [],
    provenance: provenance("localize"),
  },
  restore: {
    output: { trace: [], isKept: false },
    volumes: [file("restored.mrc", "restored"), file("std.mrc", "std")],
    provenance: provenance("restore"),
  },
};

interface Asked {
  readonly operation: keyof typeof OUTPUTS;
  readonly inputs: unknown;
  readonly params: Readonly<Record<string, unknown>>;
}

let asked: Asked[] = [];
let saved: { readonly name: string; readonly blob: Blob }[] = [];
let workbench: Workbench;
/** Lets a test keep a run going. */
let hold: Promise<void> | null = null;
/** What every run reports. */
let preview: unknown = null;

const COMPUTE = {
  run: async (
    operation: Asked["operation"],
    inputs: unknown,
    params: Asked["params"],
    { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: unknown) => void },
  ) => {
    asked.push({ operation, inputs, params });
    if (preview) onProgress({ done: 1, total: 2, note: "", preview });
    await hold;
    if (signal.aborted) throw new AbortError();
    return OUTPUTS[operation];
  },
} as unknown as ComputeClient;

const run = async (id: string) => commandOf(id).run(workbench);
const open = (name: string) => openFiles(workbench, [new File(["x"], name)]);
const documentNow = () => workbench.document.getState();
const viewNow = () => workbench.view.getState();

beforeEach(async () => {
  asked = [];
  saved = [];
  hold = null;
  preview = null;
  workbench = createWorkbench(DATA, COMPUTE, {
    pickFiles: async () => [],
    saveFile: (name, blob) => void saved.push({ name, blob }),
    fetchAsset: () => Promise.reject(new Error("no assets here")),
    now: () => 0,
  });
  workbench.shell.setState({
    models: [{ id: "starter", manifest: MODEL, isShipped: true, isDescribed: true }],
  });
  await open("a.mrc");
});

describe("opening", () => {
  it("shows the volume with its cursor in the middle", () => {
    expect(viewNow().volumeId).toBe(documentNow().volumes[0].id);
    expect(viewNow().cursor).toEqual({ x: 11, y: 8, z: 6 });
  });

  it("keys step through the slices of the view that was pointed at last", async () => {
    workbench.view.setState({ bigPane: "xz" });
    await run("move.next");
    await run("move.down");
    expect(viewNow().cursor).toEqual({ x: 11, y: 9, z: 7 });
    await run("move.last");
    workbench.view.setState({ bigPane: "compare", compareAxis: "x" });
    await run("move.first");
    expect(viewNow().cursor).toEqual({ x: 0, y: 16, z: 7 });
  });

  it("says what is wrong with a broken file and keeps the open one", async () => {
    const { volumeId } = viewNow();
    await open("broken.mrc");
    expect(workbench.shell.getState().notices.map(({ text }) => text)).toEqual([
      "broken.mrc ends too early.",
    ]);
    expect(viewNow().volumeId).toBe(volumeId);
    expect(documentNow().volumes).toHaveLength(1);
  });
});

describe("segmenting", () => {
  it("gives labels, localizes, scores against the truth, and opens the review", async () => {
    const volumeId = documentNow().volumes[0].id;
    const truth = { label: 2, name: "ribosome", x: 5, y: 8, z: 6, rotation: null };
    setTruth(workbench.document, { volumeId, name: "truth.json", particles: [truth] });
    await run("run.segment");
    const [labels] = documentNow().labels;
    const [found] = documentNow().particles;
    expect(asked.map(({ operation }) => operation)).toEqual(["segment", "localize"]);
    expect(labels.classes.map(({ label, voxels }) => [label, voxels])).toEqual([
      [1, 20],
      [2, 30],
    ]);
    expect(labels).toMatchObject({ complete: true, hasSurfaces: true });
    expect(viewNow()).toMatchObject({ labelsId: labels.id, particlesId: found.id });
    expect(found.list.volumeName).toBe("a.mrc");
    expect(found.evaluation?.classes[2]).toMatchObject({ truth: 1, found: 3, truePositives: 1 });
    expect(workbench.shell.getState().panel).toBe("review");
  });

  it("leaves nothing behind when it is cancelled by Esc", async () => {
    let release = () => {};
    hold = new Promise((resolve) => {
      release = resolve;
    });
    const running = run("run.segment");
    expect(documentNow().labels[0].complete).toBe(false);
    await run("run.stop");
    release();
    await running;
    expect(documentNow().labels).toEqual([]);
    expect(viewNow().labelsId).toBeNull();
    expect(workbench.jobs.getState().jobs.at(-1)).toMatchObject({ phase: "cancelled", error: null });
    expect(workbench.shell.getState().notices).toEqual([]);
  });
});

describe("a segmentation that is stopped", () => {
  const FINISHED = {
    sections: 6,
    params: { saveScore: true },
    volumes: [file("a-labels.mrc", "labels"), file("a-score.mrc", "score")],
  };

  async function stopAtOnce(id: string) {
    let release = () => {};
    hold = new Promise((resolve) => {
      release = resolve;
    });
    const running = run(id);
    await run("run.stop");
    release();
    await running;
    hold = null;
  }

  it("shows what it had finished, goes on with the same model and parameters, and ends as any", async () => {
    expect(commandOf("run.segment-go-on").enabled?.(workbench)).toBe(false);
    preview = { finishedSections: 6, finished: FINISHED };
    await stopAtOnce("run.segment");
    const [stopped] = documentNow().labels;
    expect(stopped).toMatchObject({ name: "a-labels.mrc, 6 of 13 sections", complete: true });
    expect(viewNow().labelsId).toBe(stopped.id);
    expect(commandOf("run.segment-go-on").enabled?.(workbench)).toBe(true);

    preview = { finishedSections: 9, finished: { ...FINISHED, sections: 9 } };
    await stopAtOnce("run.segment-go-on");
    expect(documentNow().labels.map(({ name }) => name)).toEqual(["a-labels.mrc, 9 of 13 sections"]);

    preview = null;
    setParam(workbench.shell, "segment", "saveScore", false);
    await run("run.segment-go-on");
    const [first, , last] = asked;
    expect(last.inputs).toEqual({ ...(first.inputs as object), finished: { ...FINISHED, sections: 9 } });
    expect(last.params).toMatchObject(FINISHED.params);
    expect(documentNow().labels.map(({ name }) => name)).toEqual(["labels.mrc"]);
    expect(workbench.unfinished.size).toBe(0);
  });

  it("is forgotten when what it had finished is closed", async () => {
    preview = { finishedSections: 6, finished: FINISHED };
    await stopAtOnce("run.segment");
    closeEntry(workbench, documentNow().labels[0].id);
    expect(workbench.unfinished.size).toBe(0);
    expect(documentNow().labels).toEqual([]);
  });
});

describe("restoring", () => {
  it("works on the box of the view and puts the result beside its input", async () => {
    chooseBoxFor(workbench, "restore", { z0: 2, y0: 3, x0: 4, z1: 12, y1: 13, x1: 14 });
    await run("run.restore");
    const boxes = Object.values(asked[0].params).filter(
      (value) => typeof value === "object" && value && "z0" in value,
    );
    expect(boxes).toEqual([{ z0: 2, y0: 3, x0: 4, z1: 12, y1: 13, x1: 14 }]);
    const [input, restored, std] = documentNow().volumes;
    expect(restored).toMatchObject({ role: "restored", parentId: input.id, origin: { x: 4, y: 3, z: 2 } });
    expect(std.role).toBe("std");
    expect(viewNow()).toMatchObject({ layout: "swipe", compareId: restored.id, volumeId: input.id });
  });

  it("numbers the results of a second run", async () => {
    await run("run.restore");
    await run("run.restore");
    expect(documentNow().volumes.map(({ name }) => name)).toEqual([
      "a.mrc",
      "restored.mrc",
      "std.mrc",
      "restored-2.mrc",
      "std-2.mrc",
    ]);
  });

  it("stops when its volume is closed", async () => {
    let release = () => {};
    hold = new Promise((resolve) => {
      release = resolve;
    });
    const running = run("run.restore");
    closeEntry(workbench, documentNow().volumes[0].id);
    release();
    await running;
    expect(workbench.jobs.getState().jobs.at(-1)).toMatchObject({ phase: "cancelled" });
    expect(documentNow().volumes).toEqual([]);
  });

  it("says at once which parameter is wrong, and runs nothing", async () => {
    workbench.shell.setState({ params: { restore: { noSuchThing: 1 } } });
    await run("run.restore");
    expect(asked).toEqual([]);
    expect(workbench.jobs.getState().jobs.at(-1)).toMatchObject({ phase: "failed" });
    expect(workbench.shell.getState().notices[0].text).toContain("noSuchThing");
  });
});

describe("reviewing", () => {
  beforeEach(() => run("run.segment"));

  it("goes through the particles, removes one, and undo brings it back", async () => {
    stepParticle(workbench, 1);
    stepParticle(workbench, 1);
    expect(viewNow()).toMatchObject({ selectedParticle: 2, cursor: { x: 15, y: 8, z: 6 } });
    removeSelectedParticle(workbench);
    expect(documentNow().particles[0].list.particles.map(({ id }) => id)).toEqual([1, 3]);
    expect(viewNow().selectedParticle).toBe(3);
    await run("edit.undo");
    expect(documentNow().particles[0].list.particles.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it("hides a class by its number", async () => {
    await run("labels.class-2");
    expect(documentNow().labels[0].classes.map(({ visible }) => visible)).toEqual([true, false]);
    changeClass(workbench, documentNow().labels[0].id, 1, { color: "#ff0000" });
    await run("edit.undo");
    expect(documentNow().labels[0].classes[0].color).toBe("#9aa0a6");
  });

  it("exports by its volume's name", async () => {
    await run("file.export-relion5-star");
    await run("file.export-labels");
    expect(saved.map(({ name }) => name)).toEqual(["a-particles.star", "labels.mrc"]);
  });

  it("closes a volume with all that was made from it", () => {
    closeEntry(workbench, documentNow().volumes[0].id);
    expect(documentNow()).toMatchObject({ volumes: [], labels: [], particles: [] });
    expect(viewNow()).toMatchObject({ volumeId: null, labelsId: null, particlesId: null });
    expect(workbench.files.size).toBe(0);
  });
});

it("undoes the drag of a box without losing the box", async () => {
  await run("panel.restore");
  const placed = viewNow().box;
  setBox(workbench, { z0: 0, y0: 0, x0: 0, z1: 9, y1: 9, x1: 9 });
  await run("edit.undo");
  expect(viewNow().box).toEqual(placed);
});

it("segments the whole volume after a box was restored", async () => {
  await run("panel.restore");
  expect(viewNow().box).not.toBeNull();
  await run("run.segment");
  expect(asked[0].params.box).toBeNull();
});

it("computes and exports with the voxel size that the user states", async () => {
  patchEntry(workbench.document, "volumes", documentNow().volumes[0].id, { statedVoxelSizeAngstrom: 7 });
  await run("run.segment");
  expect(asked.map(({ inputs }) => inputs)).toMatchObject([
    { volume: { name: "a.mrc", voxelSizeAngstrom: 7 } },
    { labels: { voxelSizeAngstrom: 7 }, score: { voxelSizeAngstrom: 7 } },
  ]);
  await run("file.export-json");
  expect(JSON.parse(await (saved.at(-1)?.blob.text() ?? ""))).toMatchObject({
    voxelSizeAngstrom: { x: 7, y: 7, z: 7 },
  });
});

it("localizes again when a threshold changes", async () => {
  await run("run.segment");
  const stop = followThresholds(workbench);
  setParam(workbench.shell, "localize", "minVoxels", { 2: 150 });
  await expect
    .poll(() => asked.at(-1))
    .toMatchObject({
      operation: "localize",
      params: expect.objectContaining({ minVoxels: { 2: 150 } }),
    });
  expect(documentNow().particles).toHaveLength(1);
  stop();
});

it("takes changes that come while it localizes together", async () => {
  await run("run.segment");
  const stop = followThresholds(workbench);
  let release = () => {};
  hold = new Promise((resolve) => {
    release = resolve;
  });
  const before = asked.length;
  for (const size of [100, 200, 300, 400]) setParam(workbench.shell, "localize", "minVoxels", { 2: size });
  release();
  await expect.poll(() => asked.at(-1)?.params.minVoxels).toEqual({ 2: 400 });
  expect(asked.slice(before).map(({ params }) => params.minVoxels)).toEqual([{ 2: 100 }, { 2: 400 }]);
  expect(documentNow().particles[0].candidates).toHaveLength(4);
  stop();
});
