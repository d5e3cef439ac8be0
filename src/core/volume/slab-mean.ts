/** Returns the mean over the sections from…to (the end excluded) of a volume; the array is the caller's. */
export type SlabMean = (from: number, to: number) => Float32Array<ArrayBuffer>;

/**
 * Returns a function that averages slabs of sections of `area` voxels. It keeps the sum of the slab before, so that scrolling
 * by a section adds one and takes one away, whatever the thickness. Sums are in f64: what was added and taken away again
 * leaves less than f32 shows. Takes 12 bytes per voxel of a section.
 */
export function createSlabMean(area: number, copySection: (z: number, out: Float32Array) => void): SlabMean {
  const sum = new Float64Array(area);
  const section = new Float32Array(area);
  let start = 0;
  let end = 0;
  // NaN and infinity cannot be taken away again.
  let finite = true;

  const add = (z: number, sign: number) => {
    copySection(z, section);
    for (let i = 0; i < area; i++) sum[i] += sign * section[i];
  };

  return (from, to) => {
    const kept = Math.min(end, to) - Math.max(start, from);
    if (!finite || 2 * kept <= to - from) {
      sum.fill(0);
      start = from;
      end = from;
    }
    while (end < to) add(end++, 1);
    while (start > from) add(--start, 1);
    while (end > to) add(--end, -1);
    while (start < from) add(start++, -1);
    const mean = new Float32Array(area);
    finite = true;
    for (let i = 0; i < area; i++) {
      mean[i] = sum[i] / (to - from);
      if (sum[i] - sum[i] !== 0) finite = false;
    }
    return mean;
  };
}
