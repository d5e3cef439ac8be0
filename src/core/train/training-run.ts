import type { Backend } from "../backend";
import { isAbort } from "../errors";
import type { Model } from "../nn/model";
import type { Progress, TaskContext } from "../task/task";
import { learningRateAt } from "./learning-rate";
import { type BatchMaker, createBatchMaker } from "./make-batch";
import { manifestOf, toHalfPrecision, withTraining } from "./model-of-training";
import { TRAINING_STREAM } from "./streams";
import type { NetworkTrainer } from "./trainer";
import type { TrainingRecipe } from "./training-recipe";
import {
  type BestWeights,
  type Checkpoint,
  isBetter,
  type TrainingPoint,
  type ValidationPoint,
} from "./training-state";
import type { TrainingVolume } from "./training-volume";
import { meanF1, measureLoss, scoreModel } from "./validate";

/** What happened since the last report. */
export interface TrainPreview {
  readonly points: readonly TrainingPoint[];
  readonly validations: readonly ValidationPoint[];
}

export interface TrainInputs {
  readonly recipe: TrainingRecipe;
  readonly train: readonly TrainingVolume[];
  /** May be none: then the last weights are the best. */
  readonly validation: readonly TrainingVolume[];
  /** The model that the recipe starts from; null for one from scratch. */
  readonly start: Model | null;
  /** Of a training that stopped. */
  readonly checkpoint: Checkpoint | null;
  readonly backend: Backend;
  /** Keeps a checkpoint; the newest is all that is needed. */
  readonly save: (checkpoint: Checkpoint) => Promise<void>;
}

export interface TrainOutput {
  /** With the best weights, its scores and its recipe. */
  readonly model: Model;
  readonly checkpoint: Checkpoint;
}

/** A training on its way. */
export class TrainingRun {
  readonly #inputs: TrainInputs;
  readonly #trainer: NetworkTrainer;
  readonly #context: TaskContext<TrainPreview>;
  readonly #batches: BatchMaker;
  readonly #validationBatches: BatchMaker | null;
  readonly #points: TrainingPoint[];
  readonly #validations: ValidationPoint[];
  readonly #firstStep: number;
  #best: BestWeights | null;
  #step: number;
  /** Whether there is something that the newest checkpoint lacks. */
  #unsaved: boolean;

  constructor(inputs: TrainInputs, trainer: NetworkTrainer, context: TaskContext<TrainPreview>) {
    const { recipe, train, validation, checkpoint } = inputs;
    const { sampling, augmentation, batch, seed } = recipe;
    this.#inputs = inputs;
    this.#trainer = trainer;
    this.#context = context;
    this.#batches = createBatchMaker(train, { sampling, augmentation }, batch, seed);
    this.#validationBatches =
      validation.length > 0
        ? createBatchMaker(validation, { sampling, augmentation: null }, batch, seed)
        : null;
    this.#points = [...(checkpoint?.points ?? [])];
    this.#validations = [...(checkpoint?.validations ?? [])];
    this.#best = checkpoint?.best ?? null;
    this.#step = checkpoint?.step ?? 0;
    this.#firstStep = this.#step;
    this.#unsaved = checkpoint === null;
  }

