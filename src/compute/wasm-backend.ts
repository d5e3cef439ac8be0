import type { Backend } from "../core/backend";
import { createWasmFourier3 } from "../wasm/fourier/wasm-fourier3";
import { createWasmNetwork } from "../wasm/network/wasm-network";
import { createWasmMwrKernels } from "../wasm/restore/wasm-mwr-kernels";
import { createWasmRuntime, type WasmRuntime } from "../wasm/runtime";
import { createWasmTomographyKernels } from "../wasm/tomography/wasm-tomography-kernels";
import { CPU_BUDGET_BYTES } from "./budgets";

/**
 * Returns WebAssembly SIMD as a backend. Networks and kernels each have a memory and threads of their own, which end with
 * them. `threads` is 1 where memory cannot be shared (a page that is not cross-origin isolated).
 */
export function createWasmBackend(threads: number): Backend {
  return {
    id: "wasm",
    description: `WebAssembly SIMD, ${threads} thread${threads === 1 ? "" : "s"}`,
    budgetBytes: CPU_BUDGET_BYTES,
    createNetwork: (model) => createWasmNetwork(model, { threads }),
    async createTrainer(spec) {
      const { createWasmTrainer } = await import("../tfjs/host-trainers");
      return createWasmTrainer(await createWasmRuntime({ threads }), spec);
    },
    createMwrKernels: (spec) => onRuntime(threads, (runtime) => createWasmMwrKernels(runtime, spec)),
    createTomographyKernels: (spec) =>
      onRuntime(threads, (runtime) => createWasmTomographyKernels(runtime, spec)),
    createFourier3: (shape) => onRuntime(threads, (runtime) => createWasmFourier3(runtime, shape)),
    dispose() {},
  };
}

/** Makes kernels with a runtime of their own, which ends with them. */
async function onRuntime<Kernels extends { dispose(): void }>(
  threads: number,
  create: (runtime: WasmRuntime) => Kernels,
): Promise<Kernels> {
  const runtime = await createWasmRuntime({ threads });
  try {
    const kernels = create(runtime);
    return {
      ...kernels,
      dispose() {
        kernels.dispose();
        runtime.dispose();
      },
    };
  } catch (error) {
    runtime.dispose();
    throw error;
  }
}
