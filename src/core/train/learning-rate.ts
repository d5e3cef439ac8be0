import type { TrainingRecipe } from "./training-recipe";

/** Returns the learning rate of step 0, 1, … of `steps`: rising in a line while warming up, then constant or along half a cosine. */
export function learningRateAt(
  step: number,
  { learningRate, schedule, steps }: Pick<TrainingRecipe, "learningRate" | "schedule" | "steps">,
): number {
  const { kind, warmUpSteps, finalShare } = schedule;
  if (step < warmUpSteps) return (learningRate * (step + 1)) / (warmUpSteps + 1);
  if (kind === "constant") return learningRate;
  const done = Math.min(1, (step - warmUpSteps) / Math.max(1, steps - 1 - warmUpSteps));
  return learningRate * (finalShare + ((1 - finalShare) * (1 + Math.cos(Math.PI * done))) / 2);
}
