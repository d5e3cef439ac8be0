import { beforeEach, describe, expect, it } from "vitest";
import { createWorkbench } from "../app/create-workbench";
import type { RunRequests } from "../contracts/compute";
import type { OpenedVolume } from "../contracts/data";
import type { ComputeClient } from "../services/compute-client";
import type { DataClient } from "../services/data-client";
import { chooseAudited } from "../state/audit";
import { setParam } from "../state/shell";
import { smallAudit } from "../testing/audit-output";
import { commandOf } from "./all-commands";
import { exportAudit } from "./export-audit";
import { openFiles } from "./open-files";
import { openVolume } from "./open-volume";
import { openPanel } from "./operation-commands";
import { chooseRestored, followAudit, shownAudit, volumesToAudit } from "./run-audit";
import type { Workbench } from "./workbench";

// The commands over the real stores; only the two workers are played by these.
const opened = (name: string): OpenedVolume => ({
  meta: {
    name,
    shape: [16, 12, 20],
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
  open: async (_: string, { name }: { name: string }) => opened(name),
  close: async () => undefined,
  stream: async () => ({ min: 0, max: 2, mean: 0, std: 1, nonFinite: 0 }),
} as unknown as DataClient;

interface Asked {
  readonly inputs: RunRequests["audit"];
  readonly params: Readonly<Record<string, unknown>>;
}

let asked: Asked[];
let seconds: number;
let saved: { readonly name: string; readonly blob: Blob }[];
let workbench: Workbench;
const compute = {
  async run(_: string, inputs: Asked["inputs"], params: Asked["params"]) {
    asked.push({ inputs, params });
    const { output, provenance } = await smallAudit(inputs.std !== null);
    const made = (role: string) => ({ role, name: `a-${role}.mrc`, blob: new Blob([role]) });
    return {
      output,
      volumes: [made("measured-change"), ...(inputs.std ? [made("uncertain")] : [])],
      provenance: { ...provenance, params, seconds },
    };
  },
} as unknown as ComputeClient;

const run = (id: string) => Promise.resolve(commandOf(id).run(workbench));
const names = () => workbench.document.getState().volumes.map(({ name }) => name);
const idOf = (name: string) =>
  workbench.document.getState().volumes.find((each) => each.name === name)?.id ?? "";
const chosen = () => {
  const { original, restored, reference, std } = volumesToAudit(workbench);
  return [original, restored, reference, std].map((volume) => volume?.name ?? null);
};

/** Opens what a restoration gave. */
async function restored(params: Readonly<Record<string, unknown>>): Promise<void> {
  const provenance = {
    operation: "restore",
    params,
    inputs: ["a.mrc"],
    backend: "w",
    version: "1",
    seconds: 1,
  };
  for (const role of ["restored", "std"] as const)
    await openVolume(
      workbench,
      { name: `a-${role}.mrc`, blob: new Blob([role]) },
      { role, parentId: idOf("a.mrc"), provenance },
    );
}

beforeEach(async () => {
  asked = [];
  saved = [];
  seconds = 0.1;
  workbench = createWorkbench(DATA, compute, {
    pickFiles: async () => [],
    saveFile: (name, blob) => void saved.push({ name, blob }),
    fetchAsset: () => Promise.reject(new Error("no assets here")),
    now: () => Date.UTC(2026, 0, 31),
  });
  await openFiles(workbench, [new File(["a"], "a.mrc")]);
});

describe("which volumes are audited", () => {
  it("none, while nothing was restored", async () => {
    expect([chosen(), commandOf("run.audit").enabled?.(workbench)]).toEqual([
      [null, null, null, null],
      false,
    ]);
  });

  it("the newest restored one, its parent and the deviation of the same run, with its tilts", async () => {
    await restored({ tilt: [-50, 40], tiltAxis: "x" });
    openPanel(workbench, "audit");
    expect(chosen()).toEqual(["a.mrc", "a-restored.mrc", null, "a-std.mrc"]);
    expect(workbench.shell.getState().params.audit).toEqual({
      tilt: [-50, 40],
      tiltAxis: "x",
      greys: "as-is",
    });
    chooseAudited(workbench.shell, { stdId: null });
    expect(chosen()[3]).toBeNull();
  });

  it("a volume of another program that was dropped beside its original; its grey values are matched", async () => {
    await restored({ tilt: [-50, 40], tiltAxis: "y" });
    openPanel(workbench, "audit");
    await openFiles(workbench, [new File(["i"], "a-isonet.mrc")]);
    chooseRestored(workbench, idOf("a-isonet.mrc"));
    expect(chosen()).toEqual(["a.mrc", "a-isonet.mrc", null, null]);
    expect(workbench.shell.getState().params.audit).toEqual({});
  });
});

describe("an audit", () => {
  beforeEach(async () => {
    await restored({ tilt: [-60, 60], tiltAxis: "y" });
    openPanel(workbench, "audit");
    await run("run.audit");
  });

  it("is asked for with the files and opens its map and its mask; a second one puts others in their place", async () => {
    expect(asked[0].inputs).toMatchObject({
      original: { name: "a.mrc" },
      std: { name: "a-std.mrc" },
      reference: null,
    });
    expect(shownAudit(workbench)?.names.restored).toBe("a-restored.mrc");
    const all = ["a.mrc", "a-restored.mrc", "a-std.mrc", "a-measured-change.mrc", "a-uncertain.mrc"];
    expect(names()).toEqual(all);
    await run("run.audit");
    expect(names()).toEqual(all);
    chooseAudited(workbench.shell, { stdId: null });
    expect(shownAudit(workbench)).toBeNull(); // of other volumes
    await run("run.audit");
    expect(names()).toEqual(all.slice(0, 4));
  });

  it("follows its parameters where it is quick", async () => {
    const stop = followAudit(workbench);
    setParam(workbench.shell, "audit", "tilt", [-40, 40]);
    await expect.poll(() => shownAudit(workbench)?.provenance.params.tilt).toEqual([-40, 40]);
    seconds = 10;
    setParam(workbench.shell, "audit", "tilt", [-30, 30]);
    await expect.poll(() => shownAudit(workbench)?.provenance.seconds).toBe(10);
    setParam(workbench.shell, "audit", "tilt", [-20, 20]);
    stop();
    expect(asked.map(({ params }) => params.tilt)).toEqual([
      [-60, 60],
      [-40, 40],
      [-30, 30],
    ]);
  });

  it("is saved as figures, named after the restored volume", async () => {
    await exportAudit(workbench, "json");
    expect(saved.map(({ name, blob }) => [name, blob.type])).toEqual([
      ["a-restored-audit.json", "application/json"],
    ]);
    const figures = JSON.parse(await saved[0].blob.text());
    expect(figures).toMatchObject({ day: "2026-01-31", volumes: { original: "a.mrc", std: "a-std.mrc" } });
  });
});
