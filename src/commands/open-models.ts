import type { ModelManifest } from "../core/nn/model";
import { isManifest, isWeightsFile, parseManifest } from "../io/model/model-files";
import { notify } from "../state/shell";
import { addModel } from "./models";
import type { Workbench } from "./workbench";

interface ManifestFile {
  readonly file: File;
  readonly text: string;
}

/** Files that were dropped together: those of models, and all others. */
interface SortedFiles {
  readonly weights: readonly File[];
  readonly manifests: readonly ManifestFile[];
  readonly others: readonly File[];
}

/** Sorts the files of models out: weights by their ending, manifests by what they hold. */
export async function sortModelFiles(files: readonly File[]): Promise<SortedFiles> {
  const weights = files.filter(({ name }) => isWeightsFile(name));
  const json = files.filter(({ name }) => /\.json$/i.test(name));
  const texts = await Promise.all(
    json.map(async (file) => ({ file, text: await file.text().catch(() => "") })), // told when it is opened
  );
  const manifests = texts.filter(({ text }) => isManifest(text));
  const ofModels = new Set([...weights, ...manifests.map(({ file }) => file)]);
  return { weights, manifests, others: files.filter((file) => !ofModels.has(file)) };
}

/** Runs one opening; what goes wrong becomes a sentence that names the file. */
async function saying<Result>(
  { shell }: Workbench,
  { name }: File,
  open: () => Result | Promise<Result>,
): Promise<Result | null> {
  try {
    return await open();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    notify(shell, "error", said.includes(name) ? said : `${name}: ${said}`);
    return null;
  }
}

async function openWeights(workbench: Workbench, file: File, manifest: ModelManifest | null): Promise<void> {
  const opened = await workbench.data.openModel({ name: file.name, blob: file }, manifest);
  addModel(workbench, opened, opened.isDescribed);
  workbench.shell.setState({ panel: "segment" });
  if (opened.isDescribed) return;
  const count = opened.manifest.classes.length - 1;
  const told = `${file.name} tells ${count} ${count === 1 ? "class" : "classes"} from the background but does not name them: do so in its card, with their sizes.`;
  notify(workbench.shell, "info", told);
}

/**
 * Opens models from their files: weights with the manifest that names them (or the only one), or weights alone. The one that
 * was opened last is chosen.
 */
export async function openModels(
  workbench: Workbench,
  { weights, manifests }: Pick<SortedFiles, "weights" | "manifests">,
): Promise<void> {
  const free = new Map<File, ManifestFile & { readonly manifest: ModelManifest | null }>();
  for (const each of manifests) {
    const manifest = await saying(workbench, each.file, () => parseManifest(each.text, each.file.name));
    free.set(each.file, { ...each, manifest });
  }
  for (const file of weights) {
    const all = [...free.values()];
    const isPair = weights.length === 1 && manifests.length === 1;
    const own = all.find(({ manifest }) => manifest?.weights === file.name) ?? (isPair ? all[0] : undefined);
    if (own) free.delete(own.file);
    // What is wrong with its manifest has been told: guesses would not be what was meant.
    if (own && own.manifest === null) continue;
    await saying(workbench, file, () => openWeights(workbench, file, own?.manifest ?? null));
  }
  for (const { file, manifest } of free.values()) {
    if (!manifest) continue;
    const told = `${file.name} describes the model ${manifest.name}: drop it together with its weights, ${manifest.weights}.`;
    notify(workbench.shell, "error", told);
  }
}
