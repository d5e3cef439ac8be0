import type { Weights } from "../nn/model";
import type { ClassScore } from "../operations/results";
import type { AdamState } from "./trainer";
import type { TrainingRecipe } from "./training-recipe";

/** One step of training: loss and accuracy of its batch before the step. Steps count from 1. */
export interface TrainingPoint {
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly learningRate: number;
}

/** What validation found after so many steps. */
export interface ValidationPoint {
  readonly step: number;
  /** Null where they were not due. */
  readonly loss: number | null;
  readonly accuracy: number | null;
  /** By label, summed over the validation volumes; null where they were not due. */
  readonly scores: Readonly<Record<string, ClassScore>> | null;
  /** Over the classes that have particles. */
  readonly meanF1: number | null;
}

/** The weights that validation liked best so far. */
export interface BestWeights {
  readonly point: ValidationPoint;
  readonly weights: Weights;
}

/** All that training needs to go on as if it had never stopped. */
export interface Checkpoint {
  readonly recipe: TrainingRecipe;
  /** Steps that are done. */
  readonly step: number;
  readonly weights: Weights;
  readonly adam: AdamState;
  readonly best: BestWeights | null;
  readonly points: readonly TrainingPoint[];
  readonly validations: readonly ValidationPoint[];
}

/** Tells whether a validation is better than another: by mean F1 where both have it, else by loss. */
export function isBetter(point: ValidationPoint, than: ValidationPoint): boolean {
  if (point.meanF1 !== null && than.meanF1 !== null) return point.meanF1 > than.meanF1;
  return point.loss !== null && than.loss !== null && point.loss < than.loss;
}
