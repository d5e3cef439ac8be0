import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import type { Model, ModelManifest } from "../core/nn/model";
import { parseJson } from "../io/json/parse-json";
import { readManifest, readModel } from "../io/model/read-model";
import { type CliIo, UsageError } from "./command";
import { fileSource } from "./file-source";
import { publicFile } from "./public-files";
import { readTextFile } from "./text-files";

export const MODEL_FLAG = {
  value: "NAME",
  help: "A model that ships with Tomoscope, or the path of a manifest.json (default starter).",
} as const;
export const DEFAULT_MODEL = "starter";

function manifestPath(model: string, io: CliIo): string {
  if (model.endsWith(".json")) return resolve(io.cwd, model);
  const shipped = publicFile(`models/${model}/manifest.json`);
  if (/^[\w.-]+$/.test(model) && existsSync(shipped)) return shipped;
  throw new UsageError(`There is no model "${model}".`);
}

async function readJson(path: string, io: CliIo): Promise<unknown> {
  return parseJson(await readTextFile(path, io), z.unknown(), `model's manifest (${basename(path)})`);
}

/** Returns the manifest of a model: its classes, without its weights. */
export async function loadManifest(model: string, io: CliIo): Promise<ModelManifest> {
  return readManifest(await readJson(manifestPath(model, io), io));
}

/** Returns a model by its name, or by the path of its manifest. */
export async function loadModel(model: string, io: CliIo): Promise<Model> {
  const path = manifestPath(model, io);
  const manifest = await readJson(path, io);
  const weights = await fileSource(join(dirname(path), readManifest(manifest).weights));
  try {
    return readModel(manifest, await weights.read(0, weights.size));
  } finally {
    await weights.close();
  }
}
