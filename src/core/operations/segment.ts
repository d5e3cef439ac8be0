import type { Backend } from "../backend";
import { ComputeError } from "../errors";
import { networkFlopsPerVoxel } from "../nn/deepfinder-network";
import { fitsVoxelSize } from "../nn/fits-voxel-size";
import type { Model } from "../nn/model";
import type { Normalization } from "../nn/tile-reader";
import type { Operation } from "../task/operation";
import type { ParamSpec, ParamValues } from "../task/params";
import { resampleVolume, resamplingTo } from "../volume/resample";
import { boxShape, voxelCount, wholeBox } from "../volume/shape";
import { knownVoxelSizeAngstrom, type VolumeReader } from "../volume/volume";
import { type LabelGrid, resampledGrid, sameGrid } from "./label-grid";
import { type FinishedSections, openLabelVolumes } from "./label-volumes";
import { measureVolume } from "./measure-volume";
import type { SegmentOutput, SegmentPreview } from "./results";
import { type SegmentContext, segmentTiles } from "./segment-tiles";

/** No tomogram is that far from a model's voxel size: the header is wrong. */
const MAX_RESAMPLING = 8;
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
    help: "Segments the voxels as they are, although their size is not the one that the model was trained on; otherwise they are resampled.",
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
  /** What a run that was stopped left: this one goes on from there. */
  readonly finished?: FinishedSections | null;
}

/**
 * Labels every voxel of a volume by a network, in tiles whose results equal those of the whole volume at once (core/nn/tiling).
 * The volume is read twice: for mean and standard deviation, then tile by tile. Labels (the most probable class) and their
 * probability (to 1/255) are written section by section; memory stays below the limit for volumes of any size. A volume of
 * another voxel size than the model's is resampled as it is read, and its labels come at its own voxels. A run that goes on
 * from finished sections gives what one run would have given. Throws "bad-input" for a voxel size beyond belief, voxels that
 * are not numbers, and constant volumes. Thesis 4.2.
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

  async run({ volume, model, backend, finished }, params, context) {
    const seen = atModelVoxelSize(volume, model, params);
    const normalization = await measureFor(volume, seen.volume, model, params, context);
    const network = await backend.createNetwork(model);
    try {
      const writer = await openLabelVolumes(volume.meta, model.manifest, params, seen.grid, context);
      if (finished)
        await writer.copy(finished, context.breathe, (piece) =>
          context.onProgress({ done: 0, total: 0, note: "taking over what is finished", preview: { piece } }),
        );
      const budgetBytes = params.memory === null ? backend.budgetBytes : params.memory * MEGABYTE;
      const job = { ...seen, normalization, network, budgetBytes, keep: params };
      const tiles = await segmentTiles(job, writer, context);
      const { resampledToAngstrom } = seen;
      return { voxelsPerClass: await writer.close(), tiles, resampledToAngstrom };
    } finally {
      network.dispose();
    }
  },
};

/** What the network sees, how its voxels lie in the volume, and what progress must say of the voxel size. */
interface Seen {
  readonly volume: VolumeReader;
  readonly grid: LabelGrid;
  readonly note: string;
  readonly resampledToAngstrom: number | null;
}

/** Returns the volume as the network needs it: as it is, or resampled. Throws where its voxel size cannot be right. */
function atModelVoxelSize(
  volume: VolumeReader,
  { manifest }: Model,
  { box, ignoreVoxelSize }: SegmentParams,
): Seen {
  const { meta } = volume;
  const { x, y, z } = meta.voxelSizeAngstrom;
  const wanted = box ?? wholeBox(meta.shape);
  const expected = manifest.voxelSizeAngstrom;
  const known = knownVoxelSizeAngstrom(meta.voxelSizeAngstrom);
  const sizes = known === null ? [x, y, z] : [known];
  const asItIs = { volume, grid: sameGrid(meta.shape, wanted), resampledToAngstrom: null };
  if (ignoreVoxelSize || expected === null) return { ...asItIs, note: "" };
  if (!sizes.every((size) => size > 0))
    return { ...asItIs, note: `; voxel size unknown, taken as ${expected} Å` };
  if (sizes.every((size) => fitsVoxelSize(manifest, size))) return { ...asItIs, note: "" };
  const given = sizes.map((size) => Number(size.toFixed(2))).join(" × ");
  if (sizes.some((size) => Math.max(size / expected, expected / size) > MAX_RESAMPLING)) {
    const sentence = `${meta.name} has voxels of ${given} Å, the model "${manifest.name}" was trained on ${expected} Å: state the right voxel size, or ignore it.`;
    throw new ComputeError("bad-input", sentence, { voxelSizeAngstrom: meta.voxelSizeAngstrom, expected });
  }
  const resampling = resamplingTo(meta, expected);
  return {
    volume: resampleVolume(volume, resampling, expected),
    grid: resampledGrid(meta.shape, wanted, resampling),
    note: `; resampled from ${given} Å to the model's ${expected} Å`,
    resampledToAngstrom: expected,
  };
}

async function measureFor(
  volume: VolumeReader,
  seen: VolumeReader,
  { manifest }: Model,
  { contrast }: SegmentParams,
  context: SegmentContext,
): Promise<Normalization> {
  let measured = await measureVolume(seen, context);
  // Where the volume is resampled, the sentence is about its own voxels.
  if (measured.firstNonFinite && seen !== volume) measured = await measureVolume(volume, context);
  const { mean, std, nonFinite, firstNonFinite } = measured;
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
  return { mean, scale: (inverted ? -1 : 1) / std };
}
