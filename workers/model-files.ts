import type { ModelFiles } from "../src/contracts/data";
import { writeDeepFinderH5 } from "../src/io/deepfinder-h5/write-deepfinder-h5";
import { openModel } from "../src/io/model/open-model";
import { writeModel } from "../src/io/model/write-model";
import { blobSource } from "../src/io/source/blob-source";
import { readModelFile } from "./read-model-file";

/** Opens and writes models; a file of weights in our own format is handed on as it is. */
export const modelFiles: ModelFiles = {
  async openModel({ name, blob }, given) {
    const { isDescribed, ...model } = await openModel(blobSource(blob, name), given);
    const isOurs = /\.safetensors$/i.test(name);
    const weights = isOurs ? blob : new Blob([writeModel(model, { half: false }).weights]);
    return { manifest: model.manifest, weights, isDescribed };
  },

  modelToH5: async (model) => new Blob([await writeDeepFinderH5(await readModelFile(model))]),
};
