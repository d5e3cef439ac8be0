import type { ParamSpec, ParamValues } from "../task/params";
import type { TrainingRecipe } from "../train/training-recipe";

/** What a training takes beside its recipe: without a value it is as the recipe has it. */
export const TRAIN_PARAMS = {
  steps: {
    kind: "auto-number",
    label: "Steps",
    help: "How many batches it learns from; more take longer and learn more.",
    default: null,
    min: 1,
    max: 10_000_000,
    integer: true,
  },
  learningRate: {
    kind: "auto-number",
    label: "Learning rate",
    help: "How far a step goes; larger ones learn faster until they learn nothing.",
    default: null,
    min: 1e-8,
    max: 1,
    step: 0.0001,
  },
  batch: {
    kind: "auto-number",
    label: "Batch",
    help: "Patches of a step; more take longer and point better.",
    default: null,
    min: 1,
    max: 1024,
    integer: true,
  },
  microBatch: {
    kind: "auto-number",
    label: "Patches at a time",
    help: "How many patches of a batch are computed at once; fewer need less memory and give the same step.",
    default: null,
    min: 1,
    max: 1024,
    integer: true,
    advanced: true,
  },
  seed: {
    kind: "auto-number",
    label: "Seed",
    help: "Start of the random numbers: the same recipe and seed give the same model.",
    default: null,
    min: 0,
    max: 4_294_967_295,
    integer: true,
    advanced: true,
  },
  half: {
    kind: "boolean",
    label: "Weights in half precision",
    help: "The model's file is half as large; its scores are those of the rounded weights.",
    default: false,
    advanced: true,
  },
} as const satisfies ParamSpec;

export type TrainParams = ParamValues<typeof TRAIN_PARAMS>;

/** Returns a recipe with what the parameters state instead. */
export function recipeWith(recipe: TrainingRecipe, params: TrainParams): TrainingRecipe {
  return {
    ...recipe,
    steps: params.steps ?? recipe.steps,
    learningRate: params.learningRate ?? recipe.learningRate,
    batch: params.batch ?? recipe.batch,
    microBatch: params.microBatch ?? recipe.microBatch,
    seed: params.seed ?? recipe.seed,
  };
}
