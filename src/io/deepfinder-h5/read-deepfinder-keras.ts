import { isHdf5 } from "./hdf5-file";
import { ARCHIVED_WEIGHTS, readKerasArchive } from "./keras-archive";
import { checkKerasConfig } from "./keras-config";
import { type DeepFinderH5, readDeepFinderH5 } from "./read-deepfinder-h5";

/**
 * Returns the weights of a DeepFinder model from a .keras file: the archive of TensorFlow from 2.12 on and of Keras 3, whose
 * config.json must describe this network, or the HDF5 file that earlier ones write under that ending. Errors as of
 * `readDeepFinderH5`.
 */
export async function readDeepFinderKeras(bytes: Uint8Array, fileName: string): Promise<DeepFinderH5> {
  if (isHdf5(bytes)) return readDeepFinderH5(bytes, fileName);
  const { config, weights } = await readKerasArchive(bytes, fileName);
  const model = await readDeepFinderH5(weights, `${ARCHIVED_WEIGHTS} in ${fileName}`);
  checkKerasConfig(config, model.weights.get("out.bias")?.values.length ?? 0, fileName);
  return model;
}
