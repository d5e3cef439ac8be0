import type { BackendId } from "../core/backend";
import { TRAIN_PARAMS } from "../core/operations/train-params";
import type { NumberParam, ParamSpec } from "../core/task/params";
import type { TrainingRecipe } from "../core/train/training-recipe";

const SIDES = [16, 24, 32, 40, 48, 56, 64] as const;

/**
 * What a training takes where nothing is said: minutes on the machine that computes it. One that starts from a model needs
 * fewer and shorter steps.
 */
export function usualRecipe(
  backend: BackendId,
  hasStart: boolean,
): Omit<TrainingRecipe, "classes" | "voxelSizeAngstrom" | "data"> {
  const isGpu = backend === "webgpu";
  return {
    name: "My model",
    trainedOn: "",
    licence: "not stated",
    proteinIsBright: false,
    targets: { kind: "labels" },
    start: "scratch",
    sampling: {
      side: isGpu ? 48 : 24,
      jitter: isGpu ? 12 : 6,
      balanced: true,
      anywhereShare: 0.1,
      regionShare: 0.1,
    },
    augmentation: { halfTurn: true, scale: null, shift: null, noise: null },
    loss: { kind: "cross-entropy" },
    classWeights: null,
    labelSmoothing: 0,
    batch: isGpu ? 8 : 4,
    precision: "mixed",
    microBatch: 0,
    steps: (isGpu ? 1000 : 200) / (hasStart ? 2 : 1),
    learningRate: hasStart ? 2e-4 : 1e-3,
    schedule: { kind: "cosine", warmUpSteps: 10, finalShare: 0.05 },
    validation: {
      lossEvery: isGpu ? 50 : 20,
      batches: 2,
      f1Every: isGpu ? 250 : 0,
      f1AtEnd: true,
      radiusVoxels: 10,
    },
    saveEvery: isGpu ? 250 : 50,
    seed: 1,
  };
}

const number = (
  name: "steps" | "batch" | "microBatch" | "seed" | "learningRate",
  value: number,
): NumberParam => ({ ...TRAIN_PARAMS[name], kind: "number", default: value });

/** Returns the form of a recipe: its values are the defaults. */
export function trainingFields(recipe: TrainingRecipe): ParamSpec {
  const { targets, sampling, augmentation, loss, schedule, validation } = recipe;
  const sides = [...new Set([...SIDES, sampling.side])].sort((a, b) => a - b);
  const count = { kind: "number", integer: true, advanced: true } as const;
  const share = { kind: "number", min: 0, max: 1, step: 0.05, advanced: true } as const;
  return {
    steps: number("steps", recipe.steps),
    // Smaller ones learn nothing, and are written in a way that screen readers do not know.
    learningRate: { ...number("learningRate", recipe.learningRate), min: 1e-6 },
    batch: number("batch", recipe.batch),
    side: {
      kind: "choice",
      label: "Patch side",
      help: "Larger patches show more of the surroundings and take longer, by their volume.",
      default: String(sampling.side),
      choices: sides.map((side) => ({ value: String(side), label: `${side} voxels` })),
    },
    targets: {
      kind: "choice",
      label: "Targets",
      help: "What every voxel is to be called: as the label map has it, or by balls of the classes' diameters at the particles.",
      default: targets.kind,
      choices: [
        { value: "labels", label: "label map" },
        { value: "spheres", label: "balls at the particles" },
        ...(targets.kind === "shapes" ? [{ value: "shapes", label: "shapes of the recipe" }] : []),
      ],
    },
    protein: {
      kind: "choice",
      label: "Protein in the tomograms",
      help: "Dark in tomograms as they are reconstructed; bright where their contrast was inverted.",
      default: recipe.proteinIsBright ? "bright" : "dark",
      choices: [
        { value: "dark", label: "dark" },
        { value: "bright", label: "bright" },
      ],
      advanced: true,
    },
    loss: {
      kind: "choice",
      label: "Loss",
      help: "Cross-entropy counts voxels; Tversky counts overlap, so that small classes weigh as much as large ones.",
      default: loss.kind,
      choices: [
        { value: "cross-entropy", label: "cross-entropy" },
        { value: "tversky", label: "Tversky (Dice)" },
      ],
      advanced: true,
    },
    labelSmoothing: {
      ...share,
      label: "Label smoothing",
      help: "The share of the target that is spread over all classes: the network is less sure of itself.",
      max: 0.9,
      default: recipe.labelSmoothing,
    },
    schedule: {
      kind: "choice",
      label: "Learning rate over the steps",
      help: "Falling by a cosine ends more calmly; constant may go on for ever.",
      default: schedule.kind,
      choices: [
        { value: "cosine", label: "falls by a cosine" },
        { value: "constant", label: "constant" },
      ],
      advanced: true,
    },
    jitter: {
      ...count,
      label: "Jitter",
      help: "How far an object may lie from the middle of its patch, in voxels along each axis.",
      min: 0,
      max: 256,
      unit: "voxels",
      default: sampling.jitter,
    },
    balanced: {
      kind: "boolean",
      label: "All classes equally often",
      help: "Patches are cut about each class as often, however rare it is.",
      default: sampling.balanced,
      advanced: true,
    },
    anywhereShare: {
      ...share,
      label: "Patches anywhere",
      help: "The share that is cut anywhere, so that the background is learnt too.",
      default: sampling.anywhereShare,
    },
    halfTurn: {
      kind: "boolean",
      label: "Half turns",
      help: "Half of the patches are turned by 180° about the tilt axis, which leaves the missing wedge where it is.",
      default: augmentation.halfTurn,
      advanced: true,
    },
    noise: {
      kind: "number",
      label: "Noise that is added",
      help: "Up to so many standard deviations of the volume, for data noisier than these.",
      min: 0,
      max: 10,
      step: 0.1,
      default: augmentation.noise?.[1] ?? 0,
      advanced: true,
    },
    microBatch: { ...number("microBatch", recipe.microBatch || recipe.batch), advanced: true },
    lossEvery: {
      ...count,
      label: "Validation loss every",
      help: "After so many steps each; 0 for never.",
      min: 0,
      max: 100_000,
      unit: "steps",
      default: validation.lossEvery,
    },
    f1Every: {
      ...count,
      label: "F1 every",
      help: "The validation tomograms are segmented and localized whole after so many steps each; 0 for the end alone.",
      min: 0,
      max: 1_000_000,
      unit: "steps",
      default: validation.f1Every,
    },
    saveEvery: {
      ...count,
      label: "Checkpoint every",
      help: "What is kept if the browser stops a training; a pause keeps the last step anyway.",
      min: 0,
      max: 1_000_000,
      unit: "steps",
      default: recipe.saveEvery,
    },
    seed: { ...number("seed", recipe.seed), advanced: true },
    half: TRAIN_PARAMS.half,
  };
}

