import { beforeEach, expect, it, vi } from "vitest";
import { createWorkbench } from "../app/create-workbench";
import type { OpenedVolume } from "../contracts/data";
import type { ResultVolume } from "../contracts/files";
import type { ComputeClient } from "../services/compute-client";
import type { DataClient } from "../services/data-client";
import { setParam } from "../state/shell";
import { commandOf } from "./all-commands";
import { openFiles } from "./open-files";
import { closeEntry } from "./open-volume";
import { buildCell, followImaging } from "./run-simulate";
import type { Workbench } from "./workbench";

// The commands over the real stores; only the two workers are played by these.
const RECIPE = JSON.stringify({
  name: "Two Rubiscos",
  summary: "Two of them in a small box.",
  scene: {
    shape: [24, 32, 40],
    voxelSizeAngstrom: 10,
    resolutionAngstrom: 25,
    particles: [{ name: "Rubisco", structure: "1bxn", count: 2 }],
  },
  imaging: { route: "direct", noise: { snr: 0.5, kind: "gaussian" } },
});

const opened = (name: string): OpenedVolume => ({
  meta: {
    name,
    shape: [24, 32, 40],
    dtype: "float32",
    voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
    originAngstrom: { x: 0, y: 0, z: 0 },
    warnings: [],
  },
  contrast: { low: -1, high: 1 },
  histogram: { min: -2, max: 2, counts: new Uint32Array([1, 2, 1]) },
  fileBytes: 10,
});

const DATA = {
  open: async (_id: string, { name }: { name: string }) => opened(name),
  close: async () => undefined,
  stream: async () => ({ min: -2, max: 2, mean: 0, std: 1, nonFinite: 0 }),
  labelSurfaces: async () => [],
} as unknown as DataClient;

const LIST = {
  volumeName: "",
  shape: [24, 32, 40],
  voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
  classes: [{ label: 1, name: "Rubisco", radiusAngstrom: 60 }],
  particles: [{ id: 1, label: 1, x: 9, y: 9, z: 9, sizeVoxels: 90, score: null, rotation: null }],
};

interface Asked {
  readonly operation: string;
  readonly inputs: { readonly truth?: boolean };
  readonly params: Readonly<Record<string, unknown>>;
}

let asked: Asked[];
let workbench: Workbench;

const COMPUTE = {
  async run(operation: string, inputs: Asked["inputs"], params: Asked["params"]) {
    asked.push({ operation, inputs, params });
    const roles: ResultVolume["role"][] = inputs.truth ? ["density", "labels", "tomogram"] : ["tomogram"];
    return {
      output: {
        list: LIST,
        placed: [],
        occupancy: 0.1,
        tiltsDeg: [],
        defociMicrometre: [],
        measuredSnr: params.snr ?? 0.5,
      },
      volumes: roles.map((role) => ({ role, name: `two-rubiscos-${role}.mrc`, blob: new Blob(["x"]) })),
      provenance: { operation, params, inputs: [], backend: "wasm", version: "0", seconds: 0.2 },
    };
  },
} as unknown as ComputeClient;

beforeEach(async () => {
  asked = [];
  workbench = createWorkbench(DATA, COMPUTE, {
    pickFiles: async () => [],
    saveFile: () => {},
    fetchAsset: async () => new Response(""),
    now: () => 0,
  });
  workbench.shell.setState({ structureIds: ["1bxn"] });
  await openFiles(workbench, [new File([RECIPE], "two.json")]);
});

const shown = () => {
  const { volumes, labels, particles, truths } = workbench.document.getState();
  return { volumes, labels, particles, truths };
};

it("a recipe that is dropped is what is built next", () => {
  const { panel, recipeName } = workbench.shell.getState();
  expect({ panel, recipeName }).toEqual({ panel: "simulate", recipeName: "Two Rubiscos" });
  expect(commandOf("run.simulate").enabled?.(workbench)).toBe(true);
});

it("a recipe with a mistake is told in one sentence and changes nothing", async () => {
  await openFiles(workbench, [new File([RECIPE.replace("1bxn", "9xyz")], "wrong.json")]);
  expect(workbench.shell.getState().notices.at(-1)?.text).toContain("scene.particles[0].structure");
  expect(workbench.shell.getState().recipes).toHaveLength(1);
});

it("a cell opens with its density, its labels and its true positions", async () => {
  await buildCell(workbench);
  const { volumes, labels, particles, truths } = shown();
  expect(volumes.map(({ role }) => role)).toEqual(["tomogram", "density"]);
  expect(volumes[1].parentId).toBe(volumes[0].id);
  expect(labels[0]).toMatchObject({ parentId: volumes[0].id, complete: true, hasSurfaces: true });
  expect(particles[0].list.particles).toHaveLength(1);
  expect(truths[0].particles[0]).toMatchObject({ name: "Rubisco", x: 9 });
  expect(workbench.view.getState()).toMatchObject({ volumeId: volumes[0].id, labelsId: labels[0].id });
  expect(workbench.shell.getState().cell).toMatchObject({
    volumeId: volumes[0].id,
    densityId: volumes[1].id,
  });
});

it("a change of the microscope images the cell in its place; another seed waits for the next cell", async () => {
  await buildCell(workbench);
  const stop = followImaging(workbench);
  const [before] = shown().volumes;
  setParam(workbench.shell, "simulate", "seed", 9);
  setParam(workbench.shell, "simulate", "snr", 2);
  await vi.waitFor(() => expect(shown().volumes[0].revision).toBe(1));
  expect(asked.map(({ inputs }) => inputs.truth)).toEqual([true, false]);
  expect(asked[1].params).toMatchObject({ seed: 1, snr: 2 });
  expect(shown().volumes).toHaveLength(2);
  expect(shown().volumes[0].id).toBe(before.id);
  expect(workbench.shell.getState().cell?.output.measuredSnr).toBe(2);
  setParam(workbench.shell, "simulate", "seed", 10);
  await new Promise((resume) => setTimeout(resume, 200));
  expect(asked).toHaveLength(2);
  closeEntry(workbench, before.id);
  expect(workbench.shell.getState().cell).toBeNull();
  stop();
});

it("tilts make a tilt series of the volume that is shown, if there are as many as images, else the range of its restoration", async () => {
  await openFiles(workbench, [new File(["-60\n0\n60\n"], "early.tlt")]);
  expect(workbench.shell.getState().notices.at(-1)?.text).toMatch(/Open the tilt series first/);
  await openFiles(workbench, [new File(["x"], "series.st")]);
  await openFiles(workbench, [new File(["-60\n0\n60\n"], "few.tlt")]);
  expect(workbench.shell.getState().notices.at(-1)?.text).toMatch(
    /few\.tlt has 3 tilts, and series\.st 24 images/,
  );
  expect(workbench.shell.getState()).toMatchObject({
    panel: "restore",
    params: { restore: { tilt: [-60, 60] } },
  });
  expect(commandOf("run.reconstruct").enabled?.(workbench)).toBe(false);
  const tilts = Array.from({ length: 24 }, (_, i) => String(3 * i - 34)).join("\n");
  await openFiles(workbench, [new File([tilts], "all.rawtlt")]);
  expect(shown().volumes[0].tilts).toMatchObject({ name: "all.rawtlt", defociMicrometre: null });
  expect(workbench.shell.getState().panel).toBe("reconstruct");
  expect(commandOf("run.reconstruct").enabled?.(workbench)).toBe(true);
});
