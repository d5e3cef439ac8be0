import { readCheckpoint } from "../io/model/checkpoint-file";
import { readTrainingRecipe } from "../io/training-recipe/read-training-recipe";
import { notify } from "../state/shell";
import { changeSetup } from "../state/training";
import { recipesOf } from "./run-train";
import { planTraining, sourcesOf } from "./training-plan";
import type { Workbench } from "./workbench";

/** What the JSON of a training recipe has, and no simulation's recipe or model. */
const RECIPE_MARKS = [/"data"\s*:\s*\{/, /"train"\s*:\s*\[/, /"classes"\s*:\s*\[/] as const;
/** What a checkpoint says of itself near its beginning. */
const CHECKPOINT_MARK = '"tomoscope-checkpoint-';
const HEADER_BYTES = 4096;

const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function kindOf(file: File): Promise<"recipe" | "checkpoint" | null> {
  if (/\.json$/i.test(file.name)) {
    const text = await file.text().catch(() => ""); // told when it is opened
    const isModel = /"architecture"\s*:\s*"/.test(text);
    return !isModel && RECIPE_MARKS.every((mark) => mark.test(text)) ? "recipe" : null;
  }
  if (!/\.safetensors$/i.test(file.name)) return null;
  return (await file.slice(0, HEADER_BYTES).text()).includes(CHECKPOINT_MARK) ? "checkpoint" : null;
}

/** Fills the panel with a recipe: its data and its values are what is trained next. */
async function openTrainingRecipe({ shell }: Workbench, file: File): Promise<void> {
  const recipe = readTrainingRecipe(await file.text());
  changeSetup(shell, { recipe, startId: null, name: null, values: {} });
  shell.setState({ panel: "train" });
}

/** Opens a checkpoint as a training that was paused; the data that its recipe names must be open. */
async function openCheckpoint(workbench: Workbench, file: File): Promise<void> {
  const { shell, training: kept } = workbench;
  if (shell.getState().training?.phase === "running") throw new Error("Pause the training that runs first.");
  const { recipe, step, points, validations } = readCheckpoint(new Uint8Array(await file.arrayBuffer()));
  const before = shell.getState().trainingSetup;
  changeSetup(shell, { recipe: { ...recipe, start: "scratch" }, startId: null, name: null, values: {} });
  const plan = planTraining(workbench);
  if (typeof plan === "string") {
    changeSetup(shell, before);
    throw new Error(plan);
  }
  const recipes = await recipesOf(workbench, sourcesOf(recipe));
  kept.model = null;
  kept.request = { recipe, files: plan.files, recipes, start: null, checkpoint: file };
  shell.setState({
    training: { recipe, phase: "paused", points, validations, savedStep: step, isUsed: false },
    panel: "train",
  });
  notify(
    shell,
    "info",
    `${file.name} was stopped after step ${step} of ${recipe.steps}: go on when you like.`,
  );
}

interface TrainingFile {
  readonly file: File;
  readonly open: (workbench: Workbench, file: File) => Promise<void>;
}

/** Sorts the training recipes and checkpoints out, by what they hold. */
export async function sortTrainingFiles(
  files: readonly File[],
): Promise<{ readonly ofTraining: readonly TrainingFile[]; readonly rest: readonly File[] }> {
  const kinds = await Promise.all(files.map(kindOf));
  const open = { recipe: openTrainingRecipe, checkpoint: openCheckpoint };
  return {
    ofTraining: files.flatMap((file, i) => {
      const kind = kinds[i];
      return kind ? [{ file, open: open[kind] }] : [];
    }),
    rest: files.filter((_, i) => kinds[i] === null),
  };
}

/** Opens training recipes and checkpoints. What is wrong is told. */
export async function openTrainingFiles(workbench: Workbench, files: readonly TrainingFile[]): Promise<void> {
  for (const { file, open } of files)
    await open(workbench, file).catch((error: unknown) => {
      notify(workbench.shell, "error", `${file.name}: ${sentence(error)}`);
    });
}
