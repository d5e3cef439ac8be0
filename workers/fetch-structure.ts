import { ComputeError } from "../src/core/errors";
import type { BeadModel } from "../src/core/structure/structure";
import { readBeadModel } from "../src/io/bead-model/read-bead-model";
import { fetchFile } from "./fetch-file";
import { loadOnce } from "./load-once";

/**
 * Returns the function that loads a structure of the library by its id, from `structures/` under `base`; a structure is loaded
 * once. Throws "bad-input" where there is none.
 */
export function createStructureLoader(base: URL): (id: string) => Promise<BeadModel> {
  return loadOnce(async (id) => {
    const what = `The structure "${id}"`;
    if (!/^[\w-]+$/.test(id))
      throw new ComputeError("bad-parameter", `${what} is none of the library.`, { id });
    const answer = await fetchFile(new URL(`structures/${id}.beads`, base), what);
    return readBeadModel(new Uint8Array(await answer.arrayBuffer()), id);
  });
}
