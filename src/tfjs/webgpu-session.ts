import { getBackend, removeBackend, setBackend } from "@tensorflow/tfjs-core";
import type { TrainerSpec } from "../core/train/trainer";
import type { GpuDevice } from "../gpu/device";
import { withErrorScopes } from "../gpu/error-scopes";
import { flushNow, keepUp } from "../gpu/immediate-queue";
import { registerGradients } from "./network-operations";
import { registerTrainerKernels } from "./register-kernels";
import { startTfjs } from "./start-tfjs";
import type { TfjsSession } from "./tfjs-session";
import { allowMatrices } from "./webgpu/mixed-precision";
import { WEBGPU_TRAINER_KERNELS } from "./webgpu-trainer-kernels";

const BACKEND = "webgpu";

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
  return {
    activate() {
      allowMatrices(gpu.device, precision === "mixed" && gpu.hasSubgroupMatrices);
      // A backend that has started is set when the call returns.
      if (getBackend() !== BACKEND) void setBackend(BACKEND);
    },
    keepUp: () => keepUp(gpu.device),
    guard: (doing, work) =>
      withErrorScopes(gpu.device, doing, async () => {
        const result = await work();
        flushNow(gpu.device); // within the scopes, which then hear of its errors
        return result;
      }),
    dispose() {
      used.users--;
      if (used.users > 0 || shared !== used) return;
      flushNow(gpu.device); // what is recorded uses tensors that end with the backend
      removeBackend(BACKEND);
      shared = null;
    },
  };
}
