import { expose, transferHandlers } from "comlink";
import { afterEach, describe, expect, it } from "vitest";
import { installErrorTransfer } from "../contracts/errors";
import type { ProgressListener } from "../contracts/task";
import { AbortError, ComputeError, isAbort, isTagged, TaggedError } from "../core/errors";
import { createPortWorker } from "../testing/port-worker";
import { CANCEL_PATIENCE_MS, createWorkerClient } from "./worker-client";

installErrorTransfer(transferHandlers); // the worker's side; both run in this thread

interface TestService {
  double(value: number): Promise<number>;
  fail(): Promise<never>;
  never(): Promise<never>;
  job(jobId: string, steps: number, onProgress: ProgressListener): Promise<string>;
  deafJob(jobId: string): Promise<never>;
  known(): Promise<string[]>;
  remember(name: string): Promise<void>;
  cancel(jobId: string): Promise<void>;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function testService(): TestService {
  const cancelled = new Set<string>();
  const names: string[] = [];
  return {
    double: async (value) => 2 * value,
    fail: async () => {
      throw new ComputeError("bad-input", "The volume is empty.", { shape: [0, 0, 0] }, new Error("deeper"));
    },
    never: () => new Promise(() => {}),
    async job(jobId, steps, onProgress) {
      for (let step = 1; step <= steps; step++) {
        await pause(2);
        if (cancelled.has(jobId)) {
          await onProgress({ done: step, total: steps, note: "saved", preview: step });
          throw new AbortError();
        }
        // Two ports have no common order: a service waits for its last report before it answers.
        await onProgress({ done: step, total: steps, note: `step ${step}` });
      }
      return jobId;
    },
    deafJob: () => new Promise(() => {}),
    known: async () => names,
    remember: async (name) => void names.push(name),
    cancel: async (jobId) => void cancelled.add(jobId),
  };
}

function client(prepare?: (service: TestService) => Promise<void>) {
  const workers: ReturnType<typeof createPortWorker>[] = [];
  const created = createWorkerClient<TestService>({
    label: "test worker",
    start() {
      const started = createPortWorker((port) => expose(testService(), port));
      workers.push(started);
      return started.worker;
    },
    prepare,
  });
  open.push(created);
  return { client: created, workers };
}

const open: { dispose(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.dispose();
});

describe("createWorkerClient", () => {
  it("starts its worker at the first use and answers", async () => {
    const { client: c, workers } = client();
    expect(workers).toHaveLength(0);
    expect(await c.call((service) => service.double(21))).toBe(42);
    expect(await c.call((service) => service.double(4))).toBe(8);
    expect(workers).toHaveLength(1);
  });

  it("revives errors with class, tag, fields and causes", async () => {
    const { client: c } = client();
    const error = await c.call((service) => service.fail()).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(TaggedError);
    expect(error).toBeInstanceOf(ComputeError);
    expect(isTagged(error, "bad-input")).toBe(true);
    expect((error as ComputeError).fields).toEqual({ shape: [0, 0, 0] });
    expect((error as ComputeError).message).toBe("The volume is empty.");
    expect(((error as ComputeError).cause as Error).message).toBe("Error: deeper");
  });

  it("rejects what is pending when the worker crashes, and replaces it", async () => {
    const { client: c, workers } = client();
    const pending = c.call((service) => service.never());
    const job = c.run({}, (service, jobId) => service.deafJob(jobId));
    await pause(5);
    workers[0].crash("out of memory");
    for (const promise of [pending, job]) {
      const error = await promise.catch((e: unknown) => e);
      expect(isTagged(error, "worker-crashed")).toBe(true);
      expect((error as Error).message).toBe(
        "The test worker stopped unexpectedly (out of memory); it starts again at the next use.",
      );
    }
    expect(workers[0].state.terminated).toBe(true);
    expect(await c.call((service) => service.double(3))).toBe(6);
    expect(workers).toHaveLength(2);
  });

  it("prepares a worker that replaces another, before any call reaches it", async () => {
    const { client: c, workers } = client(async (service) => {
      await pause(5);
      await service.remember("volume");
    });
    expect(await c.call((service) => service.known())).toEqual([]);
    workers[0].crash("");
    const [first, second] = await Promise.all([1, 2].map(() => c.call((service) => service.known())));
    expect([first, second]).toEqual([["volume"], ["volume"]]);
    expect(workers).toHaveLength(2);
  });

  it("hands on progress, none after the end", async () => {
    const { client: c } = client();
    const seen: number[] = [];
    const onProgress = ({ done }: { done: number }) => seen.push(done);
    await c.run({ onProgress }, (service, jobId, listener) => service.job(jobId, 5, listener));
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it("cancels a job that listens and keeps the worker", async () => {
    const { client: c, workers } = client();
    const controller = new AbortController();
    const seen: number[] = [];
    const saved: unknown[] = [];
    const job = c.run(
      {
        signal: controller.signal,
        onProgress: ({ done, preview }) => (preview === undefined ? seen.push(done) : saved.push(preview)),
      },
      (service, jobId, listener) => service.job(jobId, 100_000, listener),
    );
    await pause(30);
    const before = seen.length;
    expect(before).toBeGreaterThan(0);
    const start = performance.now();
    controller.abort();
    expect(isAbort(await job.catch((e: unknown) => e))).toBe(true);
    expect(performance.now() - start).toBeLessThan(CANCEL_PATIENCE_MS / 2);
    expect(seen).toHaveLength(before);
    expect(saved).toHaveLength(1); // what it hands over in the end still arrives
    expect(workers[0].state.terminated).toBe(false);
  });

  it("does not start a job that is cancelled already", async () => {
    const { client: c, workers } = client();
    const run = c.run({ signal: AbortSignal.abort() }, (service, jobId) => service.deafJob(jobId));
    expect(isAbort(await run.catch((e: unknown) => e))).toBe(true);
    expect(workers).toHaveLength(0);
  });

  it("ends a worker whose job does not stop, and replaces it", async () => {
    const { client: c, workers } = client();
    const controller = new AbortController();
    const deaf = c.run({ signal: controller.signal }, (service, jobId) => service.deafJob(jobId));
    const other = c.call((service) => service.never());
    const outcomes = Promise.allSettled([deaf, other]);
    await pause(5);
    const start = performance.now();
    controller.abort();
    const [first, second] = await outcomes;
    expect(performance.now() - start).toBeLessThan(CANCEL_PATIENCE_MS + 500);
    expect(first.status === "rejected" && isAbort(first.reason)).toBe(true);
    expect(second.status === "rejected" && isTagged(second.reason, "worker-terminated")).toBe(true);
    expect(workers[0].state.terminated).toBe(true);
    expect(await c.call((service) => service.double(1))).toBe(2);
  });

  it("waits longer for a job that is given more time", async () => {
    const { client: c } = client();
    const controller = new AbortController();
    const job = c.run({ signal: controller.signal, patienceMs: 1500 }, (service, jobId) =>
      service.deafJob(jobId),
    );
    const outcome = job.catch((e: unknown) => e);
    await pause(5);
    const start = performance.now();
    controller.abort();
    expect(isAbort(await outcome)).toBe(true);
    expect(performance.now() - start).toBeGreaterThan(1400);
  });

  it("gives up a waiting job alone", async () => {
    const { client: c, workers } = client();
    const controller = new AbortController();
    let firstSettled = false;
    const first = c.run({}, (service, jobId) => service.deafJob(jobId)).catch(() => (firstSettled = true));
    const waiting = c.run({ signal: controller.signal }, (service, jobId) => service.deafJob(jobId));
    setTimeout(() => controller.abort(), 5);
    expect(isAbort(await waiting.catch((e: unknown) => e))).toBe(true);
    expect(workers[0].state.terminated).toBe(false);
    expect(firstSettled).toBe(false);
    c.dispose();
    await first;
  });

  it("rejects what is pending on dispose", async () => {
    const { client: c } = client();
    const pending = c.call((service) => service.never());
    await pause(5);
    c.dispose();
    expect(isTagged(await pending.catch((e: unknown) => e), "worker-terminated")).toBe(true);
  });
});
