import type { Backends } from "../src/compute/choose-backend";
import type { ComputeService } from "../src/contracts/compute";
import type { ModelFile } from "../src/contracts/files";
import type { Backend, BackendId, BackendStatus } from "../src/core/backend";
import { ComputeError, isTagged } from "../src/core/errors";
import type { Model } from "../src/core/nn/model";
import type { Structure } from "../src/core/structure/structure";
import { createBreathe } from "./breathe";
import { createJobQueue } from "./job-queue";
import { createKeptChain } from "./kept-chain";
import { createKeptLabels } from "./kept-labels";
import { createKeptScene } from "./kept-scene";
import { createProgressReporter } from "./progress-reporter";
import { createRestoreControl, type RestoreControl } from "./restore-steering";
import { runOperation } from "./run-operation";

interface ComputeTools {
  /** Called again after the GPU failed. */
  openBackends(): Promise<Backends>;
  loadModel(model: string | ModelFile): Promise<Model>;
  /** Gives a structure of the library by its id. */
  loadStructure(id: string): Promise<Structure>;
}

/** A GPU that failed may have lost its device; WebAssembly and the reference lose nothing. */
const isGpuFailure = (error: unknown, backend: Backend) =>
  backend.id === "webgpu" && isTagged(error, "backend-failed");

/**
 * Returns the service that runs operations, one job at a time. The backends are opened and tested at the first use; after the
 * GPU failed they are opened anew, and its job rejects with "backend-failed" and a sentence that says so.
 */
export function createComputeService({
  openBackends,
  loadModel,
  loadStructure,
}: ComputeTools): ComputeService {
  const queue = createJobQueue();
  const keptScene = createKeptScene(loadStructure);
  const keptLabels = createKeptLabels();
  const keptChain = createKeptChain();
  const controls = new Map<string, RestoreControl>();
  let opening: Promise<Backends> | null = null;
  let choice: BackendId | "auto" = "auto";

  const backends = (): Promise<Backends> => {
    opening ??= openBackends();
    return opening;
  };

  const closeBackends = async () => {
    const failed = opening;
    opening = null;
    (await failed)?.dispose();
  };

  const status = async (): Promise<BackendStatus> => {
    const found = await (await backends()).status();
    return choice === "auto" ? found : { ...found, chosen: choice };
  };

  return {
    status,

    async choose(id) {
      await (await backends()).get(id);
      choice = id;
      return status();
    },

    run(jobId, operation, inputs, params, onProgress) {
      const control = createRestoreControl();
      controls.set(jobId, control);
      const result = queue.run(jobId, async (signal) => {
        signal.addEventListener("abort", control.wake);
        const progress = createProgressReporter(onProgress);
        const breathe = createBreathe(signal);
        let backend: Backend | null = null;
        try {
          backend = await (await backends()).get(choice);
          await breathe();
          const tools = {
            backend,
            async renewBackend() {
              await closeBackends();
              return (await backends()).get(choice);
            },
            loadModel,
            loadStructure,
            keptScene,
            keptLabels,
            keptChain,
            control,
            signal,
            breathe,
            onProgress: progress.report,
            isPageReady: progress.isPageReady,
          };
          return await runOperation(operation, inputs, params, tools);
        } catch (error) {
          if (!backend || !isGpuFailure(error, backend)) throw error;
          await closeBackends();
          const reason = error instanceof Error ? error.message : String(error);
          const sentence = `${reason} The GPU is opened again at the next run: run the operation once more, or choose another backend.`;
          throw new ComputeError("backend-failed", sentence, { backend: backend.description }, error);
        } finally {
          await progress.finish();
        }
      });
      return result.finally(() => controls.delete(jobId));
    },

    steer: async (jobId, change) => controls.get(jobId)?.change(change),

    cancel: async (jobId) => queue.cancel(jobId),
  };
}
