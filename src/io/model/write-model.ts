import type { Model } from "../../core/nn/model";
import { writeSafetensors } from "../safetensors/write-safetensors";

/** A model as files: what manifest.json holds, and the bytes of the weights file that it names. */
export interface ModelFiles {
  readonly manifest: string;
  readonly weights: Uint8Array<ArrayBuffer>;
}

/** Returns a model's files; with `half` its weights are rounded to half precision. */
export function writeModel({ manifest, weights }: Model, { half }: { half: boolean }): ModelFiles {
  return {
    manifest: `${JSON.stringify(manifest, null, 1)}\n`,
    weights: writeSafetensors(weights, { dtype: half ? "F16" : "F32" }),
  };
}
