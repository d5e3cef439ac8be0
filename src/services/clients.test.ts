import { expose, transferHandlers } from "comlink";
import { afterEach, describe, expect, it } from "vitest";
import type { BackendStatus, ComputeService } from "../contracts/compute";
import type { DataService, OpenedVolume } from "../contracts/data";
import { installErrorTransfer } from "../contracts/errors";
import { ComputeError, FormatError, isAbort, isTagged } from "../core/errors";
import { createPortWorker } from "../testing/port-worker";
import { createComputeClient } from "./compute-client";
import { createDataClient } from "./data-client";

installErrorTransfer(transferHandlers); // the worker's side; both run in this thread

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const open: { dispose(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.dispose();
});

/** Workers that answer by what `serve` makes, with a record of the calls of each. */
function workersOf<Service extends object>(serve: (calls: string[]) => Partial<Service>) {
  const workers: (ReturnType<typeof createPortWorker> & { calls: string[] })[] = [];
  const start = () => {
    const calls: string[] = [];
    const started = { ...createPortWorker((port) => expose(serve(calls), port)), calls };
    workers.push(started);
    return started.worker;
  };
  return { workers, start };
}

describe("createDataClient", () => {
  const opened = { fileBytes: 3 } as OpenedVolume;

  function dataClient() {
    const { workers, start } = workersOf<DataService>((calls) => ({
      async open(id, file) {
        calls.push(`open ${id} ${file.name}`);
        if (file.blob.size === 0) throw new FormatError("empty-file", `${file.name} is empty.`);
        return opened;
      },
      async close(id) {
        calls.push(`close ${id}`);
      },
      async voxel(id) {
        calls.push(`voxel ${id}`);
        return 7;
      },
      async stream(id, _jobId, onProgress) {
        calls.push(`stream ${id}`);
        for (let done = 1; done <= 3; done++) await onProgress({ done, total: 3, note: "" });
        return { min: 0, max: 1, mean: 0, std: 1, nonFinite: 0 };
      },
      async cancel() {},
    }));
    const client = createDataClient(start);
    open.push(client);
    return { client, workers };
  }
  const file = (name: string, text = "abc") => ({ name, blob: new Blob([text]) });

  it("opens what was open again on a worker that replaces another, before it answers", async () => {
    const { client, workers } = dataClient();
    expect(await client.open("a", file("a.mrc"))).toEqual(opened);
    await client.open("b", file("b.mrc"));
    await client.open("c", file("c.mrc"));
    await client.close("b");
    const bad = await client.open("d", file("d.mrc", "")).catch((e: unknown) => e);
    expect(isTagged(bad, "empty-file")).toBe(true);
    workers[0].crash("out of memory");
    expect(await client.voxel("a", { x: 0, y: 0, z: 0 })).toBe(7);
    expect(workers[1].calls).toEqual(["open a a.mrc", "open c c.mrc", "voxel a"]);
  });

  it("streams with progress", async () => {
    const { client } = dataClient();
    const seen: number[] = [];
    const statistics = await client.stream("a", { onProgress: ({ done }) => seen.push(done) });
    expect(statistics.max).toBe(1);
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe("createComputeClient", () => {
  const status: BackendStatus = { chosen: "wasm", reports: [] };

  function computeClient() {
    const { workers, start } = workersOf<ComputeService>((calls) => {
      let cancelled = false;
      return {
        status: async () => status,
        async choose(id) {
          calls.push(`choose ${id}`);
          if (id === "webgpu") throw new ComputeError("backend-unavailable", "There is no WebGPU here.");
          return status;
        },
        run: async (jobId, operation, _inputs, params) => {
          calls.push(`run ${operation} ${JSON.stringify(params)}`);
          while (!cancelled) await pause(2);
          throw new DOMException(`${jobId} was cancelled.`, "AbortError");
        },
        cancel: async () => {
          cancelled = true;
        },
      };
    });
    const client = createComputeClient(start);
    open.push(client);
    return { client, workers };
  }
  const labels = { name: "labels.mrc", blob: new Blob() };

  it("runs an operation and cancels it through its signal", async () => {
    const { client, workers } = computeClient();
    const controller = new AbortController();
    const inputs = { labels, score: null, mapId: "labels", classes: [] };
    const run = client.run("localize", inputs, { method: "components" }, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    expect(isAbort(await run.catch((e: unknown) => e))).toBe(true);
    expect(workers[0].calls).toEqual(['run localize {"method":"components"}']);
    expect(workers[0].state.terminated).toBe(false);
  });

  it("repeats a choice that was good on the next worker", async () => {
    const { client, workers } = computeClient();
    expect(await client.choose("reference")).toEqual(status);
    const refused = await client.choose("webgpu").catch((e: unknown) => e);
    expect(isTagged(refused, "backend-unavailable")).toBe(true);
    workers[0].crash("");
    expect(await client.status()).toEqual(status);
    expect(workers[1].calls).toEqual(["choose reference"]);
  });
});
