import { beforeEach, describe, expect, it } from "vitest";
import { createWorkbench } from "../app/create-workbench";
import type { RestoreChange, RunPreviews, RunRequests } from "../contracts/compute";
import type { OpenedVolume } from "../contracts/data";
import type { ResultVolume } from "../contracts/files";
import { AbortError } from "../core/errors";
import type { MwrTracePoint } from "../core/operations/results";
import type { Progress } from "../core/task/task";
import type { ComputeClient } from "../services/compute-client";
import type { DataClient } from "../services/data-client";
import { lastJob } from "../state/jobs";
import { setParam } from "../state/shell";
import { commandOf } from "./all-commands";
import { openFiles } from "./open-files";
import { planRun } from "./operations";
import { changeBeta, changeIterations, choosePreview, runRestore, takeMoreSamples } from "./run-restore";
import type { Workbench } from "./workbench";

// The commands over the real stores; only the two workers are played by these.
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
  histogram: { min: 0, max: 2, counts: new Uint32Array([1, 2, 1]) },
  fileBytes: 10,
});

const DATA = {
  open: async (_id: string, { name }: { name: string }) => opened(name),
  close: async () => undefined,
  stream: async () => ({ min: 0, max: 2, mean: 0, std: 1, nonFinite: 0 }),
} as unknown as DataClient;

interface Asked {
  readonly inputs: RunRequests["restore"];
  readonly params: Readonly<Record<string, unknown>>;
  readonly changes: RestoreChange[];
  readonly report: (preview: Partial<RunPreviews["restore"]>) => void;
  readonly end: (
    iterations: number,
    blocks?: { readonly blocks: number; readonly finishedBlocks: number },
  ) => Promise<void>;
}

const file = (name: string, role: ResultVolume["role"]): ResultVolume => ({
  name,
  role,
  blob: new Blob([name]),
});
const points = (from: number, to: number): MwrTracePoint[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    iteration: from + i,
    energy: 1 / (from + i),
    accepted: true,
    beta: 4e-5,
  }));

let asked: Asked[];
let now: number;
let workbench: Workbench;

interface Options {
  readonly signal: AbortSignal;
  onProgress(progress: Progress<RunPreviews["restore"]>): void;
  onSteerable(steer: (change: RestoreChange) => void): void;
}

const COMPUTE = {
  run: (_: string, inputs: Asked["inputs"], params: Asked["params"], options: Options) =>
    new Promise((resolve, reject) => {
      options.signal.addEventListener("abort", () => reject(new AbortError()));
      const changes: RestoreChange[] = [];
      options.onSteerable((change) => changes.push(change));
      asked.push({
        inputs,
        params,
        changes,
        report: (preview) =>
          options.onProgress({ done: 12, total: 100, note: "", preview: { trace: [], ...preview } }),
        async end(iterations, blocks = { blocks: 1, finishedBlocks: 1 }) {
          resolve({
            output: { trace: points(1, iterations), iterations, isKept: true, ...blocks },
            volumes: [file("a-restored.mrc", "restored"), file("a-std.mrc", "std")],
            provenance: {
              operation: "restore",
              params: { ...params, iterations },
              inputs: ["a.mrc"],
              backend: "WebAssembly",
              version: "1.0.0",
              seconds: 3,
            },
          });
        },
      });
    }),
} as unknown as ComputeClient;

const restoration = () => workbench.shell.getState().restoration;
const run = (id: string) => Promise.resolve(commandOf(id).run(workbench));
const enabled = (id: string) => commandOf(id).enabled?.(workbench);
const volumes = () => workbench.document.getState().volumes;

beforeEach(async () => {
  asked = [];
  now = 0;
  workbench = createWorkbench(DATA, COMPUTE, {
    pickFiles: async () => [],
    saveFile: () => {},
    fetchAsset: () => Promise.reject(new Error("no assets here")),
    now: () => now,
  });
  await openFiles(workbench, [new File(["a"], "a.mrc")]);
  setParam(workbench.shell, "restore", "burnIn", 10);
});

