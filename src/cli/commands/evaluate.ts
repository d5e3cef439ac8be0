import { basename } from "node:path";
import { FormatError } from "../../core/errors";
import { evaluate } from "../../core/metrics/evaluate";
import { type ParticleFrame, UNKNOWN_FRAME } from "../../core/particles/particle-format";
import { particleFormatOf } from "../../io/particle-formats";
import { readTruth } from "../../io/truth/read-truth";
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
import { scoreTable } from "../score-table";
import { readTextFile } from "../text-files";
import { withVolume } from "../with-volume";

const DEFAULT_RADIUS_VOXELS = 10;

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

export const evaluateCommand: Command = {
  name: "evaluate",
  summary: "Scores a list of particles against the true ones: precision, recall and F1 of each class.",
  operands: ["PARTICLES"],
  flags: {
    truth: { value: "FILE", help: "The true particles: JSON with label, x, y, z in voxels." },
    "radius-voxels": {
      value: "N",
      help: `How far a particle may be from its true one (default ${DEFAULT_RADIUS_VOXELS} voxels).`,
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
    const radiusText = flagValue(args, "radius-voxels") ?? String(DEFAULT_RADIUS_VOXELS);
    const radiusVoxels = Number(radiusText);
    if (!(radiusVoxels > 0 && Number.isFinite(radiusVoxels)))
      throw new UsageError(`--radius-voxels needs a number above 0, not "${radiusText}".`);

    const frame = await frameOf(flagValue(args, "volume"), flagValue(args, "model"), io);
    const format = particleFormatOf(particlesFile);
    const text = await readTextFile(particlesFile, io);
    const list = inFile(particlesFile, () => format.read(text, frame));
    const truthText = await readTextFile(truthFile, io);
    const truth = inFile(truthFile, () => readTruth(truthText));
    const evaluation = evaluate(list.particles, truth, list.classes, radiusVoxels);
    io.stdout.write(hasFlag(args, "json") ? `${JSON.stringify(evaluation)}\n` : scoreTable(evaluation));
  },
};
