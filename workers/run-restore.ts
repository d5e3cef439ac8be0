import type { RunOutputs, RunRequests } from "../src/contracts/compute";
import { AbortError } from "../src/core/errors";
import { RESTORE } from "../src/core/operations/restore";
import { checkParams, type ParamSpec, type ParamValues } from "../src/core/task/params";
import type { TaskContext } from "../src/core/task/task";
import type { VolumeReader } from "../src/core/volume/volume";
import type { RunTools } from "./run-operation";

/** Six reports a second are fluent, and cost neither the page nor the chain much. */
const REPORT_INTERVAL_MS = 160;

/**
 * Restores a volume, steered by the page, and keeps the chain at its end. The iterations that the result is said to be
 * made with are those that were done: finished early or made longer, the same result comes of them.
 */
export async function runRestore(
  volume: VolumeReader,
  { chainId, goOn }: RunRequests["restore"],
  given: Readonly<Record<string, unknown>>,
  { backend, renewBackend, isPageReady, control, keptChain, signal }: RunTools,
  context: TaskContext,
): Promise<{
  readonly output: RunOutputs["restore"];
  readonly params: ParamValues<ParamSpec>;
  readonly inputs: readonly string[];
  readonly remarks: readonly string[];
}> {
  const params = checkParams(RESTORE.params, given, volume.meta.shape);
  const resume = goOn ? keptChain.of(chainId) : null;
  if (!goOn) keptChain.forget();
  let isKept = false;
  let reportedAt = Number.NEGATIVE_INFINITY;
  const steering = {
    read: control.read,
    changed: control.changed,
    isReportDue() {
      const now = performance.now();
      if (now - reportedAt < REPORT_INTERVAL_MS || !isPageReady()) return false;
      reportedAt = now;
      return true;
    },
    resume,
    keep: (state: Parameters<typeof keptChain.keep>[1]) => {
      isKept = keptChain.keep(chainId, state);
    },
  };
  const createVolume: TaskContext["createVolume"] = async (spec) => {
    // The operation would still write what it has so far; here that is what finishing is for.
    const unlessCancelled = () => {
      if (signal.aborted) throw new AbortError();
    };
    unlessCancelled();
    const { write, close } = await context.createVolume(spec);
    return {
      async write(values) {
        unlessCancelled();
        await write(values);
      },
      close,
    };
  };
  const inputs = { volume, backend, steering, renewBackend };
  const output = await RESTORE.run(inputs, params, { ...context, createVolume });
  return {
    output: { ...output, isKept },
    params: { ...params, iterations: output.iterations },
    inputs: [volume.meta.name],
    remarks: output.remarks,
  };
}
