import { ComputeError } from "../errors";
import { deepFinderLayers } from "./deepfinder-network";
import type { Model, Weights } from "./model";

/**
 * Returns the number of classes of a model whose weights fit its architecture. Throws ComputeError "bad-input" naming the
 * first tensor that is missing, too much, of another shape, or not finite.
 */
export function checkWeights({ manifest, weights }: Model): number {
  const classCount = manifest.classes.length;
  const labels = manifest.classes.map(({ label }) => label);
  if (classCount < 2 || labels.some((label, index) => label !== index)) {
    const sentence = `The classes of model "${manifest.name}" must be labelled 0, 1, 2, … in order, not ${labels.join(", ")}.`;
    throw new ComputeError("bad-input", sentence, { labels });
  }
  checkNetworkWeights(weights, classCount, `model "${manifest.name}"`);
  return classCount;
}

/** The same for weights alone; `owner` completes "The weights of …". */
export function checkNetworkWeights(weights: Weights, classCount: number, owner: string): void {
  const bad = (reason: string, tensor: string) =>
    new ComputeError("bad-input", `The weights of ${owner} do not fit: ${reason}.`, { tensor });
  const expected = new Map<string, readonly number[]>();
  for (const { name, kernel, inChannels, outChannels } of deepFinderLayers(classCount)) {
    expected.set(`${name}.weight`, [kernel, kernel, kernel, inChannels, outChannels]);
    expected.set(`${name}.bias`, [outChannels]);
  }
  for (const [name, shape] of expected) {
    const tensor = weights.get(name);
    if (!tensor) throw bad(`tensor ${name} is missing`, name);
    if (tensor.shape.length !== shape.length || shape.some((side, axis) => side !== tensor.shape[axis]))
      throw bad(`tensor ${name} is [${tensor.shape.join(", ")}] instead of [${shape.join(", ")}]`, name);
    if (tensor.values.length !== shape.reduce((product, side) => product * side, 1))
      throw bad(`tensor ${name} holds ${tensor.values.length} values`, name);
    if (!tensor.values.every(Number.isFinite))
      throw bad(`tensor ${name} holds values that are not finite`, name);
  }
  const extra = [...weights.keys()].find((name) => !expected.has(name));
  if (extra !== undefined) throw bad(`tensor ${extra} is not part of deepfinder-2019`, extra);
}
