import { z } from "zod";
import type { ModelManifest } from "../../core/nn/model";
import { parseJson } from "../json/parse-json";
import { readManifest } from "./read-model";

/** The endings of files that hold the weights of a model: DeepFinder's (Keras) and our own. */
export const WEIGHTS_ENDING = /(\.weights\.h5|\.(h5|hdf5|keras|safetensors))$/i;

/** Tells by its name whether a file holds the weights of a model. */
export const isWeightsFile = (name: string): boolean => WEIGHTS_ENDING.test(name);

/** What the JSON of a manifest has and no list of positions or recipe. */
const MANIFEST_MARK = /"architecture"\s*:\s*"/;

/** Tells whether a text looks like the manifest of a model. */
export const isManifest = (text: string): boolean => MANIFEST_MARK.test(text);

/** Returns the manifest that a text holds; throws FormatError naming what is wrong. */
export function parseManifest(text: string, fileName: string): ModelManifest {
  return readManifest(parseJson(text, z.unknown(), `manifest of a model (${fileName})`));
}
