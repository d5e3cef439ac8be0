import type { ModelFile } from "../src/contracts/files";
import type { Model } from "../src/core/nn/model";
import { readSafetensors } from "../src/io/safetensors/read-safetensors";

/** Returns a model that came from another thread. */
export async function readModelFile({ manifest, weights }: ModelFile): Promise<Model> {
  return { manifest, weights: readSafetensors(new Uint8Array(await weights.arrayBuffer())) };
}
