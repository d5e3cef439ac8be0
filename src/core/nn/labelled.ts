/** The most probable class of each voxel, the first of equal ones, and its probability: 255 stands for 1. */
export interface Labelled {
  readonly labels: Uint8Array<ArrayBuffer>;
  readonly scores: Uint8Array<ArrayBuffer>;
}

/** Returns labels and their probabilities from probabilities [voxel, class]. */
export function labelProbabilities(probabilities: Float32Array, classCount: number): Labelled {
  const voxels = probabilities.length / classCount;
  const labels = new Uint8Array(voxels);
  const scores = new Uint8Array(voxels);
  for (let voxel = 0; voxel < voxels; voxel++) {
    const first = voxel * classCount;
    let best = 0;
    for (let label = 1; label < classCount; label++)
      if (probabilities[first + label] > probabilities[first + best]) best = label;
    labels[voxel] = best;
    scores[voxel] = Math.round(255 * probabilities[first + best]);
  }
  return { labels, scores };
}
