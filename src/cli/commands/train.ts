import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Backend } from "../../core/backend";
import { isAbort } from "../../core/errors";
import type { Model } from "../../core/nn/model";
import { TRAIN } from "../../core/operations/train";
import { recipeWith, TRAIN_PARAMS, type TrainParams } from "../../core/operations/train-params";
import { checkParams } from "../../core/task/params";
import { modelStem } from "../../core/train/model-of-training";
import type { TrainingRecipe } from "../../core/train/training-recipe";
import type { TrainOutput } from "../../core/train/training-run";
import type { Checkpoint } from "../../core/train/training-state";
import { readCheckpoint, writeCheckpoint } from "../../io/model/checkpoint-file";
import { writeModel } from "../../io/model/write-model";
import { loadTrainingData } from "../../io/training-recipe/load-training-data";
import { checkOutputs } from "../check-outputs";
import {
  type CliIo,
  type Command,
  hasFlag,
  JSON_FLAG,
  type ParsedArgs,
  requiredFlag,
  UsageError,
} from "../command";
import { fileSource } from "../file-source";
import { isModelPath, loadModel } from "../load-model";
import { type LoadedTraining, loadTraining } from "../load-training";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { createProgressLine } from "../progress-line";
import { runOperation } from "../run-operation";
import { scoreTable } from "../score-table";
import { writeBinaryFile, writeTextFile } from "../text-files";
import { createTrainingLog } from "../training-log";
import { BACKEND_FLAGS, withBackend } from "../with-backend";

const CHECKPOINT = "checkpoint.safetensors";
const CURVES = "training.json";
const MANIFEST = "manifest.json";
const FROM_SCRATCH = "scratch";

/** Refuses a folder that a training has been in, unless it goes on; returns where that one stopped. */
async function openCheckpoint(out: string, args: ParsedArgs, io: CliIo): Promise<Checkpoint | null> {
  const path = join(out, CHECKPOINT);
  const isThere = existsSync(resolve(io.cwd, path));
  if (!hasFlag(args, "resume")) {
    if (!isThere) return null;
    throw new UsageError(
      `${out} holds a training already: go on with it by --resume, or give another folder.`,
    );
  }
  if (!isThere) throw new UsageError(`--resume needs ${path}, which is not there.`);
  const source = await fileSource(resolve(io.cwd, path));
  try {
    return readCheckpoint(await source.read(0, source.size));
  } finally {
    await source.close();
  }
}

/** The model that a recipe starts from: one that ships, or a path from the recipe's folder. */
function startOf({ start }: TrainingRecipe, recipePath: string, io: CliIo): Promise<Model | null> {
  if (start === FROM_SCRATCH) return Promise.resolve(null);
  const path = isModelPath(start) ? resolve(dirname(resolve(io.cwd, recipePath)), start) : start;
  return loadModel(path, io);
}

async function writeCheckpointFiles(out: string, checkpoint: Checkpoint, io: CliIo): Promise<void> {
  const { recipe, step, points, validations } = checkpoint;
  await mkdir(resolve(io.cwd, out), { recursive: true });
  await writeBinaryFile(join(out, CHECKPOINT), writeCheckpoint(checkpoint), io);
  const curves = { name: recipe.name, step, points, validations };
  await writeTextFile(join(out, CURVES), `${JSON.stringify(curves)}\n`, io);
}

async function writeModelFiles(out: string, { model }: TrainOutput, { half }: TrainParams, io: CliIo) {
  const { manifest, weights } = writeModel(model, { half });
  await writeBinaryFile(join(out, model.manifest.weights), weights, io);
  await writeTextFile(join(out, MANIFEST), manifest, io);
}

/** What the command trains with. */
interface Job {
  readonly out: string;
  readonly training: LoadedTraining;
  readonly params: TrainParams;
  readonly checkpoint: Checkpoint | null;
  readonly start: Model | null;
}

async function trainOn(backend: Backend, job: Job, args: ParsedArgs, io: CliIo) {
  const { training, params, checkpoint, start, out } = job;
  const line = createProgressLine("Data", io.stderr);
  const data = await loadTrainingData(recipeWith(training.recipe, params), training.files, backend, {
    signal: io.signal,
    onProgress: line.update,
    async breathe() {
      await new Promise((resume) => setImmediate(resume));
      io.signal.throwIfAborted();
    },
  });
  line.end();
  const log = createTrainingLog(hasFlag(args, "json") ? io.stderr : io.stdout);
  log.begin(data, training.recipe, backend);
  const inputs = {
    ...data,
    recipe: training.recipe,
    start,
    checkpoint,
    backend,
    save: (saved: Checkpoint) => writeCheckpointFiles(out, saved, io),
  };
  return runOperation(log.watched(TRAIN), inputs, params, io, {
    fileFor: () => undefined,
    inputNames: [...data.train, ...data.validation].map(({ name }) => name),
    backend: backend.description,
  });
}

function summary(out: string, model: Model, seconds: number, { validation }: TrainingRecipe): string {
  const { manifest } = model;
  const head = `${join(out, MANIFEST)}: the model "${manifest.name}" of step ${manifest.training?.step}, after ${seconds.toFixed(1)} s\n`;
  const { measured } = manifest;
  if (!measured) return head;
  const scores = Object.entries(measured).map(([label, score]) => [
    label,
    { ...score, name: manifest.classes[Number(label)].name },
  ]);
  return head + scoreTable({ radiusVoxels: validation.radiusVoxels, classes: Object.fromEntries(scores) });
}

export const trainCommand: Command = {
  name: "train",
  summary: TRAIN.summary,
  operands: ["RECIPE"],
  flags: {
    out: {
      short: "o",
      value: "DIR",
      help: `Where the model goes: ${MANIFEST} and its weights, ${CHECKPOINT} to go on from, ${CURVES} with the curves.`,
    },
    resume: { help: "Go on with the training that stopped in the folder." },
    ...paramFlags(TRAIN_PARAMS),
    ...BACKEND_FLAGS,
    json: JSON_FLAG,
  },
  async run(args, io) {
    const [recipePath] = args.operands;
    const out = requiredFlag(args, "out");
    const params = checkParams(TRAIN_PARAMS, paramsFromFlags(TRAIN_PARAMS, args));
    const training = await loadTraining(recipePath, io);
    const { recipe } = training;
    const names = [CHECKPOINT, CURVES, MANIFEST, `${modelStem(recipe.name)}.safetensors`];
    const checkpoint = await openCheckpoint(out, args, io);
    if (existsSync(resolve(io.cwd, out)))
      await checkOutputs(
        names.map((name) => ["--out", join(out, name)] as const),
        training.paths,
        io,
      );
    const start = await startOf(recipe, recipePath, io);
    const job = { out, training, params, checkpoint, start };
    try {
      const { output, provenance } = await withBackend(args, (backend) => trainOn(backend, job, args, io));
      await writeModelFiles(out, output, params, io);
      const { manifest } = output.model;
      io.stdout.write(
        hasFlag(args, "json")
          ? `${JSON.stringify({ out, step: output.checkpoint.step, best: manifest.training?.step, measured: manifest.measured ?? null, last: output.checkpoint.points.at(-1) ?? null, provenance })}\n`
          : summary(out, output.model, provenance.seconds, recipe),
      );
    } catch (error) {
      const kept = join(out, CHECKPOINT);
      if (!isAbort(error) || !existsSync(resolve(io.cwd, kept))) throw error;
      throw new Error(
        `Stopped; ${kept} keeps what was learnt. Go on with: tomoscope train ${recipePath} --out ${out} --resume`,
        { cause: error },
      );
    }
  },
};
