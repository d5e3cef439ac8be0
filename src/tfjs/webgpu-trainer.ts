import type { NetworkTrainer, TrainerSpec } from "../core/train/trainer";
import type { GpuDevice } from "../gpu/device";
import { createNetworkTrainer } from "./network-trainer";
import { createWebGpuSession } from "./webgpu-session";

/**
 * Returns a trainer on a GPU. Throws ComputeError "backend-unavailable" where tfjs does not start on it, and "bad-input" if the
 * weights do not fit.
 */
export async function createWebGpuTrainer(gpu: GpuDevice, spec: TrainerSpec): Promise<NetworkTrainer> {
  return createNetworkTrainer(await createWebGpuSession(gpu, spec.precision), spec);
}
