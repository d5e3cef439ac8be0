import { z } from "zod";
import { SIMULATE_PARAMS } from "../../core/operations/simulate-params";
import { checkParams } from "../../core/task/params";
import type { ImagingChanges } from "../../core/train/training-recipe";
import { chosenBy, color, numberIn, positiveUpTo, wholeIn } from "../json/fields";
import { recipeSchema } from "../recipe/recipe-schema";

/** What a recipe may leave out. */
const DEFAULT_SAMPLING = { side: 56, jitter: 13, balanced: true, anywhereShare: 0, regionShare: 0 } as const;
const DEFAULT_AUGMENTATION = { halfTurn: true, scale: null, shift: null, noise: null } as const;
const DEFAULT_SCHEDULE = { kind: "constant", warmUpSteps: 0, finalShare: 0 } as const;
const DEFAULT_VALIDATION = {
  lossEvery: 100,
  batches: 4,
  f1Every: 0,
  f1AtEnd: true,
  radiusVoxels: 10,
} as const;
const NETWORK_GRID = 4;
/** Labels are written as int8. */
const MOST_LABELS = 128;
const MOST_SEED = 4_294_967_295;

const share = numberIn(0, 1);
const every = wholeIn(0);
const path = z.string().min(1);
const seed = wholeIn(0, MOST_SEED);
const volumeSide = wholeIn(8, 4096);
const range = (least: number, most: number) =>
  z
    .tuple([numberIn(least, most), numberIn(least, most)])
    .refine(([from, to]) => from <= to, "must be two rising numbers")
    .nullable();

const modelClass = z.strictObject({
  name: z.string().min(1),
  color: color.optional(),
  radiusAngstrom: positiveUpTo(1e5).optional(),
  minVoxels: wholeIn(1).optional(),
});

const fileSource = z.strictObject({
  volume: path,
  labels: path.optional(),
  particles: path.optional(),
  classes: z.record(z.string().regex(/^\d+$/, { error: "must be a label" }), z.string()).optional(),
  voxelSizeAngstrom: numberIn(0.5, 200).optional(),
  proteinIsBright: z.boolean().optional(),
});

/** The flags of a simulation by their parameters' names. */
const imagingChanges = z.record(z.string(), z.unknown()).transform((given, context): ImagingChanges => {
  try {
    const { seed: _, ...known } = SIMULATE_PARAMS;
    checkParams(known, given);
    return given as ImagingChanges;
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message.replace(/\.$/, "") });
    return z.NEVER;
  }
});

const simulatedSource = z.strictObject({
  recipe: z.union([path, recipeSchema], { error: "must be the id of a preset, a path or a whole recipe" }),
  shape: z.tuple([volumeSide, volumeSide, volumeSide]).optional(),
  seed,
  imaging: imagingChanges.optional(),
});

/** Which of the two it is meant to be decides what an error is about. */
const source = chosenBy((value) => {
  const isSimulated = typeof value === "object" && value !== null && "recipe" in value;
  return isSimulated ? simulatedSource : fileSource;
});

const targets = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("labels") }),
    z.strictObject({ kind: z.literal("spheres") }),
    z.strictObject({ kind: z.literal("shapes"), masks: z.record(z.string(), path) }),
  ],
  { error: "must be labels, spheres or shapes" },
);

const sampling = z
  .strictObject({
    side: wholeIn(NETWORK_GRID, 512)
      .multipleOf(NETWORK_GRID, { error: `must be a multiple of ${NETWORK_GRID}` })
      .default(DEFAULT_SAMPLING.side),
    jitter: wholeIn(0, 256).default(DEFAULT_SAMPLING.jitter),
    balanced: z.boolean().default(DEFAULT_SAMPLING.balanced),
    anywhereShare: share.default(DEFAULT_SAMPLING.anywhereShare),
    regionShare: share.default(DEFAULT_SAMPLING.regionShare),
  })
  .refine(({ anywhereShare, regionShare }) => anywhereShare + regionShare <= 1, {
    path: ["regionShare"],
    error: "must be 1 together with anywhereShare at the most",
  });

