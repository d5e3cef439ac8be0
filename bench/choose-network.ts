import type { BackendId, NetworkExecutor } from "../src/core/backend";
import type { Model } from "../src/core/nn/model";
import { createReferenceNetwork } from "../src/core/nn/reference-executor";
import { createWasmNetwork } from "../src/wasm/network/wasm-network";

/** Returns a model's network on the backend named, WebAssembly if none is. Throws one sentence for other names. */
export async function chooseNetwork(
  name: string | undefined,
  model: Model,
  threads: number,
): Promise<{ readonly id: BackendId; readonly network: NetworkExecutor }> {
  switch (name) {
    case undefined:
    case "wasm":
      return { id: "wasm", network: await createWasmNetwork(model, { threads }) };
    case "reference":
      return { id: "reference", network: createReferenceNetwork(model) };
    default:
      throw new Error(`This bench runs on wasm or reference, not on "${name}".`);
  }
}
