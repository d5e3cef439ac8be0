import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type LocalizationInputs,
  type LocalizationResult,
  localizationExperiment,
} from "../../core/experiments/localization-experiment";
import { LOCALIZE } from "../../core/operations/localize";
import { classColor } from "../../core/particles/class-colors";
import { rescaleScene } from "../../core/simulate/rescale-scene";
import { checkParams } from "../../core/task/params";
import { localizationCsv } from "../../io/scores/score-csv";
import { checkOutputs } from "../check-outputs";
import { type CliIo, flagValue, hasFlag, type ParsedArgs } from "../command";
import { lineChartSvg } from "../line-chart-svg";
import { loadModel, MODEL_FLAG, modelOfScene } from "../load-model";
import { loadRecipe, RECIPE_FLAGS } from "../load-recipe";
import { DEFAULT_RADIUS_VOXELS, numbersFlag, positiveFlag } from "../number-flags";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { createProgressLine } from "../progress-line";
import { aligned } from "../score-table";
import { SHAPE_FLAG, shapeFrom } from "../shape-flag";
import { stagedFolder } from "../staged-folder";
import { writeTextFile } from "../text-files";
import { VERSION } from "../version";
import { withBackend } from "../with-backend";
import { contextOf, type Experiment } from "./experiment";

const DEFAULT_PRESET = "chlamydomonas";
const DEFAULT_SEEDS = [1, 2];
/** Those of the thesis. */
const DEFAULT_SNRS = [0.05, 0.1, 0.15];
const DEFAULT_TILTS_DEG = [50, 60, 70];
const MEAN_COLOR = "#1f2430";

const FILES = { numbers: "ch4.json", table: "ch4.csv", plot: "ch4.svg" } as const;

/** What the experiment was made with. */
type Setting = Pick<LocalizationInputs, "recipe" | "model" | "seeds" | "snrs" | "tiltsDeg" | "radiusVoxels">;

const f1Text = (f1: number | null) => (f1 === null ? "–" : f1.toFixed(3));

/** Returns the F1 of each class under each condition as a table for people. */
function f1Table(result: LocalizationResult): string[] {
  const { classes, conditions } = result;
  const rows = classes.map(({ label, name }) => [
    name,
    String(conditions[0].classes[label].truth),
    ...conditions.map(({ classes: scores }) => f1Text(scores[label].truth > 0 ? scores[label].f1 : null)),
  ]);
  return aligned([
    ["tilts", "", ...conditions.map(({ tiltDeg }) => `±${tiltDeg}°`)],
    ["SNR", "", ...conditions.map(({ snr }) => String(snr))],
    ["class", "true", ...conditions.map(() => "F1")],
    ...rows,
    ["mean", "", ...conditions.map(({ meanF1 }) => f1Text(meanF1))],
  ]);
}

/** Returns F1 against the SNR, a panel for each tilt range (as figure 4.8 of the thesis has the means). */
function f1Chart(
  result: LocalizationResult,
  { recipe, model, seeds, snrs, tiltsDeg, radiusVoxels }: Setting,
) {
  const classes = result.classes.filter(({ label }) => result.conditions[0].classes[label].truth > 0);
  const panels = tiltsDeg.map((tiltDeg) => {
    const ofPanel = result.conditions.filter((condition) => condition.tiltDeg === tiltDeg);
    const ofClasses = classes.map(({ label }) => ofPanel.map(({ classes: scores }) => scores[label].f1));
    return { title: `tilts ±${tiltDeg}°`, values: [...ofClasses, ofPanel.map(({ meanF1 }) => meanF1 ?? 0)] };
  });
  return lineChartSvg({
    title: "Localization against noise and tilt range",
    notes: [
      `${recipe.name}, ${recipe.scene.shape.join(" × ")} voxels (z, y, x), seed${seeds.length > 1 ? "s" : ""} ${seeds.join(", ")}`,
      `model ${model.manifest.name}; matched within ${radiusVoxels} voxels; SNR = var(signal)/var(noise) in the projections`,
    ],
    xLabel: "SNR",
    yLabel: "F1",
    xs: snrs,
    lines: [
      ...classes.map(({ name, color, label }) => ({ name, color: color ?? classColor(label) })),
      { name: "mean", color: MEAN_COLOR, isDashed: true },
    ],
    panels,
  });
}

/** Returns all the numbers, with what it takes to get them again. */
function numbersJson(
  result: LocalizationResult,
  inputs: Omit<LocalizationInputs, "structures">,
  source: string,
) {
  const { recipe, model, backend, seeds, snrs, tiltsDeg, localize, radiusVoxels } = inputs;
  const { name, trainedOn } = model.manifest;
  return {
    experiment: "ch4",
    version: VERSION,
    backend: backend.description,
    model: { name, trainedOn },
    recipe: { source, ...recipe },
    seeds,
    snrs,
    tiltsDeg,
    localize,
    radiusVoxels,
    ...result,
  };
}

