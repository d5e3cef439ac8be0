import type { VolumeFile } from "../contracts/files";
import type { BackendId } from "../core/backend";
import type { ClassInfo } from "../core/particles/particle-list";
import type { DataSource, FileSource, TrainingRecipe } from "../core/train/training-recipe";
import { volumeStem } from "../core/volume/volume-stem";
import { particleJson } from "../io/particle-json/particle-json";
import { entryOf, voxelSizeOf, voxelSizePerAxisOf } from "../state/document";
import type { ModelEntry } from "../state/models";
import { fileToCompute } from "./run-operation";
import {
  classesOf,
  dataClasses,
  modelClasses,
  type TrainingTomogram,
  trainingTomograms,
} from "./training-data";
import { trainingFields, usualRecipe, withFields } from "./training-fields";
import type { Workbench } from "./workbench";

/** What a training would do; or, in one sentence, what it needs first. */
export interface TrainingPlan {
  readonly recipe: TrainingRecipe;
  /** By the paths that the recipe has. */
  readonly files: Readonly<Record<string, VolumeFile>>;
  readonly start: ModelEntry | null;
  /** Whether the classes of the model it starts from are kept. */
  readonly keepsClasses: boolean;
}

/** A sentence that says what to do first. */
class Missing extends Error {}

export const FROM_SCRATCH = "scratch";
const baseName = (path: string) => path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
const isPresetId = (recipe: string) => /^[\w-]+$/.test(recipe);

/** Returns the backend that training will be computed on, as far as it is known. */
function chosenBackend({ shell }: Workbench): BackendId {
  return shell.getState().backend?.chosen ?? "wasm";
}

/** The model that is chosen to start from; a recipe may name one that is not there. */
function startOf({ shell }: Workbench): ModelEntry | null {
  const { models, trainingSetup } = shell.getState();
  const { recipe, startId } = trainingSetup;
  if (startId === FROM_SCRATCH) return null;
  if (startId !== null) return models.find(({ id }) => id === startId) ?? null;
  if (!recipe || recipe.start === FROM_SCRATCH) return null;
  const named = models.find(({ id, manifest }) => id === recipe.start || manifest.name === recipe.start);
  if (!named)
    throw new Missing(`The recipe starts from the model ${recipe.start}: open it, or choose another start.`);
  return named;
}

/** Files by the paths that a recipe gives them. */
function createFiles() {
  const files: Record<string, VolumeFile> = {};
  return {
    files,
    /** Keeps a file under its name, or with a number where another has that. */
    add(file: VolumeFile): string {
      let path = file.name;
      for (let count = 2; path in files && files[path].blob !== file.blob; count++)
        path = `${count}/${file.name}`;
      files[path] = file;
      return path;
    },
  };
}

/** What is learnt of one open tomogram, by labels that mean the same in its map and its particles. */
function sourceOf(
  workbench: Workbench,
  { volume, labels, particles }: TrainingTomogram,
  classes: readonly ClassInfo[],
  add: (file: VolumeFile) => string,
): FileSource {
  const { trainingSetup } = workbench.shell.getState();
  const nameOf = new Map<number, string>();
  for (const { label, name } of labels ? classesOf(labels, workbench.document.getState()) : [])
    if (label > 0) nameOf.set(label, name);
  const labelOf = new Map([...nameOf].map(([label, name]) => [name, label]));
  for (const { label, name } of particles?.classes ?? []) {
    if (label === 0 || labelOf.has(name)) continue;
    const free = 1 + Math.max(0, ...nameOf.keys());
    labelOf.set(name, free);
    nameOf.set(free, name);
  }
  const file = fileToCompute(workbench, volume.id, volume);
  const labelFile = labels && fileToCompute(workbench, labels.id, volume);
  if (!file || (labels && !labelFile)) throw new Missing(`${volume.name} is being closed.`);
  const called = (name: string) => trainingSetup.classes[name]?.name ?? name;
  const source = {
    volume: add(file),
    ...(labelFile && { labels: add(labelFile) }),
    ...(volume.statedVoxelSizeAngstrom !== null && { voxelSizeAngstrom: volume.statedVoxelSizeAngstrom }),
    proteinIsBright: trainingSetup.values.protein === "bright",
    classes: Object.fromEntries(
      [...nameOf]
        .map(([label, name]) => [String(label), called(name)] as const)
        .filter(([, name]) => classes.some((info) => info.name === name)),
    ),
  };
  if (!particles) return source;
  const names = new Map(particles.classes.map(({ label, name }) => [label, name]));
  const list = {
    volumeName: volume.name,
    shape: volume.meta.shape,
    voxelSizeAngstrom: voxelSizePerAxisOf(volume),
    classes: [...nameOf].map(([label, name]) => ({ label, name })),
    particles: particles.particles.map((particle) => ({
      ...particle,
      label: labelOf.get(names.get(particle.label) ?? "") ?? 0,
    })),
  };
  const name = `${volumeStem(volume.name)}-particles.json`;
  return { ...source, particles: add({ name, blob: new Blob([particleJson.write(list)]) }) };
}