/** Returns the recipe with what the form says instead. */
export function withFields(
  recipe: TrainingRecipe,
  values: Readonly<Record<string, unknown>>,
): TrainingRecipe {
  const { targets, sampling, augmentation, loss, schedule, validation } = recipe;
  const of = <Value>(name: string, value: Value): Value => (values[name] as Value | undefined) ?? value;
  const batch = of("batch", recipe.batch);
  const kind = of<TrainingRecipe["targets"]["kind"]>("targets", targets.kind);
  const lossKind = of<TrainingRecipe["loss"]["kind"]>("loss", loss.kind);
  const noise = of("noise", augmentation.noise?.[1] ?? 0);
  return {
    ...recipe,
    batch,
    microBatch: Math.min(batch, of("microBatch", recipe.microBatch)),
    steps: of("steps", recipe.steps),
    learningRate: of("learningRate", recipe.learningRate),
    seed: of("seed", recipe.seed),
    saveEvery: of("saveEvery", recipe.saveEvery),
    labelSmoothing: of("labelSmoothing", recipe.labelSmoothing),
    proteinIsBright: of("protein", recipe.proteinIsBright ? "bright" : "dark") === "bright",
    targets: kind === targets.kind || kind === "shapes" ? targets : { kind },
    loss:
      lossKind === loss.kind
        ? loss
        : lossKind === "tversky"
          ? { kind: lossKind, alpha: 0.5, beta: 0.5 }
          : { kind: lossKind },
    schedule: { ...schedule, kind: of("schedule", schedule.kind) },
    sampling: {
      ...sampling,
      side: Number(of("side", sampling.side)),
      jitter: of("jitter", sampling.jitter),
      balanced: of("balanced", sampling.balanced),
      anywhereShare: Math.min(of("anywhereShare", sampling.anywhereShare), 1 - sampling.regionShare),
    },
    augmentation: {
      ...augmentation,
      halfTurn: of("halfTurn", augmentation.halfTurn),
      noise: noise === (augmentation.noise?.[1] ?? 0) ? augmentation.noise : noise > 0 ? [0, noise] : null,
    },
    validation: {
      ...validation,
      lossEvery: of("lossEvery", validation.lossEvery),
      f1Every: of("f1Every", validation.f1Every),
    },
  };
}
