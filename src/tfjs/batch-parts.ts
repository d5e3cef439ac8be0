import { ComputeError } from "../core/errors";
import { NETWORK_GRID } from "../core/nn/deepfinder-network";
import type { TrainingBatch } from "../core/train/trainer";

/**
 * Returns how many voxels of a batch each class has. Throws ComputeError "bad-input" for a label that is no class, and for a
 * batch whose sides are not on the network's grid or that holds another number of voxels than it says.
 */
export function countLabels(
  { count, side, voxels, labels }: TrainingBatch,
  classCount: number,
): Float64Array {
  const expected = count * side ** 3;
  if (count < 1 || side < NETWORK_GRID || side % NETWORK_GRID !== 0) {
    const sentence = `A batch needs cubes whose side is a multiple of ${NETWORK_GRID}, not ${count} of side ${side}.`;
    throw new ComputeError("bad-input", sentence, { count, side });
  }
  if (voxels.length !== expected || labels.length !== expected) {
    const sentence = `A batch of ${count} cubes of side ${side} has ${expected} voxels, not ${voxels.length} with ${labels.length} labels.`;
    throw new ComputeError("bad-input", sentence, { count, side });
  }
  const counts = new Float64Array(classCount);
  for (const label of labels) {
    if (label >= classCount) {
      const sentence = `A batch has the label ${label}, and the network ${classCount} classes.`;
      throw new ComputeError("bad-input", sentence, { label, classCount });
    }
    counts[label]++;
  }
  return counts;
}

/** Returns the cubes of a batch in batches of at most `size`, which share its memory. */
export function splitBatch({ count, side, voxels, labels }: TrainingBatch, size: number): TrainingBatch[] {
  const parts: TrainingBatch[] = [];
  for (let first = 0; first < count; first += size) {
    const end = Math.min(count, first + size);
    const [from, to] = [first * side ** 3, end * side ** 3];
    parts.push({
      count: end - first,
      side,
      voxels: voxels.subarray(from, to),
      labels: labels.subarray(from, to),
    });
  }
  return parts;
}