/** The plan of a training on what is open. */
function planOfOpen(workbench: Workbench): TrainingPlan {
  const { shell, document } = workbench;
  const { trainingSetup } = shell.getState();
  const tomograms = trainingTomograms(document.getState(), shell.getState());
  const [train, validation] = (["train", "validation"] as const).map((wanted) =>
    tomograms.filter(({ use }) => use === wanted),
  );
  if (train.length === 0)
    throw new Missing(
      validation.length > 0
        ? "All tomograms are for validation: choose one to train on."
        : "Choose a tomogram whose content is known: with a label map or particles.",
    );
  const first = train[0].volume;
  const start = startOf(workbench);
  const size = start?.manifest.voxelSizeAngstrom ?? voxelSizeOf(first);
  if (size === null) throw new Missing(`The voxel size of ${first.name} is unknown: state it at the top.`);
  const found = dataClasses(tomograms, document.getState(), shell.getState());
  const ofData = modelClasses(found, trainingSetup.classes, size);
  const known = new Set(start?.manifest.classes.map(({ name }) => name));
  const keepsClasses = start !== null && ofData.every(({ label, name }) => label === 0 || known.has(name));
  const classes = keepsClasses ? start.manifest.classes : ofData;
  const twice = classes.find(({ name }, i) => classes.findIndex((info) => info.name === name) < i);
  if (twice) throw new Missing(`Two classes have the name ${twice.name}: give one another name.`);
  const { files, add } = createFiles();
  const sources = (of: readonly TrainingTomogram[]) =>
    of.map((tomogram) => sourceOf(workbench, tomogram, classes, add));
  const base: TrainingRecipe = {
    ...usualRecipe(chosenBackend(workbench), start !== null),
    classes,
    voxelSizeAngstrom: size,
    proteinIsBright: start?.manifest.proteinIsBright ?? false,
    targets: {
      kind: [...train, ...validation].every(({ labels }) => labels !== null) ? "labels" : "spheres",
    },
    start: start ? start.manifest.name : FROM_SCRATCH,
    data: { train: sources(train), validation: sources(validation) },
  };
  return { recipe: base, files, start, keepsClasses };
}

/** Balls need sizes: tells where particles are of classes that have none. */
function checkSizes(workbench: Workbench, { targets, classes }: TrainingRecipe): void {
  if (targets.kind !== "spheres") return;
  const { document, shell } = workbench;
  const { classes: changes } = shell.getState().trainingSetup;
  const sized = new Set(
    classes.filter(({ radiusAngstrom }) => radiusAngstrom !== undefined).map(({ name }) => name),
  );
  for (const { use, particles } of trainingTomograms(document.getState(), shell.getState())) {
    if (use === "off" || !particles) continue;
    const present = new Set(particles.particles.map(({ label }) => label));
    for (const { label, name } of particles.classes) {
      const called = changes[name]?.name ?? name;
      if (
        label > 0 &&
        present.has(label) &&
        classes.some((info) => info.name === called) &&
        !sized.has(called)
      )
        throw new Missing(`Balls at the particles need sizes: state the diameter of ${called}.`);
    }
  }
}

