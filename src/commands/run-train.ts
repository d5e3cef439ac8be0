import type { RunRequests } from "../contracts/compute";
import type { ModelFile } from "../contracts/files";
import { networkFlopsPerVoxel } from "../core/nn/deepfinder-network";
import type { Recipe } from "../core/simulate/recipe";
import { manifestOf, modelStem, withTraining } from "../core/train/model-of-training";
import type { DataSource, TrainingRecipe } from "../core/train/training-recipe";
import { readCheckpoint } from "../io/model/checkpoint-file";
import { writeModel } from "../io/model/write-model";
import { readRecipe } from "../io/recipe/read-recipe";
import { lastJob } from "../state/jobs";
import { notify, setParam } from "../state/shell";
import { backToCheckpoint, changeSetup, patchTraining, withProgress } from "../state/training";
import { addModel, modelToRun } from "./models";
import { cancelJob, runOperation } from "./run-operation";
import { buildCell } from "./run-simulate";
import { trainingTomograms } from "./training-data";
import { planTraining, sourcesOf } from "./training-plan";
import type { Workbench } from "./workbench";

/** A checkpoint is written within this, also on a machine that does much else. */
const PAUSE_PATIENCE_MS = 30_000;
/** Forwards once and back twice. */
const STEP_PASSES = 3;
const ASSUMED_FLOPS = { webgpu: 1e12, wasm: 3e10, reference: 4e8 } as const;
const PACE_WEIGHT = 0.5;

const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The simulations that a recipe names, by their names there. */
export async function recipesOf(
  { host, shell }: Workbench,
  sources: readonly DataSource[],
): Promise<Readonly<Record<string, Recipe>>> {
  const { recipes, structureIds } = shell.getState();
  const found: Record<string, Recipe> = {};
  for (const source of sources) {
    if ("volume" in source || typeof source.recipe !== "string") continue;
    const { recipe: name } = source;
    found[name] ??=
      recipes.find((recipe) => recipe.name === name) ??
      readRecipe(await (await host.fetchAsset(`presets/${name}.json`)).text(), {
        structureIds,
        mayReadFiles: false,
      });
  }
  return found;
}

const flopsOfStep = ({ batch, sampling: { side }, classes }: TrainingRecipe) =>
  STEP_PASSES * batch * side ** 3 * networkFlopsPerVoxel(classes.length);

const paceKey = (backend: string) => `train/${backend}`;

/** Returns the seconds that steps of a recipe will take, and whether the pace was measured on this machine. */
export function estimateTraining(
  { shell }: Workbench,
  recipe: TrainingRecipe,
  steps: number,
): { readonly seconds: number; readonly measured: boolean } {
  const { backend, measuredFlops } = shell.getState();
  const chosen = backend?.chosen ?? "wasm";
  const measured = measuredFlops[paceKey(chosen)];
  const pace = measured ?? ASSUMED_FLOPS[chosen];
  return { seconds: (steps * flopsOfStep(recipe)) / pace, measured: measured !== undefined };
}

/** The pace of this machine becomes the next estimate. */
function rememberPace({ shell }: Workbench, recipe: TrainingRecipe, steps: number, seconds: number): void {
  const { backend, measuredFlops } = shell.getState();
  if (!backend || steps < 2 || seconds < 1) return;
  const now = (steps * flopsOfStep(recipe)) / seconds;
  const key = paceKey(backend.chosen);
  const before = measuredFlops[key] ?? now;
  shell.setState({
    measuredFlops: { ...measuredFlops, [key]: (1 - PACE_WEIGHT) * before + PACE_WEIGHT * now },
  });
}

/** Runs the request that is kept, from its checkpoint if it has one; what is learnt goes to the store step by step. */
async function runKept(workbench: Workbench, request: RunRequests["train"]): Promise<void> {
  const { shell, training: kept, host } = workbench;
  const half = shell.getState().trainingSetup.values.half === true;
  let [firstAt, lastAt, steps] = [0, 0, -1];
  const result = await runOperation(workbench, {
    operation: "train",
    inputs: request,
    volume: null,
    job: { operation: "train", doing: "training" },
    params: { half },
    patienceMs: PAUSE_PATIENCE_MS,
    onPreview(preview) {
      const { checkpoint } = preview;
      if (checkpoint) kept.request = { ...(kept.request ?? request), checkpoint };
      if (preview.points.length > 0) {
        steps += preview.points.length;
        lastAt = host.now();
        firstAt ||= lastAt;
      }
      shell.setState(({ training }) => ({
        training: training && withProgress(training, preview, checkpoint !== undefined),
      }));
    },
  });
  rememberPace(workbench, request.recipe, steps, (lastAt - firstAt) / 1000);
  if (result) {
    const { model, checkpoint } = result.output;
    kept.model = model;
    kept.request = { ...request, checkpoint };
    patchTraining(shell, { phase: "done", savedStep: request.recipe.steps });
    return;
  }
  if (shell.getState().training?.phase !== "running") return; // it was asked to stop
  const failed = lastJob(workbench.jobs.getState().jobs, "train")?.phase === "failed";
  patchTraining(shell, { phase: failed ? "failed" : "paused" });
}

