import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { isAbort } from "../../core/errors";
import { dataSetA } from "../../core/experiments/data-set-a";
import {
  RESTORATION_DENOISERS,
  RESTORATION_PARTS,
  type RestorationInputs,
  type RestorationPart,
  type RestorationScore,
  restorationExperiment,
} from "../../core/experiments/restoration-experiment";
import { restorationCsv } from "../../io/scores/score-csv";
import { checkOutputs } from "../check-outputs";
import { type CliIo, flagValue, hasFlag, type ParsedArgs, StoppedError, UsageError } from "../command";
import { openStructureShelf } from "../load-recipe";
import { numbersFlag, wholeFlag } from "../number-flags";
import { createProgressLine } from "../progress-line";
import { stagedFolder } from "../staged-folder";
import { writeTextFile } from "../text-files";
import { VERSION } from "../version";
import { withBackend } from "../with-backend";
import { contextOf, type Experiment } from "./experiment";
import { MICROTUBULE_FLAGS, MICROTUBULE_PART, microtubuleExperiment } from "./microtubule";
import { restorationChart, restorationTable } from "./restoration-report";

const DEFAULTS = {
  structure: "3j9i",
  size: 64,
  noises: [0, 0.2, 0.4],
  noise: 0.2,
  tilt: [-60, 60],
  iterations: 90,
  burnIn: 30,
  seed: 1,
} as const;
/** Smaller cubes would not hold the particle, larger ones not fit in memory. */
const SIDES = [16, 256] as const;

const chartName = (part: RestorationPart) => `ch2-${part}.svg`;
const FILES = { numbers: "ch2.json", table: "ch2.csv" } as const;
const ALL_FILES = [...Object.values(FILES), ...RESTORATION_PARTS.map(chartName)];

type Setting = Omit<RestorationInputs, "backend"> & { readonly structure: string };

function partsOf(part: string | undefined): readonly RestorationPart[] {
  if (part === undefined) return RESTORATION_PARTS;
  const known = RESTORATION_PARTS.find((name) => name === part);
  if (known) return [known];
  const names = [...RESTORATION_PARTS, MICROTUBULE_PART].join(", ");
  throw new UsageError(`ch2 has no part "${part}"; there are: ${names}.`);
}

const DENOISER_IDS = RESTORATION_DENOISERS.map(([id]) => id);

function denoisersOf(args: ParsedArgs) {
  const text = flagValue(args, "denoisers");
  if (text === undefined) return DENOISER_IDS;
  const wanted = text.split(",");
  const unknown = wanted.find((id) => !DENOISER_IDS.some((known) => known === id));
  if (unknown !== undefined)
    throw new UsageError(`There is no denoiser "${unknown}"; there are: ${DENOISER_IDS.join(", ")}.`);
  return DENOISER_IDS.filter((id) => wanted.includes(id));
}

/** Returns what the flags ask for. */
async function settingOf(args: ParsedArgs, io: CliIo): Promise<Setting> {
  const parts = partsOf(args.operands[1]);
  const size = wholeFlag(args, "size", DEFAULTS.size, SIDES);
  const [minTiltDeg, maxTiltDeg, ...more] = numbersFlag(args, "tilt", DEFAULTS.tilt);
  if (maxTiltDeg === undefined || more.length > 0) throw new UsageError("--tilt needs two numbers.");
  const noises = numbersFlag(args, "noise", DEFAULTS.noises);
  const [noise, another] = numbersFlag(args, "at-noise", [DEFAULTS.noise]);
  if (another !== undefined) throw new UsageError("--at-noise needs one number.");
  if (noise < 0 || noises[0] < 0) throw new UsageError("Noise is 0 or more.");
  const iterations = wholeFlag(args, "iterations", DEFAULTS.iterations, [2, 10_000]);
  const burnIn = wholeFlag(args, "burn-in", Math.min(DEFAULTS.burnIn, iterations - 1), [0, iterations - 1]);
  const seed = wholeFlag(args, "seed", DEFAULTS.seed, [0, 4_294_967_295]);
  const structure = flagValue(args, "structure") ?? DEFAULTS.structure;
  const shelf = await openStructureShelf(io.cwd, io);
  return {
    structure,
    truth: dataSetA(await shelf.get(structure), size),
    shape: [size, size, size],
    parts,
    noises,
    noise,
    denoisers: denoisersOf(args),
    wedge: { minTiltDeg, maxTiltDeg, tiltAxis: "y" },
    iterations,
    burnIn,
    seed,
  };
}

