import type { Backend } from "../backend";
import { evaluate } from "../metrics/evaluate";
import { DEFAULT_BETA, ratiosOf } from "../metrics/ratios";
import type { Model } from "../nn/model";
import { LOCALIZE, type LocalizeParams } from "../operations/localize";
import type { ClassScore } from "../operations/results";
import { SEGMENT } from "../operations/segment";
import { paramDefaults } from "../task/params";
import type { TaskContext } from "../task/task";
import { arrayVolume } from "../volume/array-volume";
import { voxelCount } from "../volume/shape";
import type { BatchMaker } from "./make-batch";
import { VALIDATION_STREAM } from "./streams";
import type { BatchResult, NetworkTrainer } from "./trainer";
import type { TrainingVolume } from "./training-volume";

type Context = Pick<TaskContext<never>, "breathe" | "signal" | "onProgress">;

/** Returns the mean loss and accuracy over the first `batches` batches, the same ones each time. */
export async function measureLoss(
  trainer: NetworkTrainer,
  maker: BatchMaker,
  batches: number,
  breathe: () => Promise<void>,
): Promise<BatchResult> {
  let loss = 0;
  let accuracy = 0;
  for (let i = 0; i < batches; i++) {
    const result = await trainer.measure(maker.begin(VALIDATION_STREAM, i).finish(), breathe);
    loss += result.loss / batches;
    accuracy += result.accuracy / batches;
  }
  return { loss, accuracy };
}

/** A tomogram whose particles are known, by the labels of the model. */
type KnownTomogram = Pick<TrainingVolume, "name" | "shape" | "reader" | "objects" | "proteinIsBright">;

/** How a model is scored. */
interface Scoring {
  /** A particle that is found this near to a true one of its class is right. */
  readonly radiusVoxels: number;
  readonly localize: LocalizeParams;
  /** Takes the voxels as they are; else they are resampled where their size is not the model's. */
  readonly ignoreVoxelSize: boolean;
}

/**
 * Returns the scores of a model by label: each volume is segmented whole, its components are localized, and the particles found
 * are matched to the true ones within `radiusVoxels`. Counts are summed over the volumes before F1 is taken.
 */
export async function scoreModel(
  model: Model,
  volumes: readonly TrainingVolume[],
  backend: Backend,
  radiusVoxels: number,
  context: Context,
): Promise<Readonly<Record<string, ClassScore>>> {
  // The training has checked the voxel size.
  const scoring = { radiusVoxels, localize: paramDefaults(LOCALIZE.params), ignoreVoxelSize: true };
  let sums: Readonly<Record<string, ClassScore>> = {};
  for (const volume of volumes)
    sums = addScores(sums, await scoreTomogram(model, volume, backend, scoring, context));
  return sums;
}

/** Returns the scores by label of a model on one tomogram: segmented whole, localized, matched to what is there. */
export async function scoreTomogram(
  model: Model,
  tomogram: KnownTomogram,
  backend: Backend,
  scoring: Scoring,
  context: Context,
): Promise<Readonly<Record<string, ClassScore>>> {
  const { classes } = model.manifest;
  const labels = await segmented(model, tomogram, backend, scoring, context);
  const { list } = await LOCALIZE.run({ labels, score: null, classes }, scoring.localize, {
    ...context,
    onProgress: () => {},
    createVolume: () => Promise.reject(new Error("a localization makes no volume")),
  });
  const truth = tomogram.objects.map((object) => ({ ...object, name: classes[object.label].name }));
  return evaluate(list.particles, truth, classes, scoring.radiusVoxels).classes;
}

/** Returns the scores by label of what several tomograms have together: ratios are taken of the sums of their counts. */
export function addScores(
  sums: Readonly<Record<string, ClassScore>>,
  scores: Readonly<Record<string, ClassScore>>,
): Readonly<Record<string, ClassScore>> {
  const both = { ...sums };
  for (const [label, score] of Object.entries(scores)) both[label] = added(sums[label], score);
  return both;
}

/** Returns the mean F1 of the classes that have true particles; null where none has. */
export function meanF1(scores: Readonly<Record<string, ClassScore>>): number | null {
  const known = Object.values(scores).filter(({ truth }) => truth > 0);
  return known.length === 0 ? null : known.reduce((sum, { f1 }) => sum + f1, 0) / known.length;
}

async function segmented(
  model: Model,
  volume: KnownTomogram,
  backend: Backend,
  { ignoreVoxelSize }: Scoring,
  context: Context,
) {
  const labels = new Uint8Array(voxelCount(volume.shape));
  let written = 0;
  await SEGMENT.run(
    { volume: volume.reader, model, backend },
    {
      ...paramDefaults(SEGMENT.params),
      contrast: volume.proteinIsBright ? "bright" : "dark",
      saveScore: false,
      ignoreVoxelSize,
    },
    {
      ...context,
      onProgress: ({ done, total }) =>
        context.onProgress({
          done,
          total,
          note: `segmenting ${volume.name}, ${Math.floor((100 * done) / total)} %`,
        }),
      createVolume: async () => ({
        async write(values) {
          labels.set(values, written);
          written += values.length;
        },
        async close() {},
      }),
    },
  );
  return arrayVolume({ ...volume.reader.meta, dtype: "uint8" }, labels);
}

/** The score of what two volumes have together. */
function added(sum: ClassScore | undefined, score: ClassScore): ClassScore {
  const truth = (sum?.truth ?? 0) + score.truth;
  const found = (sum?.found ?? 0) + score.found;
  const truePositives = (sum?.truePositives ?? 0) + score.truePositives;
  const { precision, recall, f1 } = ratiosOf(truePositives, found, truth, DEFAULT_BETA);
  return { name: score.name, truth, found, truePositives, precision, recall, f1 };
}
