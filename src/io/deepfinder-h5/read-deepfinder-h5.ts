import { type ConvLayer, deepFinderLayers } from "../../core/nn/deepfinder-network";
import type { Tensor, Weights } from "../../core/nn/model";
import { anotherNetwork, convolutionText } from "./another-network";
import { readHdf5 } from "./hdf5-file";
import { type KerasLayer, readKerasLayers } from "./keras-layers";

/** The attribute of the file in which Tomoscope keeps the manifest; Keras does not look at it. */
export const MANIFEST_ATTRIBUTE = "tomoscope_manifest";

export interface DeepFinderH5 {
  readonly weights: Weights;
  /** The manifest as JSON text, in files that Tomoscope wrote; null in others. */
  readonly manifestJson: string | null;
}

const kernelText = (shape: readonly number[]) =>
  `${shape.slice(0, 3).join(" × ")}, ${shape[3]} to ${shape[4]} channels`;

function convolutionOf(layer: KerasLayer, fileName: string): { kernel: Tensor; bias: Tensor } {
  const [kernel, bias] = layer.weights.values();
  if (kernel?.shape.length !== 5 || !bias || layer.weights.size > 2) {
    const held = [...layer.weights].map(([key, { shape }]) => `${key} of ${shape.join(" × ")}`).join(", ");
    anotherNetwork(fileName, `layer ${layer.name} is no 3D convolution with a bias but has ${held}`);
  }
  return { kernel, bias };
}

/** Keras keeps kernels as we do: [kd, kh, kw, channels in, channels out], the first axis along z. */
function checkConvolution(
  { kernel, bias }: { kernel: Tensor; bias: Tensor },
  expected: ConvLayer,
  where: string,
  fileName: string,
) {
  const { kernel: side, inChannels, outChannels } = expected;
  const shape = [side, side, side, inChannels, outChannels];
  if (shape.some((length, axis) => length !== kernel.shape[axis]))
    anotherNetwork(fileName, `${where} is ${kernelText(kernel.shape)} instead of ${kernelText(shape)}`);
  if (bias.shape.length !== 1 || bias.shape[0] !== outChannels)
    anotherNetwork(fileName, `${where} has ${bias.shape.join(" × ")} biases instead of ${outChannels}`);
}

/**
 * Returns the weights of a DeepFinder model as Keras keeps them (HDF5: a whole model of Keras 2 or the weights alone of any, with
 * or without the optimizer), under the names of our network; there are as many classes as the last layer has channels. Throws
 * FormatError with one sentence that names what differs: no HDF5 ("not-this-format"), damaged ("bad-header"), another network
 * ("unsupported").
 */
export function readDeepFinderH5(bytes: Uint8Array, fileName: string): Promise<DeepFinderH5> {
  return readHdf5(bytes, fileName, (file) => {
    const found = readKerasLayers(file, fileName);
    const classCount = [...(found.at(-1)?.weights.values() ?? [])].at(-1)?.values.length ?? 0;
    const expected = deepFinderLayers(classCount);
    if (found.length !== expected.length)
      anotherNetwork(
        fileName,
        `${found.length} layer${found.length === 1 ? " has" : "s have"} weights instead of ${expected.length}`,
      );
    const weights = new Map<string, Tensor>();
    for (const [i, layer] of found.entries()) {
      const { kernel, bias } = convolutionOf(layer, fileName);
      checkConvolution({ kernel, bias }, expected[i], convolutionText(i, layer.name), fileName);
      weights.set(`${expected[i].name}.weight`, kernel);
      weights.set(`${expected[i].name}.bias`, bias);
    }
    if (classCount < 2) anotherNetwork(fileName, `it tells ${classCount} class apart`);
    const manifest: unknown = file.attrs[MANIFEST_ATTRIBUTE]?.value;
    return { weights, manifestJson: typeof manifest === "string" ? manifest : null };
  });
}
