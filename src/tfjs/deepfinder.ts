import type { NamedAttrMap, NamedTensorMap, Tensor } from "@tensorflow/tfjs-core";
import { type ConvLayer, deepFinderLayers } from "../core/nn/deepfinder-network";
import { KERNELS } from "./network-kernels";
import { JOINED_CONV3D } from "./register-kernels";

/** Runs kernels one after the other, and is told which of their outputs no later kernel takes. */
export interface KernelRunner {
  run(kernel: string, inputs: NamedTensorMap, attributes?: NamedAttrMap): Promise<Tensor>;
  release(output: Tensor): void;
}

/**
 * Computes the probabilities [batch, z, y, x, class] of cubes x, [batch, z, y, x, 1], whose sides are multiples of 4, layer
 * by layer as `deepFinderLayers` tells; weights have the names of a model's.
 */
export async function deepFinder(
  runner: KernelRunner,
  classCount: number,
  weights: ReadonlyMap<string, Tensor>,
  x: Tensor,
): Promise<Tensor> {
  const layers = deepFinderLayers(classCount);
  const lastUse = new Map(layers.flatMap((layer, index) => layer.inputs.map((input) => [input, index])));
  const outputs = new Map([["x", x]]);
  const take = <Value>(from: ReadonlyMap<string, Value>, name: string): Value => {
    const value = from.get(name);
    if (value === undefined) throw new Error(`The network has nothing called ${name}.`);
    return value;
  };
  for (const [index, layer] of layers.entries()) {
    const inputs = layer.inputs.map((name) => take(outputs, name));
    const filter = take(weights, `${layer.name}.weight`);
    const bias = take(weights, `${layer.name}.bias`);
    outputs.set(layer.name, await runLayer(runner, layer, inputs, { filter, bias }));
    for (const name of layer.inputs)
      if (name !== "x" && lastUse.get(name) === index) runner.release(take(outputs, name));
  }
  return take(outputs, layers[layers.length - 1].name);
}

async function runLayer(
  runner: KernelRunner,
  { inputs: names, kernel, resample }: ConvLayer,
  [first, second]: readonly Tensor[],
  weights: { readonly filter: Tensor; readonly bias: Tensor },
): Promise<Tensor> {
  if (kernel === 1) return runner.run(KERNELS.classify, { x: first, ...weights });
  if (resample === "nearest-up") return runner.run(KERNELS.upconv, { x: first, ...weights });
  if (second) return runner.run(JOINED_CONV3D, { a: first, b: second, ...weights });
  if (resample === "none")
    return runner.run(KERNELS.conv3d, { a: first, ...weights }, { wantsInput: names[0] !== "x" });
  const pooled = await runner.run(KERNELS.maxPool, { x: first });
  const output = await runner.run(KERNELS.conv3d, { a: pooled, ...weights }, { wantsInput: true });
  runner.release(pooled);
  return output;
}
