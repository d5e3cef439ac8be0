import type { Backend } from "../core/backend";
import type { Operation } from "../core/task/operation";
import type { ParamSpec } from "../core/task/params";
import type { TrainingRecipe } from "../core/train/training-recipe";
import type { TrainPreview } from "../core/train/training-run";
import type { TrainingPoint, ValidationPoint } from "../core/train/training-state";
import type { LoadedTrainingData } from "../io/training-recipe/load-training-data";
import type { CliIo } from "./command";

/** A line at least so often, of the mean over the steps since the last one. */
const LINE_INTERVAL_MS = 5000;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function stepLine(points: readonly TrainingPoint[]): string {
  const { step, learningRate } = points[points.length - 1];
  const loss = mean(points.map((point) => point.loss));
  const accuracy = mean(points.map((point) => point.accuracy));
  return `step ${step}: loss ${loss.toFixed(4)}, accuracy ${accuracy.toFixed(4)}, learning rate ${learningRate.toPrecision(3)}\n`;
}

function validationLine({ step, loss, accuracy, scores, meanF1 }: ValidationPoint): string {
  const parts = [
    ...(loss === null || accuracy === null
      ? []
      : [`loss ${loss.toFixed(4)}, accuracy ${accuracy.toFixed(4)}`]),
    ...(meanF1 === null ? [] : [`mean F1 ${meanF1.toFixed(3)}`]),
    ...Object.values(scores ?? {}).map(({ name, f1 }) => `${name} ${f1.toFixed(3)}`),
  ];
  return `validation after step ${step}: ${parts.join(", ")}\n`;
}

/** Writes how a training goes: what it learns from, a line now and then, every validation. */
export function createTrainingLog(to: CliIo["stdout"]) {
  let waiting: TrainingPoint[] = [];
  let last = performance.now();
  const flush = () => {
    if (waiting.length > 0) to.write(stepLine(waiting));
    waiting = [];
    last = performance.now();
  };
  const take = ({ points, validations }: TrainPreview) => {
    waiting.push(...points);
    if (validations.length > 0 || performance.now() - last > LINE_INTERVAL_MS) flush();
    for (const point of validations) to.write(validationLine(point));
  };
  return {
    begin({ train, validation }: LoadedTrainingData, { classes }: TrainingRecipe, backend: Backend): void {
      const counts = classes
        .filter(({ radiusAngstrom }) => radiusAngstrom !== undefined)
        .map(({ label, name }) => {
          const ofClass = train.flatMap(({ objects }) => objects.filter((object) => object.label === label));
          return `${ofClass.length} ${name}`;
        });
      const sets = `${train.length} to train on, ${validation.length} to validate`;
      to.write(`volumes: ${sets}; objects: ${counts.join(", ")}; ${backend.description}\n`);
    },
    /** The same operation, whose reports are written here too. */
    watched<Spec extends ParamSpec, Inputs, Output>(
      operation: Operation<Spec, Inputs, Output, TrainPreview>,
    ): Operation<Spec, Inputs, Output, TrainPreview> {
      return {
        ...operation,
        async run(inputs, params, context) {
          const output = await operation.run(inputs, params, {
            ...context,
            onProgress(progress) {
              if (progress.preview) take(progress.preview);
              context.onProgress(progress);
            },
          });
          flush();
          return output;
        },
      };
    },
  };
}
