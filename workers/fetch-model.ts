import { ComputeError } from "../src/core/errors";
import type { Model } from "../src/core/nn/model";
import { readManifest, readModel } from "../src/io/model/read-model";

async function fetchFile(url: URL, name: string): Promise<Response> {
  const response = await fetch(url).catch((cause: unknown) => {
    const sentence = `The model "${name}" could not be loaded: ${url.pathname} did not answer.`;
    throw new ComputeError("bad-input", sentence, { name }, cause);
  });
  if (response.ok) return response;
  const sentence = `The model "${name}" could not be loaded: ${url.pathname} answered ${response.status}.`;
  throw new ComputeError("bad-input", sentence, { name, status: response.status });
}

/**
 * Returns the function that loads a model of the page by its name, from `models/<name>/` under `base`; a model is loaded once.
 * Throws "bad-input" where there is none, and a FormatError where its files are wrong.
 */
export function createModelLoader(base: URL): (name: string) => Promise<Model> {
  const models = new Map<string, Promise<Model>>();

  async function load(name: string): Promise<Model> {
    if (!/^[\w.-]+$/.test(name))
      throw new ComputeError("bad-parameter", `There is no model "${name}".`, { name: "model", value: name });
    const folder = new URL(`models/${name}/`, base);
    const answer = await fetchFile(new URL("manifest.json", folder), name);
    const manifest: unknown = await answer.json().catch((cause: unknown) => {
      // A server may answer an unknown path with the page itself.
      throw new ComputeError(
        "bad-input",
        `There is no model "${name}" at ${folder.pathname}.`,
        { name },
        cause,
      );
    });
    const weights = await fetchFile(new URL(readManifest(manifest).weights, folder), name);
    return readModel(manifest, new Uint8Array(await weights.arrayBuffer()));
  }

  return (name) => {
    const known = models.get(name);
    if (known) return known;
    const loading = load(name);
    models.set(name, loading);
    loading.catch(() => models.delete(name));
    return loading;
  };
}