const augmentation = z.strictObject({
  halfTurn: z.boolean().default(DEFAULT_AUGMENTATION.halfTurn),
  scale: range(0.01, 100).default(DEFAULT_AUGMENTATION.scale),
  shift: range(-100, 100).default(DEFAULT_AUGMENTATION.shift),
  noise: range(0, 100).default(DEFAULT_AUGMENTATION.noise),
});

const loss = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("cross-entropy") }),
    z.strictObject({
      kind: z.literal("tversky"),
      alpha: positiveUpTo(10).default(0.5),
      beta: positiveUpTo(10).default(0.5),
    }),
  ],
  { error: "must be cross-entropy or tversky" },
);

const schedule = z.strictObject({
  kind: z.enum(["constant", "cosine"]).default(DEFAULT_SCHEDULE.kind),
  warmUpSteps: every.default(DEFAULT_SCHEDULE.warmUpSteps),
  finalShare: share.default(DEFAULT_SCHEDULE.finalShare),
});

const validation = z.strictObject({
  lossEvery: every.default(DEFAULT_VALIDATION.lossEvery),
  batches: wholeIn(1, 10_000).default(DEFAULT_VALIDATION.batches),
  f1Every: every.default(DEFAULT_VALIDATION.f1Every),
  f1AtEnd: z.boolean().default(DEFAULT_VALIDATION.f1AtEnd),
  radiusVoxels: positiveUpTo(1000).default(DEFAULT_VALIDATION.radiusVoxels),
});

/** A training recipe as a file has it: what may be left out has its default here; unknown fields are errors. */
export const trainingRecipeSchema = z
  .strictObject({
    name: z.string().min(1),
    trainedOn: z.string().default(""),
    licence: z.string().default("not stated"),
    classes: z
      .array(modelClass)
      .min(2)
      .max(MOST_LABELS)
      .transform((classes) => classes.map((info, label) => ({ label, ...info }))),
    voxelSizeAngstrom: numberIn(0.5, 200),
    proteinIsBright: z.boolean().default(false),
    data: z.strictObject({ train: z.array(source).min(1), validation: z.array(source).default([]) }),
    targets: targets.default({ kind: "labels" }),
    start: z.string().min(1).default("scratch"),
    sampling: sampling.prefault({}),
    augmentation: augmentation.prefault({}),
    loss: loss.default({ kind: "cross-entropy" }),
    classWeights: z.array(numberIn(0, 1e6)).nullable().default(null),
    labelSmoothing: numberIn(0, 0.99).default(0),
    batch: wholeIn(1, 1024).default(25),
    precision: z.enum(["single", "mixed"]).default("single"),
    microBatch: wholeIn(0, 1024).default(0),
    steps: wholeIn(1, 10_000_000).default(6000),
    learningRate: positiveUpTo(1).default(1e-4),
    schedule: schedule.prefault({}),
    validation: validation.prefault({}),
    saveEvery: every.default(500),
    seed: seed.default(1),
  })
  .superRefine(({ classes, classWeights, targets, data }, context) => {
    const issue = (field: readonly (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path: [...field], message });
    const names = classes.map(({ name }) => name);
    const twice = names.findIndex((name, i) => names.indexOf(name) < i);
    if (twice >= 0) issue(["classes", twice, "name"], `"${names[twice]}" is the name of another one too`);
    if (classWeights && classWeights.length !== classes.length)
      issue(["classWeights"], `must be ${classes.length} numbers, one for each class`);
    if (targets.kind === "shapes") {
      const without = classes.find(
        ({ name, radiusAngstrom }) => radiusAngstrom !== undefined && !(name in targets.masks),
      );
      if (without) issue(["targets", "masks"], `there is none for "${without.name}"`);
    }
    for (const [set, sources] of Object.entries(data))
      for (const [i, of] of sources.entries()) {
        const unknown =
          "volume" in of && Object.values(of.classes ?? {}).find((name) => !names.includes(name));
        if (unknown) issue(["data", set, i, "classes"], `there is no class "${unknown}" in this recipe`);
      }
  });
