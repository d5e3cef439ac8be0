import { GroupSums, type LabelRuns, type VoxelGroup } from "./label-runs";
import { numberComponents } from "./run-components";

/**
 * Returns the connected components of one label, in order of their first voxel. Voxels are connected through faces (six
 * neighbours, the default of scipy.ndimage.label): particles that touch by an edge or a corner stay apart. Time grows with
 * the number of runs.
 */
export async function connectedComponents(
  runs: LabelRuns,
  breathe: () => Promise<void>,
): Promise<VoxelGroup[]> {
  const { count, numbers } = await numberComponents(runs, breathe);
  const { shape, rowOffsets, starts, ends } = runs;
  const sums = new GroupSums(runs, count);
  for (let row = 0; row < shape[0] * shape[1]; row++)
    for (let run = rowOffsets[row]; run < rowOffsets[row + 1]; run++)
      sums.add(numbers[run], row, run, starts[run], ends[run]);
  return sums.groups();
}
