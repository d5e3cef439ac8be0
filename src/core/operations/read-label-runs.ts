import { type LabelRuns, LabelRunsBuilder } from "../segment/label-runs";
import type { TaskContext } from "../task/task";
import type { VolumeReader } from "../volume/volume";

/** Voxels that are read at a time: 16 MB of labels. */
export const LABEL_SLAB_VOXELS = 1 << 22;

/**
 * Returns the runs of the labels that are wanted, with the sums of the score where one is given (of the labels' shape). The
 * label map is read once, in slabs. Throws ComputeError "bad-input" at what is no label.
 */
export async function readLabelRuns(
  labels: VolumeReader,
  score: VolumeReader | null,
  wanted: readonly number[],
  { onProgress, breathe }: Pick<TaskContext, "onProgress" | "breathe">,
): Promise<LabelRuns[]> {
  const { shape } = labels.meta;
  const [nz, ny, nx] = shape;
  const builder = new LabelRunsBuilder(shape, wanted, score !== null);
  const step = Math.max(1, Math.floor(LABEL_SLAB_VOXELS / (ny * nx)));
  for (let z0 = 0; z0 < nz; z0 += step) {
    await breathe();
    const box = { z0, y0: 0, x0: 0, z1: Math.min(nz, z0 + step), y1: ny, x1: nx };
    builder.add(await labels.readBox(box), score && (await score.readBox(box)));
    onProgress({ done: box.z1, total: nz + wanted.length, note: "reading labels" });
  }
  return builder.finish();
}
