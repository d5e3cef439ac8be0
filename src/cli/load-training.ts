import { existsSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { FormatError } from "../core/errors";
import type { DataSource, TrainingRecipe } from "../core/train/training-recipe";
import type { TrainingFiles } from "../io/training-recipe/load-training-data";
import { readTrainingRecipe } from "../io/training-recipe/read-training-recipe";
import type { CliIo } from "./command";
import { fileSource } from "./file-source";
import { loadRecipe, openStructureShelf } from "./load-recipe";
import { readTextFile } from "./text-files";

/** A training recipe with what gives its data, whose paths start at its folder. */
export interface LoadedTraining {
  readonly recipe: TrainingRecipe;
  readonly files: TrainingFiles;
  /** The files that it names, as the user would from here; the recipe itself is the first. */
  readonly paths: readonly string[];
}

const isFile = (recipe: string) => recipe.includes("/") || recipe.includes("\\") || recipe.endsWith(".json");

function pathsOf(source: DataSource): (string | undefined)[] {
  if ("volume" in source) return [source.volume, source.labels, source.particles];
  return typeof source.recipe === "string" && isFile(source.recipe) ? [source.recipe] : [];
}

/** Returns the training recipe of a file. Throws FormatError for a bad recipe, and for one that names a file that is not there. */
export async function loadTraining(path: string, io: CliIo): Promise<LoadedTraining> {
  const recipe = readTrainingRecipe(await readTextFile(path, io));
  const folder = dirname(resolve(io.cwd, path));
  const { data, targets } = recipe;
  const named = [
    ...[...data.train, ...data.validation].flatMap(pathsOf),
    ...(targets.kind === "shapes" ? Object.values(targets.masks) : []),
  ].filter((name) => name !== undefined);
  const missing = named.find((name) => !existsSync(resolve(folder, name)));
  if (missing !== undefined)
    throw new FormatError("bad-value", `${path} names ${missing}, and there is no such file.`, { missing });
  const fromHere = (name: string) => (isAbsolute(name) ? name : relative(io.cwd, resolve(folder, name)));
  return { recipe, paths: [path, ...named.map(fromHere)], files: filesOf(folder, io) };
}

function filesOf(folder: string, io: CliIo): TrainingFiles {
  return {
    async withFile(name, use) {
      const source = await fileSource(resolve(folder, name));
      try {
        return await use(source);
      } finally {
        await source.close();
      }
    },
    async openRecipe(recipe) {
      if (typeof recipe !== "string")
        return { recipe, structures: (await openStructureShelf(folder, io)).get };
      const flags = isFile(recipe) ? { recipe: resolve(folder, recipe) } : { preset: recipe };
      return loadRecipe({ operands: [], flags }, io);
    },
  };
}
