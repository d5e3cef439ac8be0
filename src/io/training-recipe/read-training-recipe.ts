import type { TrainingRecipe } from "../../core/train/training-recipe";
import { parseJson } from "../json/parse-json";
import { trainingRecipeSchema } from "./training-recipe-schema";

/**
 * Returns a training recipe from its JSON text, with the defaults of what it leaves out and its classes labelled in their order.
 * Throws FormatError naming the field that is wrong in one sentence.
 */
export function readTrainingRecipe(text: string): TrainingRecipe {
  return parseJson(text, trainingRecipeSchema, "training recipe");
}
