import { basename } from "node:path";
import { FormatError } from "../../core/errors";
import { evaluate } from "../../core/metrics/evaluate";
import { overlapOf } from "../../core/metrics/overlap";
import { DEFAULT_BETA } from "../../core/metrics/ratios";
import { classCurves } from "../../core/metrics/threshold-curve";
import { type ParticleFrame, UNKNOWN_FRAME } from "../../core/particles/particle-format";
import { particleFormatOf } from "../../io/particle-formats";
import { particleJson } from "../../io/particle-json/particle-json";
import { curvesCsv, overlapCsv } from "../../io/scores/score-csv";
import { readTruth } from "../../io/truth/read-truth";
import { checkOutputs } from "../check-outputs";
import {
  type CliIo,
  type Command,
  flagValue,
  hasFlag,
  JSON_FLAG,
  requiredFlag,
  UsageError,
} from "../command";
import { loadManifest, MODEL_FLAG } from "../load-model";
import { DEFAULT_RADIUS_VOXELS, positiveFlag } from "../number-flags";
import { confusionTable, scoreTable } from "../score-table";
import { readTextFile, writeTextFile } from "../text-files";
import { withVolume } from "../with-volume";

/** Says which file it was that had something wrong in it. */
function inFile<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(error.tag, `${basename(path)}: ${error.message}`, error.fields, error);
  }
}

async function frameOf(
  volume: string | undefined,
  model: string | undefined,
  io: CliIo,
): Promise<ParticleFrame> {
  const classes = model === undefined ? [] : (await loadManifest(model, io)).classes;
  if (volume === undefined) return { ...UNKNOWN_FRAME, classes };
  return withVolume(volume, io, async ({ meta }) => ({
    volumeName: meta.name,
    shape: meta.shape,
    voxelSizeAngstrom: meta.voxelSizeAngstrom,
    classes,
  }));
}

/** Reads true particles: a list of ours or of another program, or JSON of truth as the simulation writes it. */
async function readTrueParticles(path: string, frame: ParticleFrame, io: CliIo) {
  const text = await readTextFile(path, io);
  const format = particleFormatOf(path);
  if (format.id === particleJson.id) return inFile(path, () => readTruth(text));
  const list = inFile(path, () => format.read(text, frame));
  return list.particles.map((particle) => ({
    ...particle,
    name: list.classes.find(({ label }) => label === particle.label)?.name ?? `class ${particle.label}`,
  }));
}

/** Writes what is asked for as CSV or JSON, as the name of the file says. */
async function writeTable(path: string, flag: string, csv: string, value: unknown, io: CliIo): Promise<void> {
  if (!/\.(csv|json)$/i.test(path)) throw new UsageError(`${flag} ${path} must end with .csv or .json.`);
  await writeTextFile(path, /\.csv$/i.test(path) ? csv : `${JSON.stringify(value)}\n`, io);
}

export const evaluateCommand: Command = {
  name: "evaluate",
  summary:
    "Scores a list of particles against the true ones: precision, recall, F1 and F-beta of each class.",
  operands: ["PARTICLES"],
  flags: {
    truth: {
      value: "FILE",
      help: "The true particles: JSON with label, x, y, z in voxels, or any list of particles.",
    },
    "radius-voxels": {
      value: "N",
      help: `How far a particle may be from its true one (default ${DEFAULT_RADIUS_VOXELS} voxels).`,
    },
    beta: {
      value: "B",
      help: `How much more recall counts than precision in F-beta (default ${DEFAULT_BETA}, as in the CZII challenge).`,
    },
    confusion: { help: "Print as well how often each true class was found as each class." },
    curve: {
      value: "FILE",
      help: "Where the scores against the threshold of size and score go: .csv or .json. They begin at the smallest size in the list.",
    },
    sets: {
      value: "FILE",
      help: "Where the particles go with whether both lists have them or only one (A the list, B the true ones): .csv or .json.",
    },
    volume: {
      value: "FILE",
      help: "The tomogram; needed for STAR files, whose positions count from its centre.",
    },
    model: {
      value: MODEL_FLAG.value,
      help: "A model that gives classes their names where the list does not.",
    },
    json: JSON_FLAG,
  },
  async run(args, io) {
    const [particlesFile] = args.operands;
    const truthFile = requiredFlag(args, "truth");
    const radiusVoxels = positiveFlag(args, "radius-voxels", DEFAULT_RADIUS_VOXELS);
    const beta = positiveFlag(args, "beta", DEFAULT_BETA);
    const curveFile = flagValue(args, "curve");
    const setsFile = flagValue(args, "sets");
    const outputs = [["--curve", curveFile] as const, ["--sets", setsFile] as const];
    await checkOutputs(outputs, [particlesFile, truthFile], io);

    const frame = await frameOf(flagValue(args, "volume"), flagValue(args, "model"), io);
    const format = particleFormatOf(particlesFile);
    const text = await readTextFile(particlesFile, io);
    const list = inFile(particlesFile, () => format.read(text, frame));
    const truth = await readTrueParticles(truthFile, frame, io);
    const evaluation = evaluate(list.particles, truth, list.classes, radiusVoxels, beta);
    if (curveFile !== undefined) {
      const curves = classCurves(list.particles, truth, evaluation);
      await writeTable(curveFile, "--curve", curvesCsv(curves), curves, io);
    }
    if (setsFile !== undefined) {
      const sets = overlapOf(list.particles, truth, radiusVoxels);
      await writeTable(setsFile, "--sets", overlapCsv(list.particles, truth, sets), sets, io);
    }
    if (hasFlag(args, "json")) io.stdout.write(`${JSON.stringify(evaluation)}\n`);
    else {
      io.stdout.write(scoreTable(evaluation));
      if (hasFlag(args, "confusion")) io.stdout.write(`\n${confusionTable(evaluation)}`);
    }
  },
};