describe("a restoration that runs", () => {
  it("shows its trace, the mean's change and its previews as they come", async () => {
    const running = runRestore(workbench);
    const slice = { axis: "z", index: 12, width: 1, height: 1, values: new Float32Array([7]) } as const;
    asked[0].report({ trace: points(1, 4), slice, shows: "sample" });
    asked[0].report({ trace: points(5, 12), slice, shows: "mean", meanChange: 0.2 });
    expect(restoration()).toMatchObject({ phase: "running", shown: "mean", previewRevision: 2, burnIn: 10 });
    expect(restoration()?.trace).toEqual(points(1, 12));
    expect([...(restoration()?.changes ?? [])]).toEqual([[12, 0.2]]);
    expect(workbench.previews.get(restoration()?.jobId ?? "")?.values[0]).toBe(7);
    await asked[0].end(12);
    await running;
    expect(workbench.previews.size + workbench.steers.size).toBe(0);
  });

  it("is paused, steered and goes on; its pace does not count the pause", async () => {
    const running = runRestore(workbench);
    asked[0].report({ trace: points(1, 12) });
    expect([enabled("run.restore-pause"), enabled("run.restore-on")]).toEqual([true, false]);
    await run("run.restore-pause");
    expect(lastJob(workbench.jobs.getState().jobs, "restore")).toMatchObject({
      phase: "running",
      paused: true,
    });
    changeBeta(workbench, 8e-5);
    changeIterations(workbench, 200);
    choosePreview(workbench, "std");
    now = 60_000;
    await run("run.restore-on");
    expect(asked[0].changes).toEqual([
      { paused: true },
      { beta: 8e-5 },
      { iterations: 200 },
      { preview: "std" },
      { paused: false },
    ]);
    expect(restoration()).toMatchObject({ phase: "running", beta: 8e-5, iterations: 200, preview: "std" });
    expect(lastJob(workbench.jobs.getState().jobs, "restore")).toMatchObject({
      paused: false,
      paceSince: { at: 60_000, done: 12 },
    });
    await asked[0].end(200);
    await running;
    // Three seconds for 200 iterations with a minute's pause among them say nothing.
    expect(workbench.shell.getState().measuredFlops).toEqual({});
  });

  it("Esc finishes it with the samples so far; again, it is discarded", async () => {
    const finished = runRestore(workbench);
    await run("run.stop");
    expect(asked[0].changes).toEqual([{ finish: true, paused: false }]);
    expect(restoration()?.phase).toBe("finishing");
    await asked[0].end(12);
    await finished;
    expect(restoration()).toMatchObject({ phase: "done", iterations: 12 });
    expect(volumes().map(({ name }) => name)).toEqual(["a.mrc", "a-restored.mrc", "a-std.mrc"]);

    const discarded = runRestore(workbench);
    await run("run.stop");
    await run("run.stop");
    await discarded;
    expect(restoration()?.phase).toBe("cancelled");
    expect(enabled("run.restore-more")).toBe(false);
    expect(volumes()).toHaveLength(3);
  });
});

describe("a restoration in blocks", () => {
  it("is stopped by Esc with those that are finished, whatever the method; its pace is that of what was done", async () => {
    setParam(workbench.shell, "restore", "method", "denoise");
    workbench.shell.setState({ backend: { chosen: "wasm", reports: [] } });
    const running = runRestore(workbench);
    expect(enabled("run.restore-finish")).toBe(false);
    asked[0].report({ blocks: { done: 2, count: 8 } });
    expect(restoration()?.blocks).toEqual({ done: 2, count: 8 });
    expect(enabled("run.restore-finish")).toBe(true);
    await run("run.stop");
    expect(asked[0].changes).toEqual([{ finish: true, paused: false }]);
    const { iterations } = asked[0].params;
    await asked[0].end(Number(iterations), { blocks: 8, finishedBlocks: 2 });
    await running;
    expect(restoration()).toMatchObject({ phase: "done", blocks: { done: 2, count: 8 } });
    expect(volumes().map(({ name }) => name)).toEqual(["a.mrc", "a-restored.mrc", "a-std.mrc"]);
    const whole = planRun(workbench, "restore", volumes()[0].meta.shape, asked[0].params).estimate.flops;
    expect(workbench.shell.getState().measuredFlops["restore/wasm"]).toBeCloseTo((0.25 * whole) / 3);
  });
});

describe("a restoration that has ended", () => {
  it("goes on with its chain; the results take the place of those before", async () => {
    const first = runRestore(workbench);
    await asked[0].end(100);
    await first;
    const [, restored] = volumes();
    expect(workbench.view.getState()).toMatchObject({ layout: "swipe", compareId: restored.id });
    workbench.view.setState({ layout: "grid", fullLayout: "grid" });

    choosePreview(workbench, "mean");
    const more = takeMoreSamples(workbench, 50);
    expect(asked[1].changes).toEqual([{ preview: "mean" }]);
    expect(restoration()).toMatchObject({ phase: "running", iterations: 150 });
    expect(restoration()?.trace).toHaveLength(100);
    const [{ inputs: begun }, { inputs: gone, params }] = asked;
    expect([begun.goOn, gone.goOn]).toEqual([false, true]);
    expect(gone.chainId).toBe(begun.chainId);
    expect(params).toEqual({ ...asked[0].params, iterations: 150 });
    await asked[1].end(150);
    await more;
    expect(volumes()).toHaveLength(3);
    expect(volumes()[1]).toMatchObject({
      id: restored.id,
      name: "a-restored.mrc",
      revision: 1,
      provenance: { params: { iterations: 150 } },
    });
    expect(workbench.view.getState().layout).toBe("grid"); // it was shown already
  });

  it("says of a wrong value what is wrong, and forgets the chain before", async () => {
    const first = runRestore(workbench);
    await asked[0].end(100);
    await first;
    setParam(workbench.shell, "restore", "iterations", -1);
    await runRestore(workbench);
    expect(asked).toHaveLength(1);
    expect(restoration()).toBeNull();
    expect(lastJob(workbench.jobs.getState().jobs, "restore")?.error).toMatch(/Iterations must be/);
  });
});
