import type { TrainingRecipe } from "../core/train/training-recipe";
import type { TrainPreview } from "../core/train/training-run";
import type { TrainingPoint, ValidationPoint } from "../core/train/training-state";
import type { ShellStore } from "./shell";

/** What a tomogram is used for. */
export type TrainingUse = "train" | "validation" | "off";

/** What the user says of a class that is to be learnt, by the name it has in the data. */
export interface ClassChange {
  readonly name?: string;
  /** 0: no particle. */
  readonly radiusAngstrom?: number;
}

/** What is trained next, as far as the user has chosen it. */
export interface TrainingSetup {
  /** A recipe that was opened: its data and values; null takes what is open. */
  readonly recipe: TrainingRecipe | null;
  /** The model that training starts from, or "scratch"; null: as the recipe says, else from scratch. */
  readonly startId: string | null;
  /** By the volume's id; what is not named is trained on where it has a label map, or particles if none has one. */
  readonly uses: Readonly<Record<string, TrainingUse>>;
  /** The label map and the particles that count, by the volume's id; null is none. */
  readonly labels: Readonly<Record<string, string | null>>;
  readonly particles: Readonly<Record<string, string | null>>;
  /** By the name in the data. */
  readonly classes: Readonly<Record<string, ClassChange>>;
  /** The name of the model to be; null: as the recipe says. */
  readonly name: string | null;
  /** Values of the form that differ from the recipe's. */
  readonly values: Readonly<Record<string, unknown>>;
}

export const NO_SETUP: TrainingSetup = {
  recipe: null,
  startId: null,
  uses: {},
  labels: {},
  particles: {},
  classes: {},
  name: null,
  values: {},
};

/** A training on its way, or how it went. Its checkpoint and its model are kept outside. */
export interface Training {
  readonly recipe: TrainingRecipe;
  readonly phase: "running" | "paused" | "stopped" | "failed" | "done";
  readonly points: readonly TrainingPoint[];
  readonly validations: readonly ValidationPoint[];
  /** The step of the newest checkpoint; null while there is none. */
  readonly savedStep: number | null;
  /** Whether its model has been put on the list of models. */
  readonly isUsed: boolean;
}

/** Changes some fields of what is trained next. */
export function changeSetup(store: ShellStore, change: Partial<TrainingSetup>): void {
  store.setState(({ trainingSetup }) => ({ trainingSetup: { ...trainingSetup, ...change } }));
}

/** Changes some fields of the training; without one it does nothing. */
export function patchTraining(store: ShellStore, patch: Partial<Training>): void {
  store.setState(({ training }) => ({ training: training && { ...training, ...patch } }));
}

/** Returns a training with what happened since; a checkpoint is of all that happened before it. */
export function withProgress(
  training: Training,
  { points, validations }: TrainPreview,
  isSaved: boolean,
): Training {
  const all = {
    ...training,
    points: points.length > 0 ? [...training.points, ...points] : training.points,
    validations: validations.length > 0 ? [...training.validations, ...validations] : training.validations,
  };
  return isSaved ? { ...all, savedStep: all.points.at(-1)?.step ?? 0 } : all;
}

/** Returns a training as its newest checkpoint has it: what came after is computed again. */
export function backToCheckpoint(training: Training): Training {
  const until = training.savedStep ?? 0;
  const kept = ({ step }: { readonly step: number }) => step <= until;
  return {
    ...training,
    points: training.points.filter(kept),
    validations: training.validations.filter(kept),
  };
}
