import type { Model, ModelManifest, Weights } from "../nn/model";
import type { ClassScore } from "../operations/results";
import { encodeFloat16, float16Values } from "../volume/float16";
import type { TrainingRecipe } from "./training-recipe";
import type { TrainingVolume } from "./training-volume";

type Named = Pick<TrainingVolume, "name">;

/** The file name that a model's weights have: "cell" brings cell.safetensors. */
export function modelStem(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "") || "model"
  );
}

/** Returns the manifest of a model in training, without scores. */
export function manifestOf(recipe: TrainingRecipe, train: readonly Named[]): ModelManifest {
  const { name, classes, voxelSizeAngstrom, proteinIsBright, licence, steps, batch, sampling } = recipe;
  const count = train.length === 1 ? "1 volume" : `${train.length} volumes`;
  const patches = `${steps} steps of ${batch} patches of ${sampling.side}³ voxels`;
  return {
    name,
    architecture: "deepfinder-2019",
    classes,
    voxelSizeAngstrom,
    proteinIsBright,
    normalization: "volume mean 0, std 1",
    weights: `${modelStem(name)}.safetensors`,
    trainedOn: recipe.trainedOn || `${count} (${train.map((volume) => volume.name).join(", ")}), ${patches}`,
    licence,
  };
}

/** Returns a model with what was measured of it, and how it came to be. */
export function withTraining(
  model: Model,
  recipe: TrainingRecipe,
  bestStep: number,
  data: { readonly train: readonly Named[]; readonly validation: readonly Named[] },
  scores: Readonly<Record<string, ClassScore>> | null,
): Model {
  const names = (volumes: readonly Named[]) => volumes.map(({ name }) => name);
  const rounded = (value: number) => Number(value.toFixed(4));
  const measured = Object.fromEntries(
    Object.entries(scores ?? {}).map(([label, { name: _, precision, recall, f1, ...counts }]) => [
      label,
      { ...counts, precision: rounded(precision), recall: rounded(recall), f1: rounded(f1) },
    ]),
  );
  const training = {
    step: bestStep,
    train: names(data.train),
    validation: names(data.validation),
    matchedWithinVoxels: recipe.validation.radiusVoxels,
    recipe,
  };
  return { ...model, manifest: { ...model.manifest, ...(scores && { measured }), training } };
}

/** Returns weights as half-precision numbers have them. */
export function toHalfPrecision(weights: Weights): Weights {
  const halves = float16Values();
  return new Map(
    [...weights].map(([name, { shape, values }]) => [
      name,
      { shape, values: values.map((value) => halves[encodeFloat16(value)]) },
    ]),
  );
}
