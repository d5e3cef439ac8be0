import type { Backend } from "../core/backend";
import type { TomographyKernels } from "../core/tomography/tomography-kernels";
import type { GpuDevice } from "../gpu/device";
import { createWebGpuNetwork } from "../gpu/network/webgpu-executor";
import { createWebGpuTomographyKernels } from "../gpu/project/webgpu-tomography-kernels";
import { GPU_BUDGET_BYTES } from "./budgets";

/**
 * Returns a GPU as a backend; it owns the device from then on. The network and projections run on the GPU. Restoration,
 * Fourier transforms and the filters of images do not yet: they are those of `cpu`, which is asked for only then.
 */
export function createWebGpuBackend(gpu: GpuDevice, cpu: () => Promise<Backend>): Backend {
  return {
    id: "webgpu",
    description: gpu.description,
    budgetBytes: GPU_BUDGET_BYTES,
    createNetwork: (model) => createWebGpuNetwork(gpu, model),
    createTrainer: async (spec) => (await import("../tfjs/webgpu-trainer")).createWebGpuTrainer(gpu, spec),
    createMwrKernels: async (spec) => (await cpu()).createMwrKernels(spec),
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
    createFourier3: async (shape) => (await cpu()).createFourier3(shape),
    dispose() {
      gpu.device.destroy();
    },
  };
}
