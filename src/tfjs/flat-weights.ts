import { reshape, slice, type Tensor, tidy } from "@tensorflow/tfjs-core";
import { deepFinderLayers } from "../core/nn/deepfinder-network";
import type { Weights } from "../core/nn/model";

/** Where a network's weights lie in one array that holds all of them. */
export type WeightLayout = readonly {
  readonly name: string;
  readonly shape: readonly number[];
  readonly first: number;
  readonly length: number;
}[];

/** Returns the layout of a network's weights: layer by layer, the filter and then the bias. */
export function layoutOf(classCount: number): WeightLayout {
  let first = 0;
  return deepFinderLayers(classCount)
    .flatMap(({ name, kernel, inChannels, outChannels }) => [
      { name: `${name}.weight`, shape: [kernel, kernel, kernel, inChannels, outChannels] },
      { name: `${name}.bias`, shape: [outChannels] },
    ])
    .map(({ name, shape }) => {
      const length = shape.reduce((product, side) => product * side, 1);
      first += length;
      return { name, shape, length, first: first - length };
    });
}

/** Returns all weights in one array. */
export function flatten(layout: WeightLayout, weights: Weights): Float32Array {
  const last = layout[layout.length - 1];
  const flat = new Float32Array(last.first + last.length);
  for (const { name, first } of layout) {
    const tensor = weights.get(name);
    if (tensor) flat.set(tensor.values, first);
  }
  return flat;
}

/** Returns copies of the parts of an array, by name. */
export function unflatten(layout: WeightLayout, flat: Float32Array): Weights {
  return new Map(
    layout.map(({ name, shape, first, length }) => [
      name,
      { shape, values: flat.slice(first, first + length) },
    ]),
  );
}

/** Returns tensors of the parts of a flat one, by name, which are the caller's. */
export function sliceWeights(layout: WeightLayout, flat: Tensor): Map<string, Tensor> {
  return new Map(
    layout.map(({ name, shape, first, length }) => [
      name,
      tidy(() => reshape(slice(flat, [first], [length]), [...shape])),
    ]),
  );
}
