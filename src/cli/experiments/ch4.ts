import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Backend } from "../../core/backend";
import { isAbort } from "../../core/errors";
import {
  type LocalizationInputs,
  type LocalizationResult,
  localizationExperiment,
  type TomogramScore,
} from "../../core/experiments/localization-experiment";
import { LOCALIZE } from "../../core/operations/localize";
import { rescaleScene } from "../../core/simulate/rescale-scene";
import { checkParams } from "../../core/task/params";
import { localizationCsv } from "../../io/scores/score-csv";
import { checkOutputs } from "../check-outputs";
import { type CliIo, flagValue, hasFlag, type ParsedArgs, StoppedError, UsageError } from "../command";
import { loadModel, MODEL_FLAG, modelOfScene } from "../load-model";
import { loadRecipe, RECIPE_FLAGS } from "../load-recipe";
import { DEFAULT_RADIUS_VOXELS, numbersFlag, positiveFlag } from "../number-flags";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { createProgressLine } from "../progress-line";
import { SHAPE_FLAG, shapeFrom } from "../shape-flag";
import { stagedFolder } from "../staged-folder";
import { writeTextFile } from "../text-files";
import { jobName, unfinishedName } from "../unfinished";
import { VERSION } from "../version";
import { withBackend } from "../with-backend";
import { contextOf, type Experiment } from "./experiment";
import { keepTomograms, type LocalizationJob } from "./kept-tomograms";
import { localizationChart, localizationTable, tomogramLine } from "./localization-report";

const DEFAULT_PRESET = "chlamydomonas";
const DEFAULT_SEEDS = [1, 2];
/** Those of the thesis. */
const DEFAULT_SNRS = [0.05, 0.1, 0.15];
const DEFAULT_TILTS_DEG = [50, 60, 70];

const FILES = { numbers: "ch4.json", table: "ch4.csv", plot: "ch4.svg" } as const;

/** What is finished waits in this until all is. */
const KEPT_FILE = unfinishedName(FILES.numbers);

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

/** What the flags ask for. */
type Setting = Awaited<ReturnType<typeof settingOf>>;

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

/** Refuses to begin anew where a run that stopped has left something, and to go on where nothing can be. */
function checkBeginning(args: ParsedArgs, out: string | undefined, io: CliIo): void {
  const goesOn = hasFlag(args, "continue");
  if (goesOn && out === undefined)
    throw new UsageError("--continue needs the --out of the run that stopped.");
  if (goesOn || out === undefined || !existsSync(resolve(io.cwd, out, KEPT_FILE))) return;
  const kept = join(out, KEPT_FILE);
  throw new UsageError(`${kept} is of a run that stopped: --continue goes on from there, or take it away.`);
}

/** Returns what the scores of a run depend on. */
async function jobOf({ loaded, inputs }: Setting, backend: Backend, io: CliIo): Promise<LocalizationJob> {
  const { recipe, model, seeds, snrs, tiltsDeg, localize, radiusVoxels } = inputs;
  const digest = (bytes: NodeJS.ArrayBufferView) => createHash("sha256").update(bytes).digest("hex");
  const weights = [...model.weights].map(([name, { shape, values }]) => [name, shape, digest(values)]);
  const files = loaded.files.map(async (path) => digest(await readFile(resolve(io.cwd, path))));
  return {
    version: VERSION,
    backend: backend.description,
    model: jobName(model.manifest, weights),
    recipe: jobName(recipe, await Promise.all(files)),
    seeds: seeds.join(", "),
    SNRs: snrs.join(", "),
    "tilt ranges": tiltsDeg.join(", "),
    localization: jobName(localize),
    "matching radius": String(radiusVoxels),
  };
}

/** Runs the experiment; with a folder for its results, what is finished is kept there, and a run that stopped is gone on with. */
async function runKept(
  setting: Setting,
  backend: Backend,
  args: ParsedArgs,
  io: CliIo,
): Promise<LocalizationResult> {
  const { inputs } = setting;
  const out = flagValue(args, "out");
  const path = out === undefined ? null : join(out, KEPT_FILE);
  const kept = path === null ? null : keepTomograms(path, await jobOf(setting, backend, io), io);
  let finished = kept && hasFlag(args, "continue") ? await kept.read() : [];
  const total = inputs.seeds.length * inputs.snrs.length * inputs.tiltsDeg.length;
  const line = createProgressLine("Experiment", io.stderr);
  if (finished.length > 0)
    line.print(`${finished.length} of ${total} tomograms are taken over from ${path}.`);
  const save = async (all: readonly TomogramScore[]) => {
    await kept?.save(all);
    finished = all;
    line.print(`${all.length} of ${total}: ${tomogramLine(all[all.length - 1])}`);
  };
  try {
    const context = contextOf(io, line.update);
    return await localizationExperiment({ ...inputs, backend, finished, save }, context);
  } catch (error) {
    if (!kept || !isAbort(error) || finished.length === 0) throw error;
    throw new StoppedError(
      `Cancelled: ${path} has the scores of ${finished.length} of the ${total} tomograms; --continue goes on from there.`,
    );
  } finally {
    line.end();
  }
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
    continue: {
      help: `Go on from what a stopped run of ch4 left in --out (${KEPT_FILE}), with the same model, recipe and flags; from the beginning if it left nothing.`,
    },
  },
  async run(args, io) {
    const out = flagValue(args, "out");
    checkBeginning(args, out, io);
    const setting = await settingOf(args, io);
    const { loaded, inputs } = setting;
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
        const result = await runKept(setting, backend, args, io);
        const recipe = loaded.seenFrom(resolve(io.cwd, out ?? "."), inputs.recipe);
        const numbers = numbersJson(result, { ...inputs, recipe, backend }, loaded.source);
        return { result, numbers: `${JSON.stringify(numbers, null, 1)}\n` };
      });
      if (staged && out !== undefined) {
        const write = (name: string, text: string) => writeTextFile(join(staged.path, name), text, io);
        await write(FILES.numbers, numbers);
        await write(FILES.table, localizationCsv(result));
        await write(FILES.plot, localizationChart(result, inputs));
        await staged.publish(names);
        await rm(resolve(io.cwd, out, KEPT_FILE), { force: true });
      }
      const where = out === undefined ? "" : `${names.join(", ")} are in ${out}.\n`;
      io.stdout.write(hasFlag(args, "json") ? numbers : `${localizationTable(result, inputs)}${where}`);
    } catch (error) {
      await staged?.discard();
      throw error;
    }
  },
};
