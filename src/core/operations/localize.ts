import { ComputeError } from "../errors";
import type { ClassInfo, Particle, ParticleList } from "../particles/particle-list";
import { connectedComponents } from "../segment/connected-components";
import { type LabelRuns, LabelRunsBuilder, type VoxelGroup } from "../segment/label-runs";
import { meanShift } from "../segment/mean-shift";
import type { Operation } from "../task/operation";
import type { ParamSpec, ParamValues } from "../task/params";
import type { TaskContext } from "../task/task";
import { type Shape3, voxelCount } from "../volume/shape";
import { knownVoxelSizeAngstrom, type VolumeReader } from "../volume/volume";

/** Voxels that are read at a time: 16 MB of labels. */
const SLAB_VOXELS = 1 << 22;
/** A run takes 12 bytes; crowded cells have about one for 20 voxels. */
const RUN_BYTES_PER_VOXEL = 12 / 20;

const LOCALIZE_PARAMS = {
  method: {
    kind: "choice",
    label: "Method",
    help: "Components are instant and need particles that do not touch; mean-shift divides those that do.",
    default: "components",
    choices: [
      { value: "components", label: "Connected components" },
      { value: "mean-shift", label: "Mean-shift" },
    ],
  },
  minVoxels: {
    kind: "per-class",
    label: "Smallest size",
    help: "Groups with fewer voxels are dropped; larger values leave fewer, surer particles.",
    default: {},
    min: 1,
    max: 1_000_000_000,
    unit: "voxels",
  },
  bandwidth: {
    kind: "number",
    label: "Mean-shift bandwidth",
    help: "As a factor of the radius of the class; larger values join more.",
    default: 1.25,
    min: 0.25,
    max: 4,
    step: 0.05,
    unit: "× radius",
    advanced: true,
  },
} as const satisfies ParamSpec;

type LocalizeParams = ParamValues<typeof LOCALIZE_PARAMS>;

interface LocalizeInputs {
  readonly labels: VolumeReader;
  /** Probability of each voxel's label, 0…1; of the labels' shape. */
  readonly score: VolumeReader | null;
  readonly classes: readonly ClassInfo[];
  /** The tomogram that the list is of; the label map's own name if left out. */
  readonly volumeName?: string;
}

async function readRuns(
  { labels, score }: LocalizeInputs,
  wanted: readonly ClassInfo[],
  { onProgress, breathe }: TaskContext,
): Promise<LabelRuns[]> {
  const { shape } = labels.meta;
  const [nz, ny, nx] = shape;
  const wantedLabels = wanted.map((info) => info.label);
  const builder = new LabelRunsBuilder(shape, wantedLabels, score !== null);
  const step = Math.max(1, Math.floor(SLAB_VOXELS / (ny * nx)));
  for (let z0 = 0; z0 < nz; z0 += step) {
    await breathe();
    const box = { z0, y0: 0, x0: 0, z1: Math.min(nz, z0 + step), y1: ny, x1: nx };
    builder.add(await labels.readBox(box), score && (await score.readBox(box)));
    onProgress({ done: box.z1, total: nz + wanted.length, note: "reading labels" });
  }
  return builder.finish();
}

function bandwidthVoxels({ labels }: LocalizeInputs, info: ClassInfo, factor: number): number {
  const voxelSize = knownVoxelSizeAngstrom(labels.meta.voxelSizeAngstrom);
  if (voxelSize === null)
    throw new ComputeError(
      "bad-input",
      `Mean-shift needs a voxel size to know the radius of a ${info.name} in voxels, and ${labels.meta.name} gives none that is the same along x, y and z.`,
    );
  return (factor * (info.radiusAngstrom ?? 0)) / voxelSize;
}

/** Largest first within a class; positions are kept to a thousandth of a voxel, scores to a ten-thousandth. */
function toParticles(groups: readonly VoxelGroup[]): Particle[] {
  const ordered = [...groups].sort((a, b) => a.label - b.label || b.sizeVoxels - a.sizeVoxels);
  return ordered.map(({ label, sizeVoxels, centroid, meanScore }, index) => ({
    id: index + 1,
    label,
    x: Number(centroid.x.toFixed(3)),
    y: Number(centroid.y.toFixed(3)),
    z: Number(centroid.z.toFixed(3)),
    sizeVoxels,
    score: meanScore === null ? null : Number(meanScore.toFixed(4)),
    rotation: null,
  }));
}

/**
 * Particles from a label map: groups of voxels of each class that has a radius, by components or mean-shift, of at least
 * the smallest size (the parameter, else the class's own, else 1). Position is the mean of the voxels, score their mean
 * probability. The label map is read once, in slabs; memory grows with the surface of the objects. Thesis 4.2.3.
 */
export const LOCALIZE: Operation<typeof LOCALIZE_PARAMS, LocalizeInputs, { readonly list: ParticleList }> = {
  id: "localize",
  label: "Localize",
  summary: "Turns a label map into a list of particles with position, class, size and score.",
  params: LOCALIZE_PARAMS,

  estimate(shape: Shape3) {
    const voxels = voxelCount(shape);
    const slab = Math.min(voxels, Math.max(SLAB_VOXELS, shape[1] * shape[2]));
    return { bytes: 8 * slab + RUN_BYTES_PER_VOXEL * voxels, flops: 10 * voxels };
  },

  async run(inputs: LocalizeInputs, params: LocalizeParams, context: TaskContext) {
    const { labels, score, classes } = inputs;
    const { name, shape, voxelSizeAngstrom } = labels.meta;
    if (score && score.meta.shape.join() !== shape.join())
      throw new ComputeError(
        "bad-input",
        `The score map ${score.meta.name} has ${score.meta.shape.join(" × ")} voxels (z, y, x), the label map ${shape.join(" × ")}: they must be the same.`,
      );
    const wanted = classes.filter((info) => info.label > 0 && info.radiusAngstrom !== undefined);
    const runs = await readRuns(inputs, wanted, context);

    const groups: VoxelGroup[] = [];
    for (const [index, info] of wanted.entries()) {
      context.onProgress({
        done: shape[0] + index,
        total: shape[0] + wanted.length,
        note: `grouping ${info.name}`,
      });
      const ofClass = runs.find((candidate) => candidate.label === info.label);
      if (!ofClass) continue;
      const found =
        params.method === "components"
          ? await connectedComponents(ofClass, context.breathe)
          : await meanShift(ofClass, bandwidthVoxels(inputs, info, params.bandwidth), context.breathe);
      const smallest = params.minVoxels[info.label] ?? info.minVoxels ?? 1;
      groups.push(...found.filter((group) => group.sizeVoxels >= smallest));
    }
    const particles = toParticles(groups);
    return { list: { volumeName: inputs.volumeName ?? name, shape, voxelSizeAngstrom, classes, particles } };
  },
};
