import type { Backend } from "../backend";
import { evaluate } from "../metrics/evaluate";
import { DEFAULT_BETA, ratiosOf } from "../metrics/ratios";
import type { Model } from "../nn/model";
import { LOCALIZE } from "../operations/localize";
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
  const sums: Record<string, ClassScore> = {};
  for (const volume of volumes) {
    const { classes } = model.manifest;
    const labels = await segmented(model, volume, backend, context);
    const { list } = await LOCALIZE.run({ labels, score: null, classes }, paramDefaults(LOCALIZE.params), {
      ...context,
      onProgress: () => {},
      createVolume: () => Promise.reject(new Error("a localization makes no volume")),
    });
    const truth = volume.objects.map((object) => ({ ...object, name: classes[object.label].name }));
    const { classes: scores } = evaluate(list.particles, truth, classes, radiusVoxels);
    for (const [label, score] of Object.entries(scores)) sums[label] = added(sums[label], score);
  }
  return sums;
}

/** Returns the mean F1 of the classes that have true particles; null where none has. */
export function meanF1(scores: Readonly<Record<string, ClassScore>>): number | null {
  const known = Object.values(scores).filter(({ truth }) => truth > 0);
  return known.length === 0 ? null : known.reduce((sum, { f1 }) => sum + f1, 0) / known.length;
}

async function segmented(model: Model, volume: TrainingVolume, backend: Backend, context: Context) {
  const labels = new Uint8Array(voxelCount(volume.shape));
  let written = 0;
  await SEGMENT.run(
    { volume: volume.reader, model, backend },
    {
      ...paramDefaults(SEGMENT.params),
      contrast: volume.proteinIsBright ? "bright" : "dark",
      saveScore: false,
      ignoreVoxelSize: true, // the training has checked it
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