/** Returns what the flags ask for. */
async function settingOf(args: ParsedArgs, io: CliIo) {
  const isNamed = flagValue(args, "recipe") !== undefined || flagValue(args, "preset") !== undefined;
  const withRecipe = isNamed ? args : { ...args, flags: { ...args.flags, preset: DEFAULT_PRESET } };
  const numbers = {
    seeds: numbersFlag(args, "seeds", DEFAULT_SEEDS),
    snrs: numbersFlag(args, "snr", DEFAULT_SNRS),
    tiltsDeg: numbersFlag(args, "tilts", DEFAULT_TILTS_DEG),
    radiusVoxels: positiveFlag(args, "radius-voxels", DEFAULT_RADIUS_VOXELS),
    localize: checkParams(LOCALIZE.params, paramsFromFlags(LOCALIZE.params, args)),
  };
  const shape = shapeFrom(args);
  const loaded = await loadRecipe(withRecipe, io);
  const { scene } = loaded.recipe;
  const recipe = { ...loaded.recipe, scene: shape ? rescaleScene(scene, shape) : scene };
  const model = await loadModel(flagValue(args, "model") ?? (await modelOfScene(scene, io)), io);
  return { loaded, inputs: { ...numbers, recipe, structures: loaded.structures, model } };
}

/** What is said of AV3 is how PyTom's port of its `av3_simutomo` does it. */
export const ch4Experiment: Experiment = {
  name: "ch4",
  summary: "F1 of each class in simulated cells against SNR and tilt range",
  flags: {
    preset: { ...RECIPE_FLAGS.preset, help: `${RECIPE_FLAGS.preset.help} (default ${DEFAULT_PRESET})` },
    recipe: RECIPE_FLAGS.recipe,
    shape: SHAPE_FLAG,
    seeds: {
      value: "N,…",
      help: `Of the scenes; their counts are summed before F1 is taken. Give none that the model was trained on (default ${DEFAULT_SEEDS.join(",")}).`,
    },
    snr: {
      value: "N,…",
      help: `var(signal)/var(noise) over all pixels of the projections, after the CTF (default ${DEFAULT_SNRS.join(",")}, as in the thesis). The signal is that of the whole slab: at the same SNR a thicker or fuller one has more noise for each particle. The thesis gives the ratio and not where it is taken. Its simulator AV3 takes that of the untilted projection, corrects it for the CTF and low-passes half of the noise, so that the two scales agree only roughly.`,
    },
    tilts: {
      value: "DEG,…",
      help: `Tilt ranges: 60 is from -60 to 60 degrees, in the recipe's steps (default ${DEFAULT_TILTS_DEG.join(",")}, as in the thesis).`,
    },
    model: {
      ...MODEL_FLAG,
      help: "A model that ships with Tomoscope, or a path as `segment` takes it (default: the one that ships and knows most of the recipe's particles).",
    },
    ...paramFlags(LOCALIZE.params),
    "radius-voxels": {
      value: "N",
      help: `How far a particle may be from its true one (default ${DEFAULT_RADIUS_VOXELS} voxels).`,
    },
  },
  async run(args, io) {
    const out = flagValue(args, "out");
    const { loaded, inputs } = await settingOf(args, io);
    const names = Object.values(FILES);
    if (out !== undefined && existsSync(resolve(io.cwd, out)))
      await checkOutputs(
        names.map((name) => ["--out", join(out, name)] as const),
        loaded.files,
        io,
      );
    const staged = out === undefined ? null : await stagedFolder(out, io);
    try {
      const { result, numbers } = await withBackend(args, async (backend) => {
        const line = createProgressLine("Experiment", io.stderr);
        const result = await localizationExperiment(
          { ...inputs, backend },
          contextOf(io, line.update),
        ).finally(line.end);
        const recipe = loaded.seenFrom(resolve(io.cwd, out ?? "."), inputs.recipe);
        const numbers = JSON.stringify(
          numbersJson(result, { ...inputs, recipe, backend }, loaded.source),
          null,
          1,
        );
        return { result, numbers: `${numbers}\n` };
      });
      if (staged) {
        const write = (name: string, text: string) => writeTextFile(join(staged.path, name), text, io);
        await write(FILES.numbers, numbers);
        await write(FILES.table, localizationCsv(result));
        await write(FILES.plot, f1Chart(result, inputs));
        await staged.publish(names);
      }
      io.stdout.write(hasFlag(args, "json") ? numbers : summary(result, inputs, out));
    } catch (error) {
      await staged?.discard();
      throw error;
    }
  },
};

function summary(
  result: LocalizationResult,
  { model, radiusVoxels }: Setting,
  out: string | undefined,
): string {
  const { unknown } = result;
  return [
    ...f1Table(result),
    `Model "${model.manifest.name}"; particles matched one to one within ${radiusVoxels} voxels.`,
    ...(unknown.length > 0 ? [`It does not know ${unknown.join(", ")}: they count as background.`] : []),
    ...(out === undefined ? [] : [`${Object.values(FILES).join(", ")} are in ${out}.`]),
    "",
  ].join("\n");
}
