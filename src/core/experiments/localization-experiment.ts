import type { Backend } from "../backend";
import { ComputeError } from "../errors";
import type { Imaging } from "../microscope/imaging";
import { tiltsOf } from "../microscope/tilts";
import type { Model } from "../nn/model";
import { isLocalized, type LocalizeParams } from "../operations/localize";
import type { ClassScore } from "../operations/results";
import { buildSimulatedScene } from "../operations/simulate";
import { imagingWith } from "../operations/simulate-imaging";
import { SIMULATE_PARAMS } from "../operations/simulate-params";
import type { ClassInfo } from "../particles/particle-list";
import type { Scene } from "../simulate/build-scene";
import { isProteinBright, metaOfTomogram } from "../simulate/known-tomogram";
import type { Recipe } from "../simulate/recipe";
import { createSceneImager, progressPart, type SceneImager } from "../simulate/scene-imager";
import type { Structure } from "../structure/structure";
import { checkParams } from "../task/params";
import type { TaskContext } from "../task/task";
import { addScores, meanF1, scoreTomogram } from "../train/validate";
import { arrayVolume } from "../volume/array-volume";

/** Of the work for a seed: its scene. Of that for a tomogram: imaging it; the network takes the rest. */
const SCENE_SHARE = 0.02;
const IMAGING_SHARE = 0.1;

/** How a scene is imaged; everything else is as the recipe has it. */
interface Condition {
  /** var(signal)/var(noise) in the projections. */
  readonly snr: number;
  /** Tilts go from −tiltDeg to tiltDeg. */
  readonly tiltDeg: number;
}

/** What a model finds in one tomogram. */
export interface TomogramScore extends Condition {
  readonly seed: number;
  /** As measured in the projections. */
  readonly measuredSnr: number;
  /** By label of the model, particles only. */
  readonly classes: Readonly<Record<string, ClassScore>>;
}

export interface LocalizationInputs {
  readonly recipe: Recipe;
  readonly structures: (id: string) => Promise<Structure>;
  readonly model: Model;
  readonly backend: Backend;
  /** Of scenes, and of the noise of their images. */
  readonly seeds: readonly number[];
  readonly snrs: readonly number[];
  readonly tiltsDeg: readonly number[];
  readonly localize: LocalizeParams;
  /** How far a particle may be from its true one. */
  readonly radiusVoxels: number;
  /** What a run of the same inputs had finished when it stopped, as `save` was given it: it is taken over. */
  readonly finished?: readonly TomogramScore[];
  /** Keeps what is finished; called after each tomogram with the scores of all. */
  readonly save?: (finished: readonly TomogramScore[]) => Promise<void>;
}

/** What a model finds under one condition, all seeds together. */
interface ConditionScore extends Condition {
  /** As measured in the projections, the mean over the seeds. */
  readonly measuredSnr: number;
  /** By label of the model, particles only. */
  readonly classes: Readonly<Record<string, ClassScore>>;
  /** The mean F1 of the classes that the scenes have; null where they have none. */
  readonly meanF1: number | null;
}

export interface LocalizationResult {
  /** The classes that are looked for, with their colours. */
  readonly classes: readonly ClassInfo[];
  /** What is in the scenes and the model does not know, by name: it counts as background. */
  readonly unknown: readonly string[];
  /** Tilt ranges in the order of the inputs, and within each the SNRs. */
  readonly conditions: readonly ConditionScore[];
}

type Context = Pick<TaskContext<never>, "breathe" | "signal" | "onProgress">;

/** A condition with the imaging that it means. */
interface Planned extends Condition {
  readonly name: string;
  readonly imaging: Imaging;
}

/**
 * Returns how well a model localizes under each pair of SNR and tilt range (thesis 4.3.1, figures 4.7 and 4.8). Each seed's
 * scene is built once and imaged under every condition with the same noise in proportion, so that nothing else differs; the
 * tomogram is segmented, localized and matched to the truth, whose classes are the model's by their names. Counts of the seeds
 * are summed before F1 is taken. The same inputs and backend give the same result, whatever was finished before. Takes the time
 * of a segmentation and, on the route by tilts, of noise, correction and reconstruction, for each seed and condition; of a tilt
 * series for each seed and tilt range. Throws "bad-parameter" for values that a simulation does not take, "bad-input" where the
 * model knows nothing of what the recipe has.
 */
export async function localizationExperiment(
  inputs: LocalizationInputs,
  context: Context,
): Promise<LocalizationResult> {
  const { recipe, model } = inputs;
  const planned = conditionsOf(inputs);
  const wanted = model.manifest.classes.filter(isLocalized);
  const known = new Set(wanted.map(({ name }) => name));
  const ofRecipe = recipe.scene.particles.flatMap(({ name, decoy }) => (decoy ? [] : [name]));
  if (!ofRecipe.some((name) => known.has(name))) {
    const sentence = `The model "${model.manifest.name}" knows ${[...known].join(", ")}; the recipe "${recipe.name}" has none of them, but ${ofRecipe.join(", ")}.`;
    throw new ComputeError("bad-input", sentence, { model: model.manifest.name, recipe: recipe.name });
  }
  const scores = await scoresOfSeeds(inputs, planned, context);
  return {
    classes: wanted,
    unknown: ofRecipe.filter((name) => !known.has(name)),
    conditions: planned.map(({ snr, tiltDeg }, i) => {
      const together = togetherOf(scores.filter((_, at) => at % planned.length === i));
      return { snr, tiltDeg, ...together, meanF1: meanF1(together.classes) };
    }),
  };
}

