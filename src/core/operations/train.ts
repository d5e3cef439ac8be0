import { ComputeError } from "../errors";
import { checkWeights } from "../nn/check-weights";
import { networkFlopsPerVoxel } from "../nn/deepfinder-network";
import type { Operation } from "../task/operation";
import { initialWeights } from "../train/initial-weights";
import type { TrainingRecipe } from "../train/training-recipe";
import { type TrainInputs, TrainingRun, type TrainOutput, type TrainPreview } from "../train/training-run";
import { recipeWith, TRAIN_PARAMS } from "./train-params";

/** What a patch's activations and their gradients take, in bytes for each voxel. */
const BYTES_PER_VOXEL = 3300;
/** A step's work in forward passes: one forwards, two back. */
const STEP_PASSES = 3;
const TYPICAL_CLASSES = 6;
const TYPICAL_STEPS = 1000;
const TYPICAL_PATCHES = { batch: 25, side: 56 };

/**
 * A network trained on patches of labelled tomograms. Batches hang on the seed and the step alone, so a training that was stopped
 * goes on from its checkpoint with the same numbers. A cancel leaves a checkpoint of the last whole step and rejects with
 * AbortError. Throws "bad-input" where the checkpoint is of another recipe. Thesis 4.2.2.
 */
export const TRAIN: Operation<typeof TRAIN_PARAMS, TrainInputs, TrainOutput, TrainPreview> = {
  id: "train",
  label: "Train",
  summary: "Trains a network to label the voxels of tomograms whose content is known, and measures it.",
  params: TRAIN_PARAMS,

  estimate(_shape, { steps, batch, microBatch }) {
    const voxels = TYPICAL_PATCHES.side ** 3;
    const patches = batch ?? TYPICAL_PATCHES.batch;
    return {
      bytes: BYTES_PER_VOXEL * voxels * (microBatch ?? patches),
      flops:
        (steps ?? TYPICAL_STEPS) * patches * voxels * STEP_PASSES * networkFlopsPerVoxel(TYPICAL_CLASSES),
    };
  },

  async run(inputs, params, context) {
    const recipe = recipeWith(inputs.recipe, params);
    const { classes, seed } = recipe;
    const { checkpoint, start, backend } = inputs;
    if (checkpoint) checkSameRecipe(recipe, checkpoint.recipe);
    if (start) checkWeights(start);
    const trainer = await backend.createTrainer({
      classCount: classes.length,
      loss: recipe.loss,
      classWeights: recipe.classWeights,
      labelSmoothing: recipe.labelSmoothing,
      precision: recipe.precision,
      weights: checkpoint?.weights ?? initialWeights(classes.length, seed, start),
      adam: checkpoint?.adam ?? null,
      microBatch: recipe.microBatch || recipe.batch,
    });
    try {
      const run = new TrainingRun({ ...inputs, recipe }, trainer, context);
      await run.toTheEnd();
      return await run.output(params.half);
    } finally {
      trainer.dispose();
    }
  },
};

/** What may be otherwise when a training goes on: it decides when to look and to end, not what is learnt. */
const MAY_CHANGE: readonly (keyof TrainingRecipe)[] = [
  ...(["name", "trainedOn", "licence", "steps", "microBatch", "validation", "saveEvery"] as const),
];

function checkSameRecipe(recipe: TrainingRecipe, begun: TrainingRecipe): void {
  const fields = Object.keys(recipe) as (keyof TrainingRecipe)[];
  const other = fields.find(
    (field) => !MAY_CHANGE.includes(field) && JSON.stringify(recipe[field]) !== JSON.stringify(begun[field]),
  );
  if (other === undefined) return;
  const sentence = `The checkpoint is of another training, whose recipe differs in "${other}": go on with the recipe it was begun with, or begin anew.`;
  throw new ComputeError("bad-input", sentence, { field: other });
}
