import { ComputeError } from "../errors";
import type { ClassInfo, Particle } from "../particles/particle-list";
import { connectedComponents } from "../segment/connected-components";
import { type LabelPieces, labelPieces } from "../segment/label-pieces";
import type { LabelRuns, VoxelGroup } from "../segment/label-runs";
import { meanShift } from "../segment/mean-shift";
import type { Operation } from "../task/operation";
import type { ParamSpec, ParamValues } from "../task/params";
import type { TaskContext } from "../task/task";
import { type Shape3, voxelCount } from "../volume/shape";
import { knownVoxelSizeAngstrom, type VolumeReader } from "../volume/volume";
import { LABEL_SLAB_VOXELS, readLabelRuns } from "./read-label-runs";
import type { LocalizeOutput } from "./results";

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

export type LocalizeParams = ParamValues<typeof LOCALIZE_PARAMS>;
type LocalizeContext = Pick<TaskContext, "onProgress" | "breathe">;

/** Tells whether particles of a class are looked for: it has a radius. */
export function isLocalized({ label, radiusAngstrom }: ClassInfo): boolean {
  return label > 0 && radiusAngstrom !== undefined;
}

export interface LocalizeInputs {
  readonly labels: VolumeReader;
  /** Probability of each voxel's label, 0…1; of the labels' shape. */
  readonly score: VolumeReader | null;
  readonly classes: readonly ClassInfo[];
  /** The tomogram that the list is of; the label map's own name if left out. */
  readonly volumeName?: string;
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

/** Largest first; positions are kept to a thousandth of a voxel, scores to a ten-thousandth. */
function toParticles(groups: readonly VoxelGroup[]): Particle[] {
  const ordered = [...groups].sort((a, b) => b.sizeVoxels - a.sizeVoxels);
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

const renumbered = (particles: readonly Particle[]): Particle[] =>
  particles.map((particle, index) => ({ ...particle, id: index + 1 }));

/** What is kept of one class between runs. */
interface KeptClass {
  readonly runs: LabelRuns;
  pieces: LabelPieces | null;
  /** How its particles were grouped, and what came of it. */
  grouping: string;
  particles: readonly Particle[];
}

/**
 * Localizes particles in one label map again and again: it is read at the first run, and classes are grouped again only
 * when what they are grouped by has changed. Every run must be given the same labels, score and classes that have a radius.
 */
export class Localizer {
  private kept: Map<number, KeptClass> | null = null;

  /** Returns the particles of at least the smallest size, and those of any size. */
  async run(
    inputs: LocalizeInputs,
    params: LocalizeParams,
    context: LocalizeContext,
  ): Promise<LocalizeOutput> {
    const { labels, score, classes } = inputs;
    const { name, shape, voxelSizeAngstrom } = labels.meta;
    if (score && score.meta.shape.join() !== shape.join())
      throw new ComputeError(
        "bad-input",
        `The score map ${score.meta.name} has ${score.meta.shape.join(" × ")} voxels (z, y, x), the label map ${shape.join(" × ")}: they must be the same.`,
      );
    const wanted = classes.filter(isLocalized).sort((a, b) => a.label - b.label);
    const kept = await this.read(
      inputs,
      wanted.map(({ label }) => label),
      context,
    );
    const candidates: Particle[] = [];
    const particles: Particle[] = [];
    for (const [index, info] of wanted.entries()) {
      const { label, minVoxels = 1 } = info;
      const ofClass = kept.get(label);
      if (!ofClass) continue;
      const total = shape[0] + wanted.length;
      context.onProgress({ done: shape[0] + index, total, note: `grouping ${info.name}` });
      const found = await particlesOf(ofClass, inputs, info, params, context);
      const smallest = params.minVoxels[label] ?? minVoxels;
      for (const particle of found) {
        candidates.push(particle);
        if ((particle.sizeVoxels ?? 0) >= smallest) particles.push(particle);
      }
    }
    const list = { volumeName: inputs.volumeName ?? name, shape, voxelSizeAngstrom, classes };
    return { list: { ...list, particles: renumbered(particles) }, candidates: renumbered(candidates) };
  }

  private async read(inputs: LocalizeInputs, wanted: readonly number[], context: LocalizeContext) {
    if (this.kept) return this.kept;
    const read = await readLabelRuns(inputs.labels, inputs.score, wanted, context);
    this.kept = new Map(
      read.map((runs) => [runs.label, { runs, pieces: null, grouping: "", particles: [] }]),
    );
    return this.kept;
  }
}

/** Returns the particles of one class, grouped anew only where that gives others than those kept. */
async function particlesOf(
  kept: KeptClass,
  inputs: LocalizeInputs,
  info: ClassInfo,
  { method, bandwidth }: LocalizeParams,
  { breathe }: LocalizeContext,
): Promise<readonly Particle[]> {
  const voxels = method === "mean-shift" ? bandwidthVoxels(inputs, info, bandwidth) : null;
  const grouping = `${method} ${voxels}`;
  if (kept.grouping === grouping) return kept.particles;
  const group = async () => {
    if (voxels === null) return connectedComponents(kept.runs, breathe);
    kept.pieces ??= await labelPieces(kept.runs, breathe);
    return meanShift(kept.runs, kept.pieces, voxels, breathe);
  };
  kept.particles = toParticles(await group());
  kept.grouping = grouping;
  return kept.particles;
}

/**
 * Particles from a label map: groups of voxels of each class that has a radius, by components or mean-shift, of at least
 * the smallest size (the parameter, else the class's own, else 1). Position is the mean of the voxels, score their mean
 * probability. The label map is read once, in slabs; memory grows with the surface of the objects. Thesis 4.2.3.
 */
export const LOCALIZE: Operation<typeof LOCALIZE_PARAMS, LocalizeInputs, LocalizeOutput> = {
  id: "localize",
  label: "Localize",
  summary: "Turns a label map into a list of particles with position, class, size and score.",
  params: LOCALIZE_PARAMS,

  estimate(shape: Shape3) {
    const voxels = voxelCount(shape);
    const slab = Math.min(voxels, Math.max(LABEL_SLAB_VOXELS, shape[1] * shape[2]));
    return { bytes: 8 * slab + RUN_BYTES_PER_VOXEL * voxels, flops: 10 * voxels };
  },

  run: (inputs, params, context) => new Localizer().run(inputs, params, context),
};
