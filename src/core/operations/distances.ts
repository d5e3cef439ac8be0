import { ComputeError } from "../errors";
import { distanceToLabel } from "../segment/distance-to-label";
import { labelPieces } from "../segment/label-pieces";
import type { Operation } from "../task/operation";
import type { ParamSpec, ParamValues } from "../task/params";
import type { TaskContext } from "../task/task";
import { type Point3, type Shape3, voxelCount } from "../volume/shape";
import { knownVoxelSizeAngstrom, type VolumeReader } from "../volume/volume";
import { LABEL_SLAB_VOXELS, readLabelRuns } from "./read-label-runs";

const POINTS_PER_BREATH = 64;

const DISTANCES_PARAMS = {
  to: {
    kind: "number",
    label: "To the class",
    help: "The label whose nearest voxel is looked for: of the membrane, say.",
    default: 1,
    min: 1,
    max: 255,
    integer: true,
  },
} as const satisfies ParamSpec;

interface DistancesInputs {
  readonly labels: VolumeReader;
  /** In voxels of the label map. */
  readonly points: readonly Point3[];
}

/**
 * The distance of each point to the centre of the nearest voxel of a class, in Å and exact; null where the class has no
 * voxel. The label map is read once, in slabs; memory grows with the surface of the class.
 */
export const DISTANCES: Operation<
  typeof DISTANCES_PARAMS,
  DistancesInputs,
  { readonly distancesAngstrom: readonly (number | null)[] }
> = {
  id: "distances",
  label: "Distances",
  summary: "Measures how far particles are from the nearest voxel of a class, such as the membrane.",
  params: DISTANCES_PARAMS,

  estimate(shape: Shape3) {
    return { bytes: 8 * Math.max(LABEL_SLAB_VOXELS, shape[1] * shape[2]), flops: 10 * voxelCount(shape) };
  },

  async run(
    { labels, points }: DistancesInputs,
    { to }: ParamValues<typeof DISTANCES_PARAMS>,
    context: TaskContext,
  ) {
    const voxelSize = knownVoxelSizeAngstrom(labels.meta.voxelSizeAngstrom);
    if (voxelSize === null) {
      const sentence = `Distances need a voxel size, and ${labels.meta.name} gives none that is the same along x, y and z.`;
      throw new ComputeError("bad-input", sentence);
    }
    const [runs] = await readLabelRuns(labels, null, [to], context);
    const pieces = await labelPieces(runs, context.breathe);
    const distancesAngstrom: (number | null)[] = [];
    for (const [index, point] of points.entries()) {
      if (index % POINTS_PER_BREATH === 0) await context.breathe();
      const distance = voxelSize * distanceToLabel(pieces, point);
      distancesAngstrom.push(Number.isFinite(distance) ? distance : null);
    }
    return { distancesAngstrom };
  },
};
