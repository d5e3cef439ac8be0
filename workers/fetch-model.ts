import type { ModelFile } from "../src/contracts/files";
import { ComputeError } from "../src/core/errors";
import type { Model } from "../src/core/nn/model";
import { readManifest, readModel } from "../src/io/model/read-model";
import { fetchFile } from "./fetch-file";
import { loadOnce } from "./load-once";
import { readModelFile } from "./read-model-file";

/**
 * Returns the function that loads a model of the page by its name, from `models/<name>/` under `base`, once; or reads one that
 * the page hands over. Throws "bad-input" where there is none, and a FormatError where its files are wrong.
 */
export function createModelLoader(base: URL): (model: string | ModelFile) => Promise<Model> {
  const loadShipped = loadOnce((name) => fetchModel(name, base));
  return (model) => (typeof model === "string" ? loadShipped(model) : readModelFile(model));
}

async function fetchModel(name: string, base: URL): Promise<Model> {
  if (!/^[\w.-]+$/.test(name))
    throw new ComputeError("bad-parameter", `There is no model "${name}".`, { name: "model", value: name });
  const folder = new URL(`models/${name}/`, base);
  const answer = await fetchFile(new URL("manifest.json", folder), `The model "${name}"`);
  const manifest: unknown = await answer.json().catch((cause: unknown) => {
    // A server may answer an unknown path with the page itself.
    const sentence = `There is no model "${name}" at ${folder.pathname}.`;
    throw new ComputeError("bad-input", sentence, { name }, cause);
  });
  const weights = await fetchFile(new URL(readManifest(manifest).weights, folder), `The model "${name}"`);
  return readModel(manifest, new Uint8Array(await weights.arrayBuffer()));
}