/** Returns the scores of all tomograms: seed by seed, and within each in the order of the conditions. */
async function scoresOfSeeds(
  inputs: LocalizationInputs,
  planned: readonly Planned[],
  context: Context,
): Promise<readonly TomogramScore[]> {
  const { seeds, finished = [], save } = inputs;
  const scores = [...finished];
  const keep = async (score: TomogramScore) => {
    scores.push(score);
    await save?.(scores);
  };
  const toDo = seeds.length * planned.length - finished.length;
  for (const [index, seed] of seeds.entries()) {
    const left = planned.slice(Math.max(0, scores.length - index * planned.length));
    if (left.length === 0) continue;
    const done = scores.length - finished.length;
    const onProgress = progressPart(context, done / toDo, (done + left.length) / toDo);
    await scoreSeed(inputs, seed, left, keep, { ...context, onProgress });
  }
  return scores;
}

/** Returns what the seeds have together under one condition. */
function togetherOf(scores: readonly TomogramScore[]): Measured {
  let together: Measured = { classes: {}, measuredSnr: 0 };
  for (const { classes, measuredSnr } of scores)
    together = {
      classes: addScores(together.classes, classes),
      measuredSnr: together.measuredSnr + measuredSnr / scores.length,
    };
  return together;
}

/** Returns every pair of tilt range and SNR; throws where one of them cannot be imaged, before anything is built. */
function conditionsOf({ recipe, seeds, snrs, tiltsDeg }: LocalizationInputs): Planned[] {
  for (const seed of seeds) checkParams(SIMULATE_PARAMS, { seed });
  return tiltsDeg.flatMap((tiltDeg) =>
    snrs.map((snr) => {
      const params = checkParams(SIMULATE_PARAMS, { snr, minTiltDeg: -tiltDeg, maxTiltDeg: tiltDeg });
      const imaging = imagingWith(recipe.imaging, params);
      tiltsOf(imaging.tilts);
      return { snr, tiltDeg, imaging, name: `SNR ${snr}, ±${tiltDeg}°` };
    }),
  );
}

type Measured = Pick<ConditionScore, "classes" | "measuredSnr">;

async function scoreSeed(
  inputs: LocalizationInputs,
  seed: number,
  planned: readonly Planned[],
  keep: (score: TomogramScore) => Promise<void>,
  context: Context,
): Promise<void> {
  const { backend } = inputs;
  const building = { ...context, onProgress: progressPart(context, 0, SCENE_SHARE) };
  const scene = await buildSimulatedScene(inputs, seed, building);
  const imager = createSceneImager(scene, backend);
  try {
    for (const [index, condition] of planned.entries()) {
      const at = (part: number) => SCENE_SHARE + ((1 - SCENE_SHARE) * (index + part)) / planned.length;
      const onProgress = progressPart(context, at(0), at(1));
      const { snr, tiltDeg } = condition;
      const imaged = { scene, imager, seed };
      const measured = await scoreCondition(inputs, imaged, condition, { ...context, onProgress });
      await keep({ seed, snr, tiltDeg, ...measured });
    }
  } finally {
    imager.dispose();
  }
}

async function scoreCondition(
  { model, backend, localize, radiusVoxels }: LocalizationInputs,
  { scene, imager, seed }: { scene: Scene; imager: SceneImager; seed: number },
  { imaging, snr, name: ofCondition }: Planned,
  context: Context,
): Promise<Measured> {
  const name = `seed ${seed}, ${ofCondition}`;
  const imagingPart = progressPart(context, 0, IMAGING_SHARE);
  const { tomogram, measuredSnr } = await imager.image(imaging, seed, {
    ...context,
    onProgress: ({ done, total, note }) => imagingPart({ done, total, note: `${name}: ${note}` }),
  });
  const known = {
    name,
    shape: scene.shape,
    reader: arrayVolume(metaOfTomogram(scene, name), tomogram),
    objects: objectsOf(scene, model),
    proteinIsBright: isProteinBright(tomogram, scene.density),
  };
  const scoring = { radiusVoxels, localize, ignoreVoxelSize: false };
  const onProgress = progressPart(context, IMAGING_SHARE, 1);
  const classes = await scoreTomogram(model, known, backend, scoring, { ...context, onProgress });
  return { classes, measuredSnr: measuredSnr ?? snr };
}

/** Returns the particles of a scene that the model knows, by the model's labels. */
function objectsOf({ list }: Scene, { manifest }: Model) {
  const labelOf = new Map(manifest.classes.filter(isLocalized).map(({ name, label }) => [name, label]));
  const nameOf = new Map(list.classes.map(({ name, label }) => [label, name]));
  return list.particles.flatMap((particle) => {
    const label = labelOf.get(nameOf.get(particle.label) ?? "");
    return label === undefined ? [] : [{ ...particle, label }];
  });
}
