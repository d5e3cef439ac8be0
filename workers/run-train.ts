import type { RunOutputs, RunRequests } from "../src/contracts/compute";
import { ComputeError } from "../src/core/errors";
import { TRAIN } from "../src/core/operations/train";
import { recipeWith, TRAIN_PARAMS, type TrainParams } from "../src/core/operations/train-params";
import { checkParams } from "../src/core/task/params";
import type { Progress, TaskContext } from "../src/core/task/task";
import { readCheckpoint, writeCheckpoint } from "../src/io/model/checkpoint-file";
import { writeModel } from "../src/io/model/write-model";
import { blobSource } from "../src/io/source/blob-source";
import { loadTrainingData, type TrainingFiles } from "../src/io/training-recipe/load-training-data";
import type { RunTools } from "./run-operation";

type Request = RunRequests["train"];

const blobOf = (bytes: Uint8Array<ArrayBuffer>) => new Blob([bytes]);

function filesOf({ files, recipes }: Request, { loadStructure }: RunTools): TrainingFiles {
  const found = <T>(of: Readonly<Record<string, T>>, name: string): T => {
    if (name in of) return of[name];
    throw new ComputeError("bad-input", `The recipe names ${name}, which was not given with it.`, { name });
  };
  return {
    withFile: async (path, use) => {
      const { blob, name } = found(files, path);
      return use(blobSource(blob, name));
    },
    openRecipe: async (recipe) => ({
      recipe: typeof recipe === "string" ? found(recipes, recipe) : recipe,
      structures: loadStructure,
    }),
  };
}

/** Trains on files that the page gives; every checkpoint goes to the page at once, so that a cancel leaves the newest there. */
export async function runTrain(
  request: Request,
  given: Readonly<Record<string, unknown>>,
  tools: RunTools,
  context: TaskContext,
): Promise<{ output: RunOutputs["train"]; params: TrainParams; inputs: readonly string[] }> {
  const { recipe, start, checkpoint } = request;
  const params = checkParams(TRAIN_PARAMS, given);
  const { backend } = tools;
  const data = await loadTrainingData(recipeWith(recipe, params), filesOf(request, tools), backend, context);
  let latest: Progress = { done: 0, total: 1, note: "" };
  const output = await TRAIN.run(
    {
      ...data,
      recipe,
      start: start === null ? null : await tools.loadModel(start),
      checkpoint: checkpoint && readCheckpoint(new Uint8Array(await checkpoint.arrayBuffer())),
      backend,
      async save(saved) {
        const preview = { points: [], validations: [], checkpoint: blobOf(writeCheckpoint(saved)) };
        context.onProgress({ ...latest, preview });
      },
    },
    params,
    {
      ...context,
      onProgress(progress) {
        const { preview: _, ...plain } = progress;
        latest = plain;
        context.onProgress(progress);
      },
    },
  );
  const { model } = output;
  return {
    output: {
      model: { manifest: model.manifest, weights: blobOf(writeModel(model, params).weights) },
      checkpoint: blobOf(writeCheckpoint(output.checkpoint)),
    },
    params,
    inputs: [...data.train, ...data.validation].map(({ name }) => name),
  };
}