/** The file that a recipe's path names, among what is open. */
function openFileNamed(workbench: Workbench, path: string): VolumeFile {
  const { volumes, labels, particles, truths } = workbench.document.getState();
  const name = baseName(path);
  const volume = volumes.find((entry) => entry.name === name);
  const map = labels.find((entry) => entry.name === name);
  const of = map ? entryOf(volumes, map.parentId) : volume;
  const file = of && fileToCompute(workbench, (map ?? of).id, of);
  if (file) return file;
  const list = particles.find((entry) => entry.name === name)?.list;
  const truth = truths.find((entry) => entry.name === name);
  const json = list
    ? particleJson.write(list)
    : truth && JSON.stringify({ particles: truth.particles.map(({ rotation: _, ...at }) => at) });
  if (json) return { name: `${name.replace(/\.json$/i, "")}.json`, blob: new Blob([json]) };
  throw new Missing(`The recipe names ${name}: open it, by dropping it anywhere.`);
}

/** Returns the paths of the files that a recipe's data name. */
function pathsOf(source: DataSource): readonly string[] {
  if (!("volume" in source)) return [];
  return [source.volume, source.labels, source.particles].filter((path) => path !== undefined);
}

/** Returns every piece of data of a recipe. */
export const sourcesOf = ({ data }: TrainingRecipe): readonly DataSource[] => [
  ...data.train,
  ...data.validation,
];

/** The plan of a recipe that was opened. */
function planOfRecipe(workbench: Workbench, recipe: TrainingRecipe): TrainingPlan {
  const { recipes, trainingSetup } = workbench.shell.getState();
  const { targets } = recipe;
  const masks = targets.kind === "shapes" ? Object.values(targets.masks) : [];
  const paths = [...sourcesOf(recipe).flatMap(pathsOf), ...masks];
  const files = Object.fromEntries(paths.map((path) => [path, openFileNamed(workbench, path)]));
  for (const source of sourcesOf(recipe)) {
    if ("volume" in source || typeof source.recipe !== "string" || isPresetId(source.recipe)) continue;
    const { recipe: path } = source;
    if (!recipes.some(({ name }) => name === path))
      throw new Missing(`The recipe names the simulation ${path}, which the command line alone can open.`);
  }
  const start = startOf(workbench);
  const startName = trainingSetup.startId === null ? recipe.start : (start?.manifest.name ?? FROM_SCRATCH);
  return { recipe: { ...recipe, start: startName }, files, start, keepsClasses: false };
}

/** Returns what a training would do as it is set up; or the sentence that says what it needs first. */
export function planTraining(workbench: Workbench): TrainingPlan | string {
  const { recipe: opened, values, name } = workbench.shell.getState().trainingSetup;
  try {
    const plan = opened ? planOfRecipe(workbench, opened) : planOfOpen(workbench);
    const named = { ...plan.recipe, name: name?.trim() || plan.recipe.name };
    const recipe = withFields(named, values);
    if (!opened) checkSizes(workbench, recipe);
    // A model that is trained on keeps its contrast: the data say for themselves what theirs is.
    return {
      ...plan,
      recipe: !opened && plan.start ? { ...recipe, proteinIsBright: named.proteinIsBright } : recipe,
    };
  } catch (error) {
    if (error instanceof Missing) return error.message;
    throw error;
  }
}

/** Returns the form of the training, whose defaults are those of the recipe or of this machine. */
export function fieldsOf(workbench: Workbench) {
  const { recipe } = workbench.shell.getState().trainingSetup;
  if (recipe) return trainingFields(recipe);
  const tomograms = trainingTomograms(workbench.document.getState(), workbench.shell.getState()).filter(
    ({ use }) => use !== "off",
  );
  const kind = tomograms.every(({ labels }) => labels !== null) ? "labels" : "spheres";
  return trainingFields({
    ...usualRecipe(chosenBackend(workbench), startOf(workbench) !== null),
    classes: [],
    voxelSizeAngstrom: 1,
    data: { train: [], validation: [] },
    targets: { kind },
  });
}
