import type { Backend } from "../core/backend";
import { createReferenceFourier3 } from "../core/fourier/fourier3";
import { createReferenceNetwork } from "../core/nn/reference-executor";
import { createReferenceMwrKernels } from "../core/restore/reference-mwr-kernels";
import { createReferenceTomographyKernels } from "../core/tomography/reference-tomography-kernels";
import { CPU_BUDGET_BYTES } from "./budgets";

/** Returns the specification as a backend: plain TypeScript on one thread, slow and needing nothing of the machine. */
export function createReferenceBackend(): Backend {
  return {
    id: "reference",
    description: "Reference (TypeScript, 1 thread)",
    budgetBytes: CPU_BUDGET_BYTES,
    createNetwork: async (model) => createReferenceNetwork(model),
    createTrainer: async (spec) => (await import("../tfjs/host-trainers")).createReferenceTrainer(spec),
    createMwrKernels: async (spec) => createReferenceMwrKernels(spec),
    createTomographyKernels: async (spec) => createReferenceTomographyKernels(spec),
    createFourier3: async (shape) => createReferenceFourier3(shape),
    dispose() {},
  };
}
