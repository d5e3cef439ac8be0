import type { Host } from "../commands/workbench";

const READABLE =
  ".mrc,.map,.rec,.st,.ali,.mrcs,.em,.gz,.bz2,.json,.star,.xml,.csv,.tlt,.rawtlt,.mdoc,.pdb,.ent,.cif,.mmcif,.h5,.hdf5,.keras,.safetensors";
/** Long enough for the browser to have taken the file. */
const KEEP_LINK_MS = 60_000;

/** What the workbench needs of a browser: choosing, saving and fetching files, and the time. */
export const browserHost: Host = {
  pickFiles: () =>
    new Promise((resolve) => {
      const input = document.createElement("input");
      input.type = "file";
      input.multiple = true;
      input.accept = READABLE;
      input.addEventListener("change", () => resolve([...(input.files ?? [])]));
      input.addEventListener("cancel", () => resolve([]));
      input.click();
    }),
  saveFile(name, blob) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), KEEP_LINK_MS);
  },
  async fetchAsset(path) {
    const response = await fetch(new URL(path, document.baseURI));
    if (!response.ok) throw new Error(`${path} could not be loaded (${response.status}).`);
    return response;
  },
  now: () => Date.now(),
};