/** Begins the training that is set up. What it needs and lacks is told. */
export async function runTrain(workbench: Workbench): Promise<void> {
  const { shell, training: kept } = workbench;
  const plan = planTraining(workbench);
  if (typeof plan === "string") return notify(shell, "error", plan);
  const { recipe, files, start } = plan;
  const training = { recipe, points: [], validations: [], savedStep: null, isUsed: false };
  shell.setState({ training: { ...training, phase: "running" } });
  kept.model = null;
  kept.request = null;
  try {
    const recipes = await recipesOf(workbench, sourcesOf(recipe));
    kept.request = {
      recipe,
      files,
      recipes,
      start: start && modelToRun(workbench, start),
      checkpoint: null,
    };
  } catch (error) {
    patchTraining(shell, { phase: "failed" });
    return notify(shell, "error", `The data of the training could not be read: ${sentence(error)}`);
  }
  await runKept(workbench, kept.request);
}

/** Goes on with the training that was paused, from its newest checkpoint, up to `steps` in all. */
export async function continueTraining(workbench: Workbench, steps?: number): Promise<void> {
  const { shell, training: kept } = workbench;
  const { training } = shell.getState();
  if (!kept.request || !training || training.phase === "running") return;
  const recipe = { ...training.recipe, steps: steps ?? training.recipe.steps };
  kept.request = { ...kept.request, recipe };
  kept.model = null;
  shell.setState({ training: { ...backToCheckpoint(training), recipe, phase: "running", isUsed: false } });
  await runKept(workbench, kept.request);
}

/** Stops the training that runs; its last whole step is kept, to go on from. A stopped one makes way for the next. */
export function stopTraining(workbench: Workbench, phase: "paused" | "stopped"): void {
  const job = lastJob(workbench.jobs.getState().jobs, "train");
  if (job?.phase === "running") cancelJob(workbench, job.id);
  patchTraining(workbench.shell, { phase });
}

/** What a model of a training is made of: the weights that validation liked best, or the last ones. */
type Which = "best" | "last";

async function modelFileOf({ training: kept }: Workbench, which: Which): Promise<ModelFile | null> {
  if (which === "best" && kept.model) return kept.model;
  const blob = kept.request?.checkpoint;
  if (!blob || !kept.request) return null;
  const { recipe, step, weights, best } = readCheckpoint(new Uint8Array(await blob.arrayBuffer()));
  const named = (sources: readonly DataSource[]) =>
    sources.map((source) => ({ name: "volume" in source ? source.volume : "a simulation" }));
  const data = { train: named(recipe.data.train), validation: named(recipe.data.validation) };
  const taken =
    which === "best" && best
      ? { weights: best.weights, step: best.point.step, scores: best.point.scores }
      : { weights, step, scores: null };
  const manifest = manifestOf({ ...recipe, steps: step }, data.train);
  const model = withTraining({ manifest, weights: taken.weights }, recipe, taken.step, data, taken.scores);
  return { manifest: model.manifest, weights: new Blob([writeModel(model, { half: false }).weights]) };
}

async function withModel(
  workbench: Workbench,
  which: Which,
  use: (model: ModelFile) => void | Promise<void>,
): Promise<void> {
  try {
    const model = await modelFileOf(workbench, which);
    if (model) await use(model);
  } catch (error) {
    notify(workbench.shell, "error", `The model could not be made: ${sentence(error)}`);
  }
}

/** Puts the model of the training on the list, chooses it and shows the panel that segments with it. */
export function useTrainedModel(workbench: Workbench, which: Which): Promise<void> {
  return withModel(workbench, which, (model) => {
    addModel(workbench, model, true);
    patchTraining(workbench.shell, { isUsed: true });
    workbench.shell.setState({ panel: "segment" });
  });
}

/** Saves the model of the training: manifest and weights, or an .h5 that DeepFinder loads. */
export function saveTrainedModel(workbench: Workbench, which: Which, format: "own" | "h5"): Promise<void> {
  return withModel(workbench, which, async (model) => {
    const { host, data } = workbench;
    if (format === "h5") {
      host.saveFile(`${modelStem(model.manifest.name)}.h5`, await data.modelToH5(model));
      return;
    }
    const json = `${JSON.stringify(model.manifest, null, 1)}\n`;
    host.saveFile("manifest.json", new Blob([json], { type: "application/json" }));
    host.saveFile(model.manifest.weights, model.weights);
  });
}

/** Saves the newest checkpoint, which this page and the command line can go on from. */
export function saveCheckpoint({ training: kept, host }: Workbench): void {
  const { request } = kept;
  if (request?.checkpoint)
    host.saveFile(`${modelStem(request.recipe.name)}-checkpoint.safetensors`, request.checkpoint);
}

/** The teaching cell, and the side in which it is simulated for training. */
const CELL = "Teaching cell";
const CELL_SIDE = 64;

/** Simulates a small cell to train on; where there is one to train on already, it becomes one for validation. */
export async function simulateForTraining(workbench: Workbench): Promise<void> {
  const { shell, document } = workbench;
  const { recipes, cell, params } = shell.getState();
  const before = trainingTomograms(document.getState(), shell.getState());
  const recipe = recipes.find(({ name }) => name === CELL) ?? recipes.at(0);
  if (!recipe) return;
  shell.setState({ recipeName: recipe.name, cellSide: CELL_SIDE });
  if (cell) setParam(shell, "simulate", "seed", Number(params.simulate?.seed ?? cell.seed) + 1);
  await buildCell(workbench);
  const made = shell.getState().cell;
  const isFirst = !before.some(({ use, volume }) => use === "train" && volume.role === "tomogram");
  if (made && made !== cell && !isFirst) {
    const { uses } = shell.getState().trainingSetup;
    changeSetup(shell, { uses: { ...uses, [made.volumeId]: "validation" } });
  }
}
