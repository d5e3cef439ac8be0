import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadTraining } from "../src/cli/load-training";
import type { Backend } from "../src/core/backend";
import { TRAIN } from "../src/core/operations/train";
import { TRAIN_PARAMS } from "../src/core/operations/train-params";
import { paramDefaults } from "../src/core/task/params";
import type { Progress } from "../src/core/task/task";
import type { TrainOutput, TrainPreview } from "../src/core/train/training-run";
import { writeModel } from "../src/io/model/write-model";
import { loadTrainingData } from "../src/io/training-recipe/load-training-data";
import { projectFile } from "../src/testing/golden-network";
import { type BenchOptions, type BenchResult, round } from "./bench-result";
import { openBackend } from "./open-backend";
import { createPyTorchTrainer } from "./pytorch-trainer";

const RECIPE = "public/models/cell/from-scratch.json";
/** A GPU in software and plain TypeScript show that it runs, no more. */
const SLOW_STEPS = 1;
/** Looks at F1 on the way, so that a run that ends early has told something. */
const LOOKS = 6;
/** F1 of a class may differ by this: chance alone leads two trainings that round otherwise to other weights. */
const LIMIT = 0.02;

const signal = new AbortController().signal;
const free = { signal, breathe: () => new Promise<void>((resume) => setImmediate(resume)) };

/**
 * The largest difference of a class's F1 between two trainings from scratch by one recipe, ours and PyTorch's: the same first
 * weights, batches, rates and validation. Environment: RECIPE, a training recipe's path; STEPS, instead of the
 * recipe's; KEEP, a folder for the two models.
 */
export async function trainingF1Bench(options: BenchOptions): Promise<BenchResult> {
  const { backend, slow, backends } = await openBackend(options.backend);
  try {
    const io = { cwd: process.cwd(), signal, stdout: { write() {} }, stderr: { write() {} } };
    const { recipe: asWritten, files } = await loadTraining(process.env.RECIPE ?? projectFile(RECIPE), io);
    const steps = Number(process.env.STEPS) || (slow ? SLOW_STEPS : asWritten.steps);
    const f1Every = Math.ceil(steps / LOOKS);
    const recipe = { ...asWritten, validation: { ...asWritten.validation, f1Every } };
    const data = await loadTrainingData(recipe, files, backend, { ...free, onProgress() {} });
    const train = async (name: string, by: Backend) => {
      const start = performance.now();
      const inputs = { ...data, recipe, start: null, checkpoint: null, backend: by, save: async () => {} };
      const context = { ...free, onProgress: progressLog(name), createVolume: nowhere };
      const params = { ...paramDefaults(TRAIN_PARAMS), steps };
      const output = await TRAIN.run(inputs, params, context);
      return { output, seconds: (performance.now() - start) / 1000 };
    };
    const [own, peer] = await Promise.all([train("ours", backend), train("PyTorch", withPyTorch(backend))]);
    if (process.env.KEEP) await keep(process.env.KEEP, { ours: own.output, pytorch: peer.output });
    const classes = recipe.classes.flatMap(({ name, label }) => {
      const [a, b] = [own, peer].map(({ output }) => output.model.manifest.measured?.[label]?.f1);
      return a === undefined || b === undefined ? [] : [{ name, ours: round(a), pyTorch: round(b) }];
    });
    const largest = Math.max(...classes.map(({ ours, pyTorch }) => Math.abs(ours - pyTorch)));
    return {
      name: "training-f1",
      backend: backend.id,
      value: round(largest),
      unit: "largest difference of a class's F1",
      peer: "limit",
      peerValue: LIMIT,
      ratio: largest > 0 ? round(LIMIT / largest) : null,
      correct: Number.isFinite(largest),
      details: {
        recipe: recipe.name,
        steps,
        description: backend.description,
        classes,
        lastLosses: [own, peer].map(({ output }) => lastLoss(output)),
        secondsSideBySide: [round(own.seconds), round(peer.seconds)],
      },
    };
  } finally {
    backends.dispose();
  }
}

const nowhere = () => Promise.reject(new Error("A training makes no volume."));

/** The same backend, with PyTorch to train; it says so where there is none. */
function withPyTorch(backend: Backend): Backend {
  return {
    ...backend,
    createNetwork: (model) => backend.createNetwork(model),
    async createTrainer(spec) {
      const trainer = await createPyTorchTrainer(spec);
      if (!trainer) throw new Error("No python that has PyTorch was found.");
      return trainer;
    },
  };
}

/** Tells F1 whenever it is looked at, and how far a training is every 20 seconds. */
function progressLog(name: string) {
  let next = 0;
  return ({ note, preview }: Progress<TrainPreview>) => {
    for (const { step, scores } of preview?.validations ?? [])
      if (scores)
        console.error(`${name}, step ${step}: F1 ${Object.values(scores).map(({ f1 }) => round(f1))}`);
    if (performance.now() < next) return;
    next = performance.now() + 20_000;
    console.error(`${name}: ${note}`);
  };
}

/** The mean of the last losses of training: single batches differ. */
function lastLoss({ checkpoint }: TrainOutput): number {
  const last = checkpoint.points.slice(-20);
  return round(last.reduce((sum, { loss }) => sum + loss, 0) / last.length);
}

async function keep(folder: string, outputs: Readonly<Record<string, TrainOutput>>): Promise<void> {
  for (const [name, { model }] of Object.entries(outputs)) {
    const { manifest, weights } = writeModel(model, { half: true });
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, "manifest.json"), manifest);
    await writeFile(join(folder, name, model.manifest.weights), weights);
  }
}
