import { z } from "zod";
import type { ModelFile } from "../contracts/files";
import type { ModelManifest } from "../core/nn/model";
import { usualMinVoxels } from "../core/particles/usual-min-voxels";
import { parseJson } from "../io/json/parse-json";
import { parseManifest } from "../io/model/model-files";
import { type VolumeEntry, voxelSizeOf } from "../state/document";
import { chosenModel, type ModelEntry } from "../state/models";
import { notify } from "../state/shell";
import type { Workbench } from "./workbench";

const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error));
const stem = ({ name }: ModelManifest) => name.replace(/[^\w.-]+/g, "-");

/** Reads what the models that ship say of themselves; one that cannot be read is told and left out. */
export async function loadModels({ host, shell }: Workbench): Promise<void> {
  const read = async (path: string) => (await host.fetchAsset(`models/${path}`)).text();
  try {
    const ids = parseJson(await read("index.json"), z.array(z.string()), "list of models");
    const entries = await Promise.all(
      ids.map(async (id): Promise<ModelEntry | null> => {
        try {
          const manifest = parseManifest(await read(`${id}/manifest.json`), id);
          return { id, manifest, isShipped: true, isDescribed: true };
        } catch (error) {
          notify(shell, "error", `The model ${id} could not be read: ${sentence(error)}`);
          return null;
        }
      }),
    );
    const shipped = entries.filter((entry) => entry !== null);
    shell.setState(({ models }) => ({ models: [...shipped, ...models.filter((each) => !each.isShipped)] }));
  } catch (error) {
    notify(shell, "error", `The models could not be read: ${sentence(error)}`);
  }
}

/** Returns the model that a volume would be segmented with; null while there is none. */
export function modelFor({ shell }: Workbench, volume: VolumeEntry | null): ModelEntry | null {
  return chosenModel(shell.getState(), volume && voxelSizeOf(volume));
}

/** Adds a model to those that can be chosen, and chooses it. */
export function addModel(
  { shell, files, nextId }: Workbench,
  { manifest, weights }: ModelFile,
  isDescribed: boolean,
): void {
  const id = nextId("model");
  files.set(id, { name: manifest.weights, blob: weights });
  shell.setState(({ models }) => ({
    models: [...models, { id, manifest, isShipped: false, isDescribed }],
    modelId: id,
  }));
}

/** Takes a model that was opened off the list. */
export function closeModel({ shell, files }: Workbench, closed: string): void {
  files.delete(closed);
  shell.setState(({ models, modelId }) => ({
    models: models.filter(({ id }) => id !== closed),
    modelId: modelId === closed ? null : modelId,
  }));
}

/** Says what a model is whose files do not; the smallest size of a particle follows its radius. */
export function describeModel({ shell }: Workbench, id: string, change: Partial<ModelManifest>): void {
  const described = (before: ModelManifest): ModelManifest => {
    const manifest = { ...before, ...change };
    const classes = manifest.classes.map(({ minVoxels: _, ...info }) =>
      info.radiusAngstrom === undefined
        ? info
        : { ...info, minVoxels: usualMinVoxels(info.radiusAngstrom, manifest.voxelSizeAngstrom) },
    );
    return { ...manifest, classes };
  };
  shell.setState(({ models }) => ({
    models: models.map((entry) =>
      entry.id === id ? { ...entry, manifest: described(entry.manifest) } : entry,
    ),
  }));
}

/** Returns a model as the compute worker takes it: by its name where it ships, else what is said of it and its file. */
export function modelToRun({ files }: Workbench, { id, manifest }: ModelEntry): string | ModelFile {
  const file = files.get(id);
  return file ? { manifest, weights: file.blob } : id;
}

/** Saves a model: as a manifest with its weights, or as an .h5 that DeepFinder loads. */
export async function saveModel(
  workbench: Workbench,
  entry: ModelEntry,
  format: "own" | "h5",
): Promise<void> {
  const { host, files, data, shell } = workbench;
  try {
    const { manifest, id } = entry;
    const weights =
      files.get(id)?.blob ?? (await (await host.fetchAsset(`models/${id}/${manifest.weights}`)).blob());
    if (format === "h5") {
      host.saveFile(`${stem(manifest)}.h5`, await data.modelToH5({ manifest, weights }));
      return;
    }
    const json = `${JSON.stringify(manifest, null, 1)}\n`;
    host.saveFile("manifest.json", new Blob([json], { type: "application/json" }));
    host.saveFile(manifest.weights, weights);
  } catch (error) {
    notify(shell, "error", `The model could not be saved: ${sentence(error)}`);
  }
}
