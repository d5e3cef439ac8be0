import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Model, ModelManifest } from "../core/nn/model";
import { readManifest, readModel } from "../io/model/read-model";
import { type CliIo, UsageError } from "./command";
import { publicFile } from "./public-files";

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

/** Returns the manifest of a model: its classes, without its weights. */
export async function loadManifest(model: string, io: CliIo): Promise<ModelManifest> {
  return readManifest(JSON.parse(await readFile(manifestPath(model, io), "utf8")));
}

/** Returns a model by its name, or by the path of its manifest. */
export async function loadModel(model: string, io: CliIo): Promise<Model> {
  const path = manifestPath(model, io);
  const manifest: unknown = JSON.parse(await readFile(path, "utf8"));
  const { weights } = readManifest(manifest);
  return readModel(manifest, await readFile(join(dirname(path), weights)));
}
