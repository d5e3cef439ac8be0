import { availableParallelism } from "node:os";
import { createBackends } from "../compute/choose-backend";
import { openNodeGpu } from "../compute/node-gpu";
import type { Backend, BackendId } from "../core/backend";
import { type FlagTable, flagValue, type ParsedArgs, UsageError } from "./command";

const IDS: readonly (BackendId | "auto")[] = ["auto", "webgpu", "wasm", "reference"];

export const BACKEND_FLAGS: FlagTable = {
  backend: {
    value: "NAME",
    help: `${IDS.join(", ")}: what computes (default auto: a GPU if there is one, else WebAssembly).`,
  },
  threads: { value: "N", help: "Threads of WebAssembly (default one for each processor)." },
};

function threadsOf(args: ParsedArgs): number {
  const text = flagValue(args, "threads");
  if (text === undefined) return availableParallelism();
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1 && threads <= 256) return threads;
  throw new UsageError(`--threads needs a whole number from 1 to 256, not "${text}".`);
}

/** Hands the backend that the flags name to `use`, with what opens it anew if its GPU is lost, and ends it whatever comes of it. */
export async function withBackend<Result>(
  args: ParsedArgs,
  use: (backend: Backend, renewBackend: () => Promise<Backend>) => Promise<Result>,
): Promise<Result> {
  const name = flagValue(args, "backend") ?? "auto";
  const id = IDS.find((known) => known === name);
  if (!id) throw new UsageError(`--backend must be one of ${IDS.join(", ")}, not "${name}".`);
  const threads = threadsOf(args);
  const wantsGpu = id === "auto" || id === "webgpu";
  const backends = await createBackends({ gpu: wantsGpu ? await openNodeGpu() : null, threads });
  try {
    return await use(await backends.get(id), () => backends.get(id));
  } finally {
    backends.dispose();
  }
}
