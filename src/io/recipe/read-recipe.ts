import { FormatError } from "../../core/errors";
import type { Recipe } from "../../core/simulate/recipe";
import { parseJson } from "../json/parse-json";
import { recipeSchema } from "./recipe-schema";

/** Structures named by a path, "./my.pdb", are files; others are ids of the library. */
const isPath = (structure: string) => structure.includes("/") || structure.includes("\\");

export interface RecipeSurroundings {
  /** The ids of the structures that there are. */
  readonly structureIds: readonly string[];
  /** Whether a structure may be a file. */
  readonly mayReadFiles: boolean;
}

/**
 * Returns a recipe from its JSON text, with the defaults of what it leaves out. Throws FormatError naming the field that is wrong
 * in one sentence: unknown fields, wrong types, values out of range, structures that are not there.
 */
export function readRecipe(text: string, { structureIds, mayReadFiles }: RecipeSurroundings): Recipe {
  const recipe: Recipe = parseJson(text, recipeSchema, "recipe");
  for (const [i, { structure }] of recipe.scene.particles.entries()) {
    if (typeof structure !== "string" || structureIds.includes(structure)) continue;
    if (mayReadFiles && isPath(structure)) continue;
    const field = `scene.particles[${i}].structure`;
    const sentence = `This is no recipe: ${field}: there is no structure "${structure}"; there are ${structureIds.join(", ")}${mayReadFiles ? ", and files by a path such as ./my.pdb" : ""}.`;
    throw new FormatError("bad-value", sentence, { field });
  }
  return recipe;
}

/** Returns the JSON text of a recipe, as `readRecipe` reads it. */
export function writeRecipe(recipe: Recipe): string {
  return `${JSON.stringify(recipe, null, 1)}\n`;
}
