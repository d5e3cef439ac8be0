import { ComputeError } from "../src/core/errors";
import type { Model } from "../src/core/nn/model";
import { readManifest, readModel } from "../src/io/model/read-model";
import { fetchFile } from "./fetch-file";
import { loadOnce } from "./load-once";

/**
 * Returns the function that loads a model of the page by its name, from `models/<name>/` under `base`; a model is loaded once.
 * Throws "bad-input" where there is none, and a FormatError where its files are wrong.
 */
export function createModelLoader(base: URL): (name: string) => Promise<Model> {
  return loadOnce(async (name) => {
    if (!/^[\w.-]+$/.test(name))
      throw new ComputeError("bad-parameter", `There is no model "${name}".`, { name: "model", value: name });
    const folder = new URL(`models/${name}/`, base);
    const answer = await fetchFile(new URL("manifest.json", folder), `The model "${name}"`);
    const manifest: unknown = await answer.json().catch((cause: unknown) => {
      // A server may answer an unknown path with the page itself.
      throw new ComputeError(
        "bad-input",
        `There is no model "${name}" at ${folder.pathname}.`,
        { name },
        cause,
      );
    });
    const weights = await fetchFile(new URL(readManifest(manifest).weights, folder), `The model "${name}"`);
    return readModel(manifest, new Uint8Array(await weights.arrayBuffer()));
  });
}
