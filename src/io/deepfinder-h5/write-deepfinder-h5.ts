import type { Group } from "h5wasm";
import { checkWeights } from "../../core/nn/check-weights";
import { deepFinderLayers } from "../../core/nn/deepfinder-network";
import type { Model } from "../../core/nn/model";
import { writeHdf5 } from "./hdf5-file";
import { MANIFEST_ATTRIBUTE } from "./read-deepfinder-h5";

/** Keras takes a file that does not name its version for one of version 1, and turns its kernels around. */
const KERAS_VERSION = "2.13.1";

/** Strings as Keras writes them: of one length, padded by zeros. */
function writeStrings(group: Group, name: string, values: readonly string[]) {
  const length = Math.max(...values.map((value) => value.length));
  group.create_attribute(name, [...values], null, `S${length}`);
}

/**
 * Returns a model as a Keras weights file (HDF5) that DeepFinder loads by `load_weights`: its 15 convolutions in order. The
 * manifest goes along in an attribute of its own, so that Tomoscope reads the whole model back. Throws "bad-input" where the
 * weights do not fit the architecture.
 */
export function writeDeepFinderH5(model: Model): Promise<Uint8Array<ArrayBuffer>> {
  const layers = deepFinderLayers(checkWeights(model));
  const names = layers.map((_, i) => (i === 0 ? "conv3d" : `conv3d_${i}`));
  return writeHdf5((file) => {
    writeStrings(file, "layer_names", names);
    file.create_attribute("backend", "tensorflow");
    file.create_attribute("keras_version", KERAS_VERSION);
    file.create_attribute(MANIFEST_ATTRIBUTE, JSON.stringify(model.manifest));
    for (const [i, { name }] of layers.entries()) {
      const layer = file.create_group(names[i]);
      const inner = layer.create_group(names[i]);
      for (const [ours, keras] of [
        ["weight", "kernel:0"],
        ["bias", "bias:0"],
      ]) {
        const tensor = model.weights.get(`${name}.${ours}`);
        if (tensor) inner.create_dataset({ name: keras, data: tensor.values, shape: [...tensor.shape] });
      }
      writeStrings(layer, "weight_names", [`${names[i]}/kernel:0`, `${names[i]}/bias:0`]);
    }
  });
}
