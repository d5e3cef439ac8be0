import type { Backend } from "../core/backend";
import { createReferenceNetwork } from "../core/nn/reference-executor";
import { createReferenceMwrKernels } from "../core/restore/reference-mwr-kernels";
import { CPU_BUDGET_BYTES } from "./budgets";

/** Returns the specification as a backend: plain TypeScript on one thread, slow and needing nothing of the machine. */
export function createReferenceBackend(): Backend {
  return {
    id: "reference",
    description: "Reference (TypeScript, 1 thread)",
    budgetBytes: CPU_BUDGET_BYTES,
    createNetwork: async (model) => createReferenceNetwork(model),
    createMwrKernels: async (spec) => createReferenceMwrKernels(spec),
    dispose() {},
  };
}