  /** Takes the steps that are left, looks at validation and saves when it is time. */
  async toTheEnd(): Promise<void> {
    const { steps, saveEvery } = this.#inputs.recipe;
    try {
      let batch = this.#batches.begin(TRAINING_STREAM, this.#step);
      for (;;) {
        await this.#validateIfDue();
        if (saveEvery > 0 && this.#step > 0 && this.#step % saveEvery === 0) await this.#save();
        if (this.#step >= steps) break;
        const learningRate = learningRateAt(this.#step, this.#inputs.recipe);
        const next = this.#batches.begin(TRAINING_STREAM, this.#step + 1);
        const result = await this.#trainer.step(batch.finish(), learningRate, () => {
          next.advance(); // while the backend computes
          return this.#context.breathe();
        });
        batch = next;
        this.#step++;
        this.#unsaved = true;
        const point = { step: this.#step, ...result, learningRate };
        this.#points.push(point);
        this.#report(stepNote(point), { points: [point], validations: [] });
      }
      await this.#save();
    } catch (error) {
      if (isAbort(error)) await this.#save();
      // What was learnt is kept if it still can be read; what went wrong first is what is told.
      else if (this.#step > this.#firstStep) await this.#save().catch(() => {});
      throw error;
    }
  }

  /** Returns the best model with its scores; they are of the weights as the model has them. */
  async output(half: boolean): Promise<TrainOutput> {
    const { recipe, train, validation, backend } = this.#inputs;
    const checkpoint = await this.#checkpoint();
    const best = this.#best ?? { weights: checkpoint.weights, point: null };
    const weights = half ? toHalfPrecision(best.weights) : best.weights;
    const model = { manifest: manifestOf(recipe, train), weights };
    let scores = half ? null : (best.point?.scores ?? null);
    if (!scores && recipe.validation.f1AtEnd && validation.length > 0)
      scores = await scoreModel(model, validation, backend, recipe.validation.radiusVoxels, this.#scoring());
    const step = best.point?.step ?? this.#step;
    return { model: withTraining(model, recipe, step, { train, validation }, scores), checkpoint };
  }

  /** A validation that was due when a training stopped is made up for when it goes on. */
  async #validateIfDue(): Promise<void> {
    const { recipe, validation, backend } = this.#inputs;
    const { lossEvery, batches, f1Every, radiusVoxels } = recipe.validation;
    const isDue = (every: number) =>
      every > 0 && this.#step > 0 && (this.#step % every === 0 || this.#step === recipe.steps);
    const maker = this.#validationBatches;
    if (!maker || this.#validations.at(-1)?.step === this.#step) return;
    if (!isDue(lossEvery) && !isDue(f1Every)) return;
    const result = isDue(lossEvery)
      ? await measureLoss(this.#trainer, maker, batches, this.#context.breathe)
      : { loss: null, accuracy: null };
    const weights = await this.#trainer.weights();
    const model = { manifest: manifestOf(recipe, this.#inputs.train), weights };
    const scores = isDue(f1Every)
      ? await scoreModel(model, validation, backend, radiusVoxels, this.#scoring())
      : null;
    const point = { step: this.#step, ...result, scores, meanF1: scores && meanF1(scores) };
    this.#validations.push(point);
    this.#unsaved = true;
    // Where F1 is measured at all it decides, and points without it do not.
    const decides = f1Every > 0 ? point.meanF1 !== null : true;
    if (decides && (!this.#best || isBetter(point, this.#best.point))) this.#best = { point, weights };
    this.#report(validationNote(point), { points: [], validations: [point] });
  }

  #report(note: string, preview?: TrainPreview): void {
    const { steps } = this.#inputs.recipe;
    const progress: Progress<TrainPreview> = {
      done: this.#step - this.#firstStep,
      total: steps - this.#firstStep,
      note: `step ${this.#step} of ${steps}, ${note}`,
    };
    this.#context.onProgress(preview ? { ...progress, preview } : progress);
  }

  #scoring() {
    const { breathe, signal } = this.#context;
    return {
      breathe,
      signal,
      onProgress: ({ note }: { note: string }) => this.#report(`validation, ${note}`),
    };
  }

  async #checkpoint(): Promise<Checkpoint> {
    return {
      recipe: this.#inputs.recipe,
      step: this.#step,
      weights: await this.#trainer.weights(),
      adam: await this.#trainer.adam(),
      best: this.#best,
      points: [...this.#points],
      validations: [...this.#validations],
    };
  }

  async #save(): Promise<void> {
    if (!this.#unsaved) return;
    await this.#inputs.save(await this.#checkpoint());
    this.#unsaved = false;
  }
}

function stepNote({ loss, accuracy }: TrainingPoint): string {
  return `loss ${loss.toPrecision(4)}, accuracy ${(100 * accuracy).toFixed(2)} %`;
}

function validationNote({ loss, meanF1: f1 }: ValidationPoint): string {
  const parts = [
    loss === null ? "" : `loss ${loss.toPrecision(4)}`,
    f1 === null ? "" : `F1 ${f1.toFixed(3)}`,
  ];
  return `validation ${parts.filter(Boolean).join(", ")}`;
}
