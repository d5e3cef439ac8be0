import { getBackend, removeBackend, setBackend } from "@tensorflow/tfjs-core";
import type { TrainerSpec } from "../core/train/trainer";
import type { GpuDevice } from "../gpu/device";
import { withErrorScopes } from "../gpu/error-scopes";
import { registerGradients } from "./network-operations";
import { registerTrainerKernels } from "./register-kernels";
import { startTfjs } from "./start-tfjs";
import type { TfjsSession } from "./tfjs-session";
import { allowMatrices } from "./webgpu/mixed-precision";
import { WEBGPU_TRAINER_KERNELS } from "./webgpu-trainer-kernels";

const BACKEND = "webgpu";
/** How old the oldest kernel on its way may be: the GPU never waits, and a cancel not for long. */
const AHEAD_MS = 100;

/** What sessions on one device share: tfjs keeps the memory of freed tensors until its backend ends. */
let shared: { readonly gpu: GpuDevice; readonly started: Promise<unknown>; users: number } | null = null;

/** Returns tfjs on our device, with convolutions of the precision. Throws ComputeError "backend-unavailable" where it does not start. */
export async function createWebGpuSession(
  gpu: GpuDevice,
  precision: TrainerSpec["precision"],
): Promise<TfjsSession> {
  if (shared?.gpu !== gpu) shared = { gpu, started: startTfjs(gpu), users: 0 };
  const used = shared;
  used.users++;
  await used.started.catch((error: unknown) => {
    if (shared === used) shared = null;
    throw error;
  });
  registerTrainerKernels(BACKEND, WEBGPU_TRAINER_KERNELS);
  registerGradients();
  const ahead: { readonly sentMs: number; done: Promise<void> | null }[] = [];
  return {
    activate() {
      allowMatrices(gpu.device, precision === "mixed" && gpu.hasSubgroupMatrices);
      // A backend that has started is set when the call returns.
      if (getBackend() !== BACKEND) void setBackend(BACKEND);
    },
    async keepUp() {
      // Hearing from the GPU takes milliseconds, longer than most kernels: it is asked for all of them and awaited for few.
      const sent: (typeof ahead)[number] = { sentMs: performance.now(), done: null };
      const forget = () => {
        sent.done = null;
      };
      // A lost device reports itself elsewhere.
      sent.done = gpu.device.queue.onSubmittedWorkDone().then(forget, forget);
      ahead.push(sent);
      while (ahead[0]?.done === null) ahead.shift();
      const oldest = ahead[0];
      if (oldest && performance.now() - oldest.sentMs > AHEAD_MS) await oldest.done;
    },
    guard: (doing, work) => withErrorScopes(gpu.device, doing, work),
    dispose() {
      used.users--;
      if (used.users > 0 || shared !== used) return;
      removeBackend(BACKEND);
      shared = null;
    },
  };
}
