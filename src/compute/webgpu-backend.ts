import type { Backend } from "../core/backend";
import type { TomographyKernels } from "../core/tomography/tomography-kernels";
import type { Shape3 } from "../core/volume/shape";
import type { GpuDevice } from "../gpu/device";
import { gpuFourierFits } from "../gpu/fourier/gpu-fourier3";
import { createWebGpuFourier3 } from "../gpu/fourier/webgpu-fourier3";
import { createWebGpuNetwork } from "../gpu/network/webgpu-executor";
import { createWebGpuTomographyKernels } from "../gpu/project/webgpu-tomography-kernels";
import { denoisesOnGpu } from "../gpu/restore/gpu-denoiser";
import { createWebGpuMwrKernels } from "../gpu/restore/webgpu-mwr-kernels";
import { GPU_BUDGET_BYTES } from "./budgets";

/**
 * Returns a GPU as a backend; it owns the device from then on. Those of `cpu`, which is asked for only then, are the filters of
 * images, restoration by a denoiser that has no kernels, and restoration and Fourier transforms where a volume is too large
 * for the GPU's buffers, a side for a workgroup's memory, or the GPU is one in software, which compiles them for minutes.
 */
export function createWebGpuBackend(gpu: GpuDevice, cpu: () => Promise<Backend>): Backend {
  const transforms = (shape: Shape3) => !gpu.isSoftware && gpuFourierFits(gpu.device, shape);
  return {
    id: "webgpu",
    description: gpu.description,
    budgetBytes: GPU_BUDGET_BYTES,
    createNetwork: (model) => createWebGpuNetwork(gpu, model),
    createTrainer: async (spec) => (await import("../tfjs/webgpu-trainer")).createWebGpuTrainer(gpu, spec),
    createMwrKernels: async (spec) =>
      transforms(spec.shape) && denoisesOnGpu(spec.denoiser)
        ? createWebGpuMwrKernels(gpu, spec)
        : (await cpu()).createMwrKernels(spec),
    async createTomographyKernels(spec) {
      const kernels = await createWebGpuTomographyKernels(gpu, spec);
      let onCpu: Promise<TomographyKernels> | null = null;
      return {
        ...kernels,
        async filterImages(...images) {
          onCpu ??= cpu().then((backend) => backend.createTomographyKernels(spec));
          await (await onCpu).filterImages(...images);
        },
        dispose() {
          kernels.dispose();
          onCpu?.then((made) => made.dispose());
        },
      };
    },
    createFourier3: async (shape) =>
      transforms(shape) ? createWebGpuFourier3(gpu, shape) : (await cpu()).createFourier3(shape),
    dispose() {
      gpu.device.destroy();
    },
  };
}
