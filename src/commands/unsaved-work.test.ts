import { beforeEach, describe, expect, it } from "vitest";
import { createWorkbench } from "../app/create-workbench";
import type { ComputeClient } from "../services/compute-client";
import type { DataClient } from "../services/data-client";
import { recordStep } from "../state/history";
import { patchJob, startJob } from "../state/jobs";
import { hasUnsavedWork } from "./unsaved-work";
import type { Workbench } from "./workbench";

let now = 0;
let workbench: Workbench;

beforeEach(() => {
  now = 1_000_000;
  workbench = createWorkbench({} as DataClient, {} as ComputeClient, {
    pickFiles: async () => [],
    saveFile: () => undefined,
    fetchAsset: async () => new Response(),
    now: () => now,
  });
});

function start(operation: string): string {
  const id = workbench.nextId("job");
  startJob(workbench.jobs, { id, operation, doing: "", volumeId: null, startedAt: now });
  return id;
}

function run(operation: string, seconds: number, phase: "done" | "cancelled" | "failed" = "done"): void {
  const id = start(operation);
  now += seconds * 1000;
  patchJob(workbench.jobs, id, { phase, endedAt: now });
}

describe("work that closing the page would lose", () => {
  it("is none in the beginning, while a file is read, and after what failed or took a moment", () => {
    expect(hasUnsavedWork(workbench)).toBe(false);
    start("read");
    run("segment", 5);
    run("segment", 60, "failed");
    expect(hasUnsavedWork(workbench)).toBe(false);
  });

  it("is what computes", () => {
    start("restore");
    expect(hasUnsavedWork(workbench)).toBe(true);
  });

  it.each(["done", "cancelled"] as const)("is what took long and is %s, until a file is saved", (phase) => {
    run("train", 60, phase);
    expect(hasUnsavedWork(workbench)).toBe(true);
    workbench.host.saveFile("model.safetensors", new Blob());
    expect(hasUnsavedWork(workbench)).toBe(false);
    run("localize", 1);
    expect(hasUnsavedWork(workbench)).toBe(false);
    run("segment", 20);
    expect(hasUnsavedWork(workbench)).toBe(true);
  });

  it("is a changed list of particles, not a moved box", () => {
    recordStep(workbench, "move the box", now);
    expect(hasUnsavedWork(workbench)).toBe(false);
    recordStep(workbench, "remove particle 3", now);
    workbench.document.setState({ particles: [] });
    expect(hasUnsavedWork(workbench)).toBe(true);
    workbench.host.saveFile("particles.star", new Blob());
    expect(hasUnsavedWork(workbench)).toBe(false);
  });
});
