import { existsSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { z } from "zod";
import type { Recipe } from "../core/simulate/recipe";
import type { Structure } from "../core/structure/structure";
import { readStructureIndex } from "../io/bead-model/read-structure-index";
import { parseJson } from "../io/json/parse-json";
import { readRecipe } from "../io/recipe/read-recipe";
import { openStructure } from "../io/structure/open-structure";
import { type CliIo, flagValue, type ParsedArgs, UsageError } from "./command";
import { fileSource } from "./file-source";
import { publicFile } from "./public-files";
import { readTextFile } from "./text-files";

export const RECIPE_FLAGS = {
  preset: {
    value: "NAME",
    help: "A recipe that ships with Tomoscope: teaching, chlamydomonas, shrec, data-set-1 or data-set-a.",
  },
  recipe: { value: "FILE", help: "A recipe in JSON; its structures may be files beside it (./my.pdb)." },
} as const;

/** A recipe and what it is made of. */
export interface LoadedRecipe {
  readonly recipe: Recipe;
  /** The preset's name or the file's, for the provenance. */
  readonly source: string;
  readonly structures: (id: string) => Promise<Structure>;
  /** The files of the user that it is made of. */
  readonly files: readonly string[];
  /** The recipe as it reads from another folder: paths of structures lead to the same files. */
  seenFrom(folder: string, recipe: Recipe): Recipe;
}

const isPath = (structure: string) => structure.includes("/") || structure.includes("\\");

async function presetFile(name: string, io: CliIo): Promise<string> {
  const known = parseJson(
    await readTextFile(publicFile("presets/index.json"), io),
    z.array(z.string()),
    "list of presets",
  );
  const path = publicFile(`presets/${name}.json`);
  if (known.includes(name) && existsSync(path)) return path;
  throw new UsageError(`There is no preset "${name}"; there are ${known.join(", ")}.`);
}

async function loadStructure(path: string, io: CliIo): Promise<Structure> {
  const source = await fileSource(resolve(io.cwd, path));
  try {
    return await openStructure(source, { signal: io.signal });
  } finally {
    await source.close();
  }
}

/** The structures that there are: those of the library, and files by their paths from a folder. */
export interface StructureShelf {
  readonly ids: readonly string[];
  get(id: string): Promise<Structure>;
}

/** Opens the library of structures, and the files beside a recipe in `folder`. */
export async function openStructureShelf(folder: string, io: CliIo): Promise<StructureShelf> {
  const entries = readStructureIndex(await readTextFile(publicFile("structures/index.json"), io));
  return {
    ids: entries.map(({ id }) => id),
    get(id) {
      const entry = entries.find((candidate) => candidate.id === id);
      return loadStructure(entry ? publicFile(`structures/${entry.file}`) : resolve(folder, id), io);
    },
  };
}

/** Returns the recipe that --preset or --recipe names. Throws UsageError where it is not one of the two, FormatError for a bad recipe. */
export async function loadRecipe(args: ParsedArgs, io: CliIo): Promise<LoadedRecipe> {
  const preset = flagValue(args, "preset");
  const file = flagValue(args, "recipe");
  if ((preset === undefined) === (file === undefined))
    throw new UsageError("Give a --preset or a --recipe, and not both.");
  const path = preset === undefined ? resolve(io.cwd, file ?? "") : await presetFile(preset, io);
  const shelf = await openStructureShelf(dirname(path), io);
  const text = await readTextFile(preset === undefined ? (file ?? "") : path, io);
  const recipe = readRecipe(text, {
    structureIds: shelf.ids,
    mayReadFiles: preset === undefined,
  });
  const pathOf = (structure: string) => resolve(dirname(path), structure);
  const structureFiles = recipe.scene.particles.flatMap(({ structure }) =>
    typeof structure === "string" && isPath(structure) ? [pathOf(structure)] : [],
  );
  return {
    recipe,
    source: preset ?? file ?? "",
    files: file === undefined ? [] : [file, ...structureFiles],
    structures: shelf.get,
    seenFrom: (folder, { scene, ...rest }) => ({
      ...rest,
      scene: {
        ...scene,
        particles: scene.particles.map((particle) => {
          const { structure } = particle;
          if (typeof structure !== "string" || !isPath(structure)) return particle;
          const seen = relative(folder, pathOf(structure));
          return { ...particle, structure: isPath(seen) ? seen : `./${seen}` };
        }),
      },
    }),
  };
}
