import type { NetworkTrainer, TrainerSpec } from "../core/train/trainer";
import type { WasmRuntime } from "../wasm/runtime";
import { createHostSession } from "./host-session";
import { createNetworkTrainer } from "./network-trainer";
import { REFERENCE_KERNELS } from "./reference-kernels";
import { createWasmKernels } from "./wasm-kernels";

/** Returns a trainer in plain TypeScript. Throws ComputeError "bad-input" if the weights do not fit. */
export function createReferenceTrainer(spec: TrainerSpec): NetworkTrainer {
  return createNetworkTrainer(
    createHostSession(REFERENCE_KERNELS, () => {}),
    spec,
  );
}

/** Returns a trainer on WebAssembly, to which the runtime belongs. Throws ComputeError "bad-input" if the weights do not fit. */
export function createWasmTrainer(runtime: WasmRuntime, spec: TrainerSpec): NetworkTrainer {
  const session = createHostSession(createWasmKernels(runtime), () => runtime.dispose());
  return createNetworkTrainer(session, spec);
}
