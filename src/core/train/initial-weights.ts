import { type ConvLayer, deepFinderLayers } from "../nn/deepfinder-network";
import type { Model, Tensor, Weights } from "../nn/model";
import { uniformSequence } from "../random/philox";
import { WEIGHTS_STREAM } from "./streams";

/** The last layer: the only one whose shape hangs on the number of classes. */
const OUTPUT = "out";

/** Even numbers in ±√(6 / (fan in + fan out)) (Glorot & Bengio 2010, AISTATS 9), and biases of 0, as Keras begins. */
function beginLayer(
  { name, kernel, inChannels, outChannels }: ConvLayer,
  seed: number,
  stream: number,
): [string, Tensor][] {
  const taps = kernel ** 3;
  const limit = Math.sqrt(6 / (taps * (inChannels + outChannels)));
  const random = uniformSequence(seed, stream);
  const values = Float32Array.from(
    { length: taps * inChannels * outChannels },
    () => limit * (2 * random() - 1),
  );
  return [
    [`${name}.weight`, { shape: [kernel, kernel, kernel, inChannels, outChannels], values }],
    [`${name}.bias`, { shape: [outChannels], values: new Float32Array(outChannels) }],
  ];
}

/** Returns random weights to begin with, which hang on the seed alone. */
function scratchWeights(classCount: number, seed: number): Weights {
  return new Map(
    deepFinderLayers(classCount).flatMap((layer, index) => beginLayer(layer, seed, WEIGHTS_STREAM + index)),
  );
}

/**
 * Returns what training begins with: random weights, or copies of those of a model. Of a model with another number of classes the
 * last layer begins anew.
 */
export function initialWeights(classCount: number, seed: number, start: Model | null): Weights {
  const scratch = scratchWeights(classCount, seed);
  if (!start) return scratch;
  const sameClasses = start.manifest.classes.length === classCount;
  return new Map(
    [...scratch].map(([name, tensor]) => {
      const known = sameClasses || !name.startsWith(`${OUTPUT}.`) ? start.weights.get(name) : undefined;
      return [name, known ? { shape: known.shape, values: known.values.slice() } : tensor];
    }),
  );
}
