import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { fitsVoxelSize } from "../core/nn/fits-voxel-size";
import type { ModelManifest } from "../core/nn/model";
import type { ParticleRecipe, SceneRecipe } from "../core/simulate/recipe";
import { knownVoxelSizeAngstrom, type VolumeMeta } from "../core/volume/volume";
import { parseJson } from "../io/json/parse-json";
import { isWeightsFile, parseManifest } from "../io/model/model-files";
import { type OpenedModel, openModel } from "../io/model/open-model";
import { type CliIo, UsageError } from "./command";
import { fileSource } from "./file-source";
import { publicFile } from "./public-files";
import { readTextFile } from "./text-files";

export const MODEL_FLAG = {
  value: "MODEL",
  help: "A model that ships with Tomoscope, or the path of a manifest.json, a DeepFinder .h5 or .keras, or a .safetensors (default: the first that ships and fits the voxel size).",
} as const;

const MANIFEST = "manifest.json";

/** Tells whether a model is named by a path; other names are of models that ship. */
export const isModelPath = (model: string): boolean => isWeightsFile(model) || model.endsWith(".json");

function manifestPath(model: string, io: CliIo): string {
  if (isModelPath(model)) return resolve(io.cwd, model);
  const shipped = publicFile(`models/${model}/${MANIFEST}`);
  if (/^[\w.-]+$/.test(model) && existsSync(shipped)) return shipped;
  throw new UsageError(`There is no model "${model}".`);
}

async function readManifestAt(path: string, io: CliIo): Promise<ModelManifest> {
  return parseManifest(await readTextFile(path, io), basename(path));
}

/** The manifest beside a file of weights, where it is of that file. */
async function manifestBeside(weightsPath: string, io: CliIo): Promise<ModelManifest | null> {
  const path = join(dirname(weightsPath), MANIFEST);
  if (!existsSync(path)) return null;
  const manifest = await readManifestAt(path, io).catch(() => null); // it may be of anything
  return manifest?.weights === basename(weightsPath) ? manifest : null;
}

/** Returns a model by its name, or by the path of its manifest or of its weights. */
export async function loadModel(model: string, io: CliIo): Promise<OpenedModel> {
  const path = manifestPath(model, io);
  const isWeights = isWeightsFile(path);
  const manifest = isWeights ? await manifestBeside(path, io) : await readManifestAt(path, io);
  const weights = await fileSource(isWeights || !manifest ? path : join(dirname(path), manifest.weights));
  try {
    return await openModel(weights, manifest);
  } finally {
    await weights.close();
  }
}

/** Returns the manifest of a model; its weights are read only where nothing else says what its classes are. */
export async function loadManifest(model: string, io: CliIo): Promise<ModelManifest> {
  const path = manifestPath(model, io);
  if (isWeightsFile(path)) return (await manifestBeside(path, io)) ?? (await loadModel(model, io)).manifest;
  return readManifestAt(path, io);
}

async function shippedModels(io: CliIo): Promise<readonly string[]> {
  const text = await readTextFile(publicFile("models/index.json"), io);
  return parseJson(text, z.array(z.string()).min(1), "list of models");
}

/** Returns the name of the model that a volume is segmented with where none is named: the first that fits its voxel size. */
export async function defaultModel({ voxelSizeAngstrom }: VolumeMeta, io: CliIo): Promise<string> {
  const names = await shippedModels(io);
  for (const name of names)
    if (fitsVoxelSize(await loadManifest(name, io), knownVoxelSizeAngstrom(voxelSizeAngstrom))) return name;
  return names[0];
}

/**
 * Returns the name of the model that ships and knows most of a scene's particles by their names; among equals one that fits the
 * voxel size, then the first.
 */
export async function modelOfScene(
  { particles, voxelSizeAngstrom }: SceneRecipe,
  io: CliIo,
): Promise<string> {
  const rated = await Promise.all(
    (await shippedModels(io)).map(async (name) => {
      const manifest = await loadManifest(name, io);
      const isKnown = (particle: ParticleRecipe) =>
        manifest.classes.some((info) => info.name === particle.name);
      const fits = fitsVoxelSize(manifest, voxelSizeAngstrom);
      return { name, rating: 2 * particles.filter(isKnown).length + (fits ? 1 : 0) };
    }),
  );
  return rated.reduce((best, other) => (other.rating > best.rating ? other : best)).name;
}
