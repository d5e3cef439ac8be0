import type { Backend, NetworkExecutor } from "../backend";
import { ComputeError, isTagged } from "../errors";
import { networkFlopsPerVoxel } from "../nn/deepfinder-network";
import type { Model } from "../nn/model";
import {
  boxOnGrid,
  boxWithin,
  coreInTile,
  type PlannedTile,
  paddedShape,
  padTile,
  planTiles,
} from "../nn/tiling";
import type { Operation } from "../task/operation";
import type { ParamSpec, ParamValues } from "../task/params";
import type { Progress, TaskContext } from "../task/task";
import { type Box, boxShape, type Shape3, voxelCount, wholeBox } from "../volume/shape";
import { knownVoxelSizeAngstrom, type VolumeReader } from "../volume/volume";
import { LabelSlab } from "./label-slab";
import { openLabelVolumes } from "./label-volumes";
import { measureVolume } from "./measure-volume";
import type { SegmentOutput, SegmentPreview } from "./results";

/** The network was trained on one voxel size; objects that look larger or smaller than this are not what it knows. */
const VOXEL_SIZE_TOLERANCE = 0.1;
/** What is left of the memory limit after a tile did not fit after all. */
const RETRY_SHARE = 0.6;
const MEGABYTE = 2 ** 20;
/** For the estimate, before a model and a backend are chosen. */
const TYPICAL_CLASSES = 6;
const TYPICAL_BYTES_PER_SECTION_VOXEL = 8000;
const TYPICAL_BUDGET_BYTES = 1e9;

const SEGMENT_PARAMS = {
  contrast: {
    kind: "choice",
    label: "Protein in this volume",
    help: "The volume is inverted where its contrast is not the one that the model was trained on.",
    default: "as-model",
    choices: [
      { value: "as-model", label: "as the model expects" },
      { value: "dark", label: "dark" },
      { value: "bright", label: "bright" },
    ],
  },
  box: {
    kind: "box",
    label: "Box",
    help: "Only this part is segmented; the rest of the label map stays background.",
    default: null,
  },
  saveScore: {
    kind: "boolean",
    label: "Keep the probabilities of the labels",
    help: "A second volume with the probability of each voxel's label; particles get their scores from it.",
    default: true,
  },
  classProbabilities: {
    kind: "boolean",
    label: "Keep the probabilities of every class",
    help: "One more volume for each class, two bytes per voxel.",
    default: false,
    advanced: true,
  },
  ignoreVoxelSize: {
    kind: "boolean",
    label: "Ignore the voxel size",
    help: "Segments although the volume's voxel size is not the one that the model was trained on.",
    default: false,
    advanced: true,
  },
  memory: {
    kind: "auto-number",
    label: "Memory",
    help: "Upper limit for one tile with its results; more memory means larger tiles and less work at their borders.",
    default: null,
    min: 1,
    max: 1_000_000,
    unit: "MB",
    advanced: true,
  },
} as const satisfies ParamSpec;

type SegmentParams = ParamValues<typeof SEGMENT_PARAMS>;

interface SegmentInputs {
  readonly volume: VolumeReader;
  readonly model: Model;
  readonly backend: Backend;
}

type SegmentContext = TaskContext<SegmentPreview>;

/**
 * Labels every voxel of a volume by a network, in tiles whose results equal those of the whole volume at once (core/nn/tiling).
 * The volume is read twice: for mean and standard deviation, then tile by tile. Labels (the most probable class) and their
 * probability are written section by section; memory stays below the limit for volumes of any size. Throws "bad-input" for
 * a voxel size other than the model's, voxels that are not numbers, and constant volumes. Thesis 4.2.
 */
export const SEGMENT: Operation<typeof SEGMENT_PARAMS, SegmentInputs, SegmentOutput, SegmentPreview> = {
  id: "segment",
  label: "Segment",
  summary: "Gives every voxel the most probable class of a trained network.",
  params: SEGMENT_PARAMS,

  estimate(shape, { box, memory }) {
    const region = box ? boxShape(box) : shape;
    const budgetBytes = memory === null ? TYPICAL_BUDGET_BYTES : memory * MEGABYTE;
    return {
      bytes: Math.min(TYPICAL_BYTES_PER_SECTION_VOXEL * region[1] * region[2], budgetBytes),
      flops: voxelCount(region) * networkFlopsPerVoxel(TYPICAL_CLASSES),
    };
  },

  async run({ volume, model, backend }, params, context) {
    const sizeNote = checkVoxelSize(volume, model, params);
    const normalize = await normalization(volume, model, params, context);
    const network = await backend.createNetwork(model);
    try {
      return await segmentTiles({ volume, model, backend, network, normalize, sizeNote }, params, context);
    } finally {
      network.dispose();
    }
  },
};

/** Returns what progress must say of the voxel size ("" where it is known); throws if it is not the model's. */
function checkVoxelSize(
  { meta }: VolumeReader,
  { manifest }: Model,
  { ignoreVoxelSize }: SegmentParams,
): string {
  const { x, y, z } = meta.voxelSizeAngstrom;
  const known = knownVoxelSizeAngstrom(meta.voxelSizeAngstrom);
  const expected = manifest.voxelSizeAngstrom;
  if (expected === null) return "; the model's voxel size is unknown, the volume is taken as it is";
  const isStrange = (size: number) => size > 0 && Math.abs(size / expected - 1) > VOXEL_SIZE_TOLERANCE;
  if (!ignoreVoxelSize && (known === null ? [x, y, z].some(isStrange) : isStrange(known))) {
    const sizes = known === null ? [x, y, z] : [known];
    const given = sizes.map((size) => Number(size.toFixed(2))).join(" × ");
    const sentence = `${meta.name} has voxels of ${given} Å, the model "${manifest.name}" was trained on ${expected} Å: bin or resample the volume, or ignore the voxel size.`;
    throw new ComputeError("bad-input", sentence, { voxelSizeAngstrom: meta.voxelSizeAngstrom, expected });
  }
  return known === null ? `; voxel size unknown, taken as ${expected} Å` : "";
}

