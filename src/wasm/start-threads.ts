import { ComputeError } from "../core/errors";
import threadCode from "./thread.js?raw";
import type { THREAD_CONTROL } from "./thread-control";

interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly pointer: number;
  readonly slots: typeof THREAD_CONTROL;
}

interface Thread {
  terminate(): void;
}

const isNode = typeof process !== "undefined" && Boolean(process.versions?.node);

/** Starts `count` threads and resolves when each waits for its first job. Throws ComputeError "backend-unavailable". */
export async function startThreads(count: number, start: ThreadStart): Promise<readonly Thread[]> {
  const results = await Promise.allSettled(
    Array.from({ length: count }, () => (isNode ? startInNode(start) : startInBrowser(start))),
  );
  const threads = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failure = results.find((result) => result.status === "rejected");
  if (!failure) return threads;
  for (const thread of threads) thread.terminate();
  const sentence = "A WebAssembly thread did not start.";
  throw new ComputeError("backend-unavailable", sentence, {}, failure.reason);
}

function startInNode(start: ThreadStart): Promise<Thread> {
  // Asked for at run time, so that bundles for browsers hold no trace of it.
  const { Worker: NodeWorker } = process.getBuiltinModule("node:worker_threads");
  const worker = new NodeWorker(threadCode, { eval: true });
  return new Promise((resolve, reject) => {
    worker.once("message", () => {
      worker.unref();
      resolve({ terminate: () => void worker.terminate() });
    });
    worker.once("error", reject);
    worker.postMessage(start);
  });
}

function startInBrowser(start: ThreadStart): Promise<Thread> {
  const url = URL.createObjectURL(new Blob([threadCode], { type: "text/javascript" }));
  const worker = new Worker(url);
  return new Promise<Thread>((resolve, reject) => {
    worker.onmessage = () => resolve(worker);
    worker.onerror = reject;
    worker.postMessage(start);
  }).finally(() => URL.revokeObjectURL(url));
}
