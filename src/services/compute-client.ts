import type {
  ComputeService,
  OperationId,
  RestoreChange,
  RunPreviews,
  RunRequests,
  RunResult,
} from "../contracts/compute";
import { createWorkerClient, type JobOptions, type WorkerLike } from "./worker-client";

interface ComputeJobOptions<Preview> extends JobOptions<Preview> {
  /** Is given, once the job is on its way, what passes changes on to it. */
  readonly onSteerable?: (steer: (change: RestoreChange) => void) => void;
}

/** The compute worker seen from the page: the methods of ComputeService, with signals in place of job ids. */
export interface ComputeClient extends Omit<ComputeService, "run" | "steer" | "cancel"> {
  /** Rejects with AbortError once `signal` is aborted, within about a second. */
  run<Id extends OperationId>(
    operation: Id,
    inputs: RunRequests[Id],
    params: Readonly<Record<string, unknown>>,
    options?: ComputeJobOptions<RunPreviews[Id]>,
  ): Promise<RunResult<Id>>;
  dispose(): void;
}

const startComputeWorker = (): WorkerLike =>
  new Worker(new URL("../../workers/compute.worker.ts", import.meta.url), {
    type: "module",
    name: "compute",
  });

/** Returns the client of the compute worker; a choice of backend is made again on a worker that replaces another. */
export function createComputeClient(start: () => WorkerLike = startComputeWorker): ComputeClient {
  let chosen: Parameters<ComputeService["choose"]>[0] = "auto";
  const client = createWorkerClient<ComputeService>({
    label: "compute worker",
    start,
    async prepare(service) {
      if (chosen !== "auto") await service.choose(chosen).catch(() => {});
    },
  });
  return {
    status: () => client.call((service) => service.status()),
    async choose(id) {
      const status = await client.call((service) => service.choose(id));
      chosen = id;
      return status;
    },
    run: (operation, inputs, params, { onSteerable, ...options } = {}) =>
      client.run(options, (service, jobId, onProgress) => {
        const result = service.run(jobId, operation, inputs, params, onProgress);
        // A worker that is gone has no job to steer.
        onSteerable?.((change) => void service.steer(jobId, change).catch(() => {}));
        return result;
      }),
    dispose: client.dispose,
  };
}
