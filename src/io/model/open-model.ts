import { FormatError } from "../../core/errors";
import { checkWeights } from "../../core/nn/check-weights";
import type { Model, ModelManifest, Weights } from "../../core/nn/model";
import { readDeepFinderH5 } from "../deepfinder-h5/read-deepfinder-h5";
import { readDeepFinderKeras } from "../deepfinder-h5/read-deepfinder-keras";
import { readSafetensors } from "../safetensors/read-safetensors";
import type { ByteSource } from "../source/byte-source";
import { parseManifest, WEIGHTS_ENDING } from "./model-files";
import { undescribedManifest } from "./undescribed-manifest";

/** A model of the network with its optimizer takes 11 MB; a tomogram is not read whole to learn that it is none. */
const MAX_WEIGHTS_BYTES = 2 ** 28;

const H5_FILE = /\.(h5|hdf5)$/i;
const KERAS_FILE = /\.keras$/i;

export interface OpenedModel extends Model {
  /** Whether a file says what its classes are; if not, names, radii, voxel size and contrast are guesses. */
  readonly isDescribed: boolean;
}

async function readAll(source: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  if (source.size <= MAX_WEIGHTS_BYTES) return source.read(0, source.size);
  const sentence = `${source.name} has ${Math.round(source.size / 1e6)} MB, too many for the weights of this network.`;
  throw new FormatError("unsupported", sentence, { size: source.size });
}

async function readWeights(source: ByteSource): Promise<{ weights: Weights; manifestJson: string | null }> {
  const bytes = await readAll(source);
  if (H5_FILE.test(source.name)) return readDeepFinderH5(bytes, source.name);
  if (KERAS_FILE.test(source.name)) return readDeepFinderKeras(bytes, source.name);
  return { weights: readSafetensors(bytes), manifestJson: null };
}

/**
 * Returns a model from the file of its weights (DeepFinder's .h5 or .keras, or .safetensors) and from the manifest that describes it;
 * null where there is none: then what an .h5 of ours carries, else guesses. The weights fit the network, or it throws one
 * sentence that names what differs.
 */
export async function openModel(
  weightsFile: ByteSource,
  manifest: ModelManifest | null,
): Promise<OpenedModel> {
  const { weights, manifestJson } = await readWeights(weightsFile);
  const described =
    manifest ?? (manifestJson === null ? null : parseManifest(manifestJson, weightsFile.name));
  const name = weightsFile.name.replace(WEIGHTS_ENDING, "");
  const classCount = weights.get("out.bias")?.values.length ?? 2;
  const model = { manifest: described ?? undescribedManifest(name, classCount), weights };
  checkWeights(model);
  return { ...model, isDescribed: described !== null };
}