async function normalization(
  volume: VolumeReader,
  { manifest }: Model,
  { contrast }: SegmentParams,
  context: SegmentContext,
): Promise<(value: number) => number> {
  const { mean, std, nonFinite, firstNonFinite } = await measureVolume(volume, context);
  if (firstNonFinite) {
    const { x, y, z } = firstNonFinite;
    const count = nonFinite === 1 ? "1 voxel" : `${nonFinite} voxels`;
    const sentence = `${count} of ${volume.meta.name} cannot be used, being no finite numbers; the first is at x ${x}, y ${y}, z ${z}.`;
    throw new ComputeError("bad-input", sentence, { nonFinite, x, y, z });
  }
  if (!(std > 0)) {
    const sentence = `All voxels of ${volume.meta.name} are ${mean}: there is nothing to segment.`;
    throw new ComputeError("bad-input", sentence, { mean, std });
  }
  const inverted = contrast !== "as-model" && (contrast === "bright") !== manifest.proteinIsBright;
  const scale = (inverted ? -1 : 1) / std;
  return (value) => (value - mean) * scale;
}

interface Job extends SegmentInputs {
  readonly network: NetworkExecutor;
  readonly normalize: (value: number) => number;
  readonly sizeNote: string;
}

/** Plans, computes and writes rows of tiles; after "out of memory" the rest is planned again with smaller ones. */
async function segmentTiles(
  job: Job,
  params: SegmentParams,
  context: SegmentContext,
): Promise<SegmentOutput> {
  const { volume, model, backend, network } = job;
  const { shape } = volume.meta;
  const wanted = params.box ?? wholeBox(shape);
  const region = boxOnGrid(wanted);
  const writer = await openLabelVolumes(volume.meta, model.manifest, params, context);
  const bytesOf = (tileShape: Shape3, core: Box) =>
    network.predictBytes(tileShape, core) +
    4 * (2 * voxelCount(tileShape) + network.classCount * voxelCount(boxShape(core))) +
    writer.bytesPerSection * (core.z1 - core.z0);

  let budgetBytes = params.memory === null ? backend.budgetBytes : params.memory * MEGABYTE;
  let shortage: unknown = null;
  let done = 0;
  let tiles = 0;
  let z0 = region.z0;
  while (z0 < region.z1) {
    const rows = planTiles(paddedShape(shape), { ...region, z0 }, budgetBytes, bytesOf);
    if (!rows) throw shortage ?? noRoom(budgetBytes);
    const all = rows.flat();
    const total = done + all.reduce((sum, { core }) => sum + voxelCount(boxShape(core)), 0);
    const tilesBefore = tiles;
    try {
      for (const row of rows) {
        const slab = new LabelSlab(shape, wanted, row[0].core, network.classCount, params);
        for (const tile of row) {
          const small = shortage ? ", smaller for want of memory" : "";
          const note = `tile ${tiles + 1} of ${tilesBefore + all.length}${small}${job.sizeNote}`;
          await segmentTile(job, tile, slab, { done, total, note }, context);
          done += voxelCount(boxShape(tile.core));
          tiles++;
        }
        await writer.write(slab);
        z0 = row[0].core.z1;
      }
    } catch (error) {
      if (!isTagged(error, "out-of-memory")) throw error;
      shortage = error;
      const largest = Math.max(...all.map((tile) => bytesOf(boxShape(tile.tile), coreInTile(tile))));
      budgetBytes = RETRY_SHARE * largest;
      const rest = voxelCount(boxShape({ ...region, z0 }));
      done = voxelCount(boxShape(region)) - rest;
    }
  }
  return { voxelsPerClass: await writer.close(), tiles };
}

async function segmentTile(
  { volume, network, normalize }: Job,
  planned: PlannedTile,
  slab: LabelSlab,
  progress: Progress<SegmentPreview>,
  context: SegmentContext,
): Promise<void> {
  const { core, tile } = planned;
  const within = boxWithin(tile, volume.meta.shape);
  const voxels = padTile(tile, within, await volume.readBox(within), normalize);
  const coreVoxels = voxelCount(boxShape(core));
  let { done } = progress;
  let bySection = false;
  const take = (z: number, probabilities: Float32Array) => {
    const preview = slab.add(core, z, probabilities);
    if (preview) context.onProgress({ ...progress, done, preview });
  };
  const result = await network.predict(
    voxels,
    boxShape(tile),
    coreInTile(planned),
    (fraction) => {
      done = progress.done + Math.floor(fraction * coreVoxels);
      context.onProgress({ ...progress, done });
      return context.breathe();
    },
    (z, probabilities) => {
      bySection = true;
      take(z, probabilities);
    },
  );
  if (!bySection) take(0, result);
}

function noRoom(budgetBytes: number): ComputeError {
  const megabytes = Math.floor(budgetBytes / MEGABYTE);
  const sentence = `Memory of ${megabytes} MB is too little for even the smallest tile of this volume.`;
  return new ComputeError("out-of-memory", sentence, { budgetBytes });
}
