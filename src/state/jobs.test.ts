import { describe, expect, it } from "vitest";
import { createJobsStore, currentJob, lastJob, patchJob, secondsLeft, startJob } from "./jobs";

function jobsWith(...operations: string[]) {
  const store = createJobsStore();
  for (const [index, operation] of operations.entries())
    startJob(store, { id: `j${index}`, operation, doing: operation, volumeId: "v", startedAt: 0 });
  return store;
}

describe("currentJob", () => {
  it("prefers computing to reading, and forgets what has ended", () => {
    const store = jobsWith("read", "restore", "segment");
    expect(currentJob(store.getState().jobs)?.operation).toBe("restore");
    patchJob(store, "j1", { phase: "done" });
    expect(currentJob(store.getState().jobs)?.operation).toBe("segment");
    patchJob(store, "j2", { phase: "cancelled" });
    expect(currentJob(store.getState().jobs)?.operation).toBe("read");
    patchJob(store, "j0", { phase: "failed" });
    expect(currentJob(store.getState().jobs)).toBeNull();
  });
});

describe("lastJob", () => {
  it("is the newest of an operation", () => {
    expect(lastJob(jobsWith("read", "segment", "segment").getState().jobs, "segment")?.id).toBe("j2");
  });
});

describe("secondsLeft", () => {
  it("goes on at the pace so far", () => {
    const store = jobsWith("segment");
    patchJob(store, "j0", { done: 3, total: 12 });
    expect(secondsLeft(store.getState().jobs[0], 30_000)).toBeCloseTo(90);
  });

  it("does not count what was done before a pause, nor the pause", () => {
    const store = jobsWith("restore");
    patchJob(store, "j0", { done: 3, total: 12, paused: true });
    expect(secondsLeft(store.getState().jobs[0], 30_000)).toBeNull();
    patchJob(store, "j0", { done: 6, paused: false, paceSince: { at: 100_000, done: 3 } });
    expect(secondsLeft(store.getState().jobs[0], 106_000)).toBeCloseTo(12);
  });

  it("is not told before anything is done", () => {
    expect(secondsLeft(jobsWith("segment").getState().jobs[0], 30_000)).toBeNull();
  });
});
