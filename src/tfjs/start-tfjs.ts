import {
  env,
  findBackendFactory,
  ready,
  registerBackend,
  removeBackend,
  setBackend,
} from "@tensorflow/tfjs-core";
import { ComputeError } from "../core/errors";
import { chooseTiling } from "../gpu/conv3d/choose-tiling";
import type { GpuDevice } from "../gpu/device";
import { registerKernelSet } from "./register-kernels";
import { SharedQueueBackend } from "./shared-queue-backend";
import { setTiling } from "./webgpu/convolve";
import { WEBGPU_KERNELS } from "./webgpu-kernels";

/**
 * Starts tfjs on our own device, with our kernels beside its own, and makes it tfjs's backend. Its own conv3d is 25 times
 * slower than cuDNN. Rank-5 operations of tfjs's WebGPU backend that are wrong without saying so, and must not be used: pad,
 * mirrorPad, stridedSlice, the gradient of slice; softmax of more than 65,535 rows; adding or multiplying a vector of fewer
 * than 128 channels (reshape a bias to [1, 1, 1, 1, channels]). Throws ComputeError "backend-unavailable".
 */
export async function startTfjs(gpu: GpuDevice): Promise<SharedQueueBackend> {
  announceWebGpu();
  // Small tensors would be computed by another backend, with other rounding.
  env().set("WEBGPU_CPU_FORWARD", false);
  // In a browser tfjs has registered itself on loading, and would keep to a device of its own.
  if (findBackendFactory("webgpu")) removeBackend("webgpu");
  const backend = new SharedQueueBackend(gpu.device, gpu.adapterInfo);
  registerBackend("webgpu", () => backend);
  setTiling(gpu.device, await chooseTiling(gpu, "f32"));
  registerKernelSet("webgpu", WEBGPU_KERNELS);
  if (!(await setBackend("webgpu")))
    throw new ComputeError("backend-unavailable", `tfjs does not start on ${gpu.description}.`);
  await ready();
  return backend;
}

/** tfjs looks for `navigator.gpu` even where it is given a device, and Node has none. */
function announceWebGpu(): void {
  const present = "navigator" in globalThis && "gpu" in globalThis.navigator;
  if (!present) Object.defineProperty(globalThis, "navigator", { value: { gpu: {} }, configurable: true });
}
