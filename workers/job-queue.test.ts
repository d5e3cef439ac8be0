import { describe, expect, it } from "vitest";
import { AbortError, isAbort } from "../src/core/errors";
import { createBreathe } from "./breathe";
import { createJobQueue } from "./job-queue";
import { createProgressReporter } from "./progress-reporter";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const caught = (promise: Promise<unknown>) => promise.catch((e: unknown) => e);

describe("createJobQueue", () => {
  it("runs one job at a time, in order, also after one failed", async () => {
    const queue = createJobQueue();
    const events: string[] = [];
    const job = (name: string, fails = false) =>
      queue.run(name, async () => {
        events.push(`${name} starts`);
        await pause(5);
        events.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    const results = await Promise.allSettled([job("a"), job("b", true), job("c")]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(events).toEqual(["a starts", "a ends", "b starts", "b ends", "c starts", "c ends"]);
  });

  it("cancels the running job through its signal, and the next one runs", async () => {
    const queue = createJobQueue();
    const endless = queue.run("a", async (signal) => {
      for (;;) {
        await pause(1);
        if (signal.aborted) throw new AbortError();
      }
    });
    const next = queue.run("b", async () => "b");
    await pause(5);
    queue.cancel("a");
    expect(isAbort(await caught(endless))).toBe(true);
    expect(await next).toBe("b");
  });

  it("cancels a waiting job at once and never starts it", async () => {
    const queue = createJobQueue();
    let release = () => {};
    const first = queue.run("a", () => new Promise<void>((resolve) => (release = resolve)));
    let ran = false;
    const waiting = queue.run("b", async () => (ran = true));
    queue.cancel("b");
    expect(isAbort(await caught(waiting))).toBe(true);
    release();
    await first;
    await queue.run("c", async () => {});
    expect(ran).toBe(false);
  });
});

describe("createBreathe", () => {
  it("lets messages in during long work, and throws once cancelled", async () => {
    const controller = new AbortController();
    const breathe = createBreathe(controller.signal);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => controller.abort();
    port2.postMessage("cancel");
    const start = performance.now();
    const work = async () => {
      for (;;) await breathe();
    };
    expect(isAbort(await caught(work()))).toBe(true);
    expect(performance.now() - start).toBeLessThan(1000);
    port1.close();
  });

  it("is cheap to call often", async () => {
    const breathe = createBreathe(new AbortController().signal);
    const start = performance.now();
    for (let i = 0; i < 100_000; i++) await breathe();
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe("createProgressReporter", () => {
  const report = (done: number, preview?: unknown) => ({ done, total: 1000, note: "", preview });

  it("thins out plain reports, keeps the last one and every preview", async () => {
    const seen: number[] = [];
    const reporter = createProgressReporter(({ done }) => seen.push(done));
    for (let i = 1; i <= 500; i++) {
      reporter.report(report(i, i % 100 === 0 ? { tile: i } : undefined));
      if (i % 10 === 0) await pause(1);
    }
    await reporter.finish();
    expect(seen.length).toBeLessThan(20);
    expect(seen).toEqual(expect.arrayContaining([1, 100, 200, 300, 400, 500]));
    expect(seen.toSorted((a, b) => a - b)).toEqual(seen);
  });

  it("sends what waits when nothing follows, and waits until the last report has arrived", async () => {
    const seen: number[] = [];
    const reporter = createProgressReporter(({ done }) => pause(20).then(() => seen.push(done)) as never);
    reporter.report(report(1));
    reporter.report(report(2));
    await pause(200);
    expect(seen).toEqual([1, 2]);
    reporter.report(report(3));
    reporter.report(report(4));
    await reporter.finish();
    expect(seen.at(-1)).toBe(4);
  });
});
