import { existsSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import type { Model, ModelManifest } from "../../core/nn/model";
import { writeDeepFinderH5 } from "../../io/deepfinder-h5/write-deepfinder-h5";
import { parseManifest } from "../../io/model/model-files";
import type { OpenedModel } from "../../io/model/open-model";
import { writeModel } from "../../io/model/write-model";
import { checkOutputs } from "../check-outputs";
import { type CliIo, type Command, flagValue, hasFlag, JSON_FLAG, UsageError } from "../command";
import { isModelPath, loadModel } from "../load-model";
import { readTextFile, writeBinaryFile, writeTextFile } from "../text-files";

const MANIFEST = "manifest.json";

const weightCount = ({ weights }: Model) =>
  [...weights.values()].reduce((sum, { values }) => sum + values.length, 0);

function classLines({ classes, measured }: ModelManifest): string[] {
  const width = Math.max(...classes.map(({ name }) => name.length));
  return classes.map(({ label, name, radiusAngstrom }) => {
    const scores = Object.entries(measured?.[label] ?? {}).filter(([key]) => key === "f1" || key === "dice");
    const about = [
      ...(radiusAngstrom === undefined ? [] : [`radius ${radiusAngstrom} Å`]),
      ...scores.map(([key, value]) => `${key === "f1" ? "F1" : "Dice"} ${value.toFixed(2)}`),
    ];
    return `  ${String(label).padStart(9)} ${about.length > 0 ? name.padEnd(width + 2) : name}${about.join(", ")}`;
  });
}

function asText(model: OpenedModel): string {
  const { manifest, isDescribed } = model;
  const { name, architecture, classes, voxelSizeAngstrom, proteinIsBright, trainedOn, licence } = manifest;
  return [
    name,
    `  network     ${architecture}, ${classes.length} classes, ${weightCount(model)} weights`,
    `  voxel size  ${voxelSizeAngstrom === null ? "unknown" : `${voxelSizeAngstrom} Å`}`,
    `  protein     ${proteinIsBright ? "bright" : "dark"}`,
    `  trained on  ${trainedOn}`,
    `  licence     ${licence}`,
    ...(isDescribed ? [] : ["  no manifest: names, radii and contrast are guesses"]),
    "  classes",
    ...classLines(manifest),
    "",
  ].join("\n");
}

/** A manifest that is of other weights is not replaced by ours. */
async function checkManifestPlace(manifestPath: string, weightsName: string, io: CliIo): Promise<void> {
  if (!existsSync(resolve(io.cwd, manifestPath))) return;
  const there = await readTextFile(manifestPath, io);
  const weights = (() => {
    try {
      return parseManifest(there, MANIFEST).weights;
    } catch {
      return null;
    }
  })();
  if (weights !== weightsName)
    throw new UsageError(`${manifestPath} is of something else; give --out a folder of its own.`);
}

/** Writes a model in the format that the name asks for; returns the paths. */
async function writeAs(out: string, model: Model, half: boolean, io: CliIo): Promise<string[]> {
  if (/^\.h(5|df5)$/i.test(extname(out))) {
    if (half) throw new UsageError("--half is for .safetensors: Keras reads the weights of an .h5 as f32.");
    await writeBinaryFile(out, await writeDeepFinderH5(model), io);
    return [out];
  }
  const weightsName = basename(out);
  const manifestPath = join(dirname(out), MANIFEST);
  await checkManifestPlace(manifestPath, weightsName, io);
  const named = { ...model, manifest: { ...model.manifest, weights: weightsName } };
  const { manifest, weights } = writeModel(named, { half });
  await writeBinaryFile(out, weights, io);
  await writeTextFile(manifestPath, manifest, io);
  return [out, manifestPath];
}

export const modelCommand: Command = {
  name: "model",
  summary: "Says what a model is, and writes it in another format.",
  operands: ["MODEL"],
  flags: {
    out: {
      short: "o",
      value: "FILE",
      help: `Write it: .safetensors with a ${MANIFEST} beside it, or .h5 for DeepFinder (Keras).`,
    },
    half: { help: "Write the weights in half precision (.safetensors)." },
    json: JSON_FLAG,
  },
  async run(args, io) {
    const [given] = args.operands;
    const out = flagValue(args, "out");
    if (out !== undefined && !/\.(safetensors|h5|hdf5)$/i.test(out))
      throw new UsageError(`--out ${out} must end with .safetensors or .h5.`);
    if (out !== undefined && /\.weights\.h5$/i.test(out))
      throw new UsageError(`Keras takes --out ${out} for a file of another layout; end it with .h5 alone.`);
    await checkOutputs([["--out", out]], isModelPath(given) ? [given] : [], io);
    const model = await loadModel(given, io);
    const written = out === undefined ? [] : await writeAs(out, model, hasFlag(args, "half"), io);
    if (!hasFlag(args, "json")) {
      io.stdout.write(asText(model) + written.map((path) => `${path} written\n`).join(""));
      return;
    }
    const { training: _, ...manifest } = model.manifest;
    const answer = {
      ...manifest,
      isDescribed: model.isDescribed,
      weightCount: weightCount(model),
      ...(out === undefined ? {} : { out: written }),
    };
    io.stdout.write(`${JSON.stringify(answer)}\n`);
  },
};