/** Returns all the numbers, with what it takes to get them again. */
function numbersJson(
  { truth: _, ...setting }: Setting,
  backend: string,
  scores: readonly RestorationScore[],
) {
  return `${JSON.stringify({ experiment: "ch2", version: VERSION, backend, ...setting, scores }, null, 1)}\n`;
}

async function writeResults(
  folder: string,
  setting: Setting,
  numbers: string,
  scores: readonly RestorationScore[],
  io: CliIo,
) {
  const write = (name: string, text: string) => writeTextFile(join(folder, name), text, io);
  await write(FILES.numbers, numbers);
  await write(FILES.table, restorationCsv(scores));
  for (const part of setting.parts) {
    const chart = restorationChart(part, scores, setting);
    if (chart) await write(chartName(part), chart);
  }
}

async function runSynthetic(args: ParsedArgs, io: CliIo): Promise<void> {
  const out = flagValue(args, "out");
  const setting = await settingOf(args, io);
  if (out !== undefined && existsSync(resolve(io.cwd, out)))
    await checkOutputs(
      ALL_FILES.map((name) => ["--out", join(out, name)] as const),
      [],
      io,
    );
  const staged = out === undefined ? null : await stagedFolder(out, io);
  const scores: RestorationScore[] = [];
  try {
    const { backend, cancel } = await withBackend(args, async (backend) => {
      const line = createProgressLine("Experiment", io.stderr);
      const onScore = (score: RestorationScore) => scores.push(score);
      const run = restorationExperiment({ ...setting, backend }, contextOf(io, line.update), onScore);
      // What was finished before a cancel is kept.
      const cancel = await run
        .then(() => null)
        .catch((error: unknown) => {
          if (isAbort(error) && scores.length > 0) return error;
          throw error;
        })
        .finally(line.end);
      return { backend: backend.description, cancel };
    });
    const numbers = numbersJson(setting, backend, scores);
    if (staged) {
      await writeResults(staged.path, setting, numbers, scores, io);
      await staged.publish(ALL_FILES);
    }
    io.stdout.write(hasFlag(args, "json") ? numbers : restorationTable(scores, setting));
    if (!cancel) return;
    const where = out === undefined ? "above" : `in ${out}`;
    throw new StoppedError(`Cancelled: the ${scores.length} methods that were finished are ${where}.`);
  } catch (error) {
    await staged?.discard();
    throw error;
  }
}

export const ch2Experiment: Experiment = {
  name: "ch2",
  summary: "what fills the missing wedge of a known structure, and how well",
  parts: [...RESTORATION_PARTS, MICROTUBULE_PART],
  flags: {
    structure: {
      value: "ID",
      help: `One of the library, or a path (./map.mrc) to coordinates or a map (default ${DEFAULTS.structure}, the 20S proteasome of the thesis's data set A).`,
    },
    size: {
      value: "N",
      help: `Voxels per side (default ${DEFAULTS.size}, as in the thesis); the structure fits into 40 of 5 Å, in smaller cubes voxels are larger.`,
    },
    noise: {
      value: "N,…",
      help: `Of the part "noise": deviations of white noise, the structure's maximum being 1 (default ${DEFAULTS.noises.join(",")}, as in the thesis).`,
    },
    denoisers: {
      value: "ID,…",
      help: `Of the part "denoisers": some of ${DENOISER_IDS.join(", ")} (default all).`,
    },
    "at-noise": { value: "N", help: `Of the other parts (default ${DEFAULTS.noise}).` },
    tilt: {
      value: "MIN,MAX",
      help: `The tilts about y that were recorded (default ${DEFAULTS.tilt.join(",")}; of a microtubule: what its spectrum shows).`,
    },
    iterations: {
      value: "N",
      help: `Of every method that iterates (default ${DEFAULTS.iterations}; thesis: 500).`,
    },
    "burn-in": { value: "N", help: `Iterations that are not averaged (default ${DEFAULTS.burnIn}).` },
    seed: { value: "N", help: `Of the noise and the chains (default ${DEFAULTS.seed}).` },
    ...MICROTUBULE_FLAGS,
  },
  run: (args, io) =>
    args.operands[1] === MICROTUBULE_PART ? microtubuleExperiment(args, io) : runSynthetic(args, io),
};
