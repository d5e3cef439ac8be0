import type { Isosurface, LabelSurface } from "../src/contracts/data";
import { ComputeError } from "../src/core/errors";
import { binomialSmooth } from "../src/core/mesh/binomial-smooth";
import { createLabelBins } from "../src/core/mesh/label-bins";
import { type Mesh, surfaceNets } from "../src/core/mesh/surface-nets";
import { addSectionToBins, binFactor, binnedShape, sumsToMeans } from "../src/core/volume/binning";
import { type Shape3, voxelCount } from "../src/core/volume/shape";
import { createStatistics } from "../src/core/volume/statistics";
import type { CachedVolume } from "./cached-volume";

/** Label maps are binned to at most so many voxels per side. */
const LABELS_MAX_SIDE = 256;
/** A voxel belongs to a class where the class takes at least half of it. */
const HALF = 0.5;

/** Dense matter is about this many deviations from the mean in a tomogram. */
const DENSE_DEVIATIONS = 2.5;

interface BinnedVolume {
  readonly maxSide: number;
  readonly factor: number;
  readonly shape: Shape3;
  readonly means: Float32Array;
}

/** The last binned copy of a volume: moving the level makes a new surface of it and reads nothing. */
const binnedCopies = new WeakMap<CachedVolume, BinnedVolume>();

async function binned(volume: CachedVolume, maxSide: number, breathe: () => Promise<void>) {
  const known = binnedCopies.get(volume);
  if (known?.maxSide === maxSide) return known;
  const { shape } = volume.meta;
  const factor = binFactor(shape, maxSide);
  const means = new Float32Array(voxelCount(binnedShape(shape, factor)));
  await volume.eachSectionOfAll((section, z) => addSectionToBins(means, section, z, shape, factor), breathe);
  sumsToMeans(means, shape, factor);
  const made = { maxSide, factor, shape: binnedShape(shape, factor), means };
  binnedCopies.set(volume, made);
  return made;
}

/** From bins to voxels of the volume: the centre of bin i lies at i · factor + (factor − 1) / 2. */
function toVoxels(mesh: Mesh, factor: number): Mesh {
  const { positions } = mesh;
  const offset = (factor - 1) / 2;
  for (let i = 0; i < positions.length; i++) positions[i] = positions[i] * factor + offset;
  return mesh;
}

/** Some deviations of the binned copy from its mean: binning takes noise away, so those of the volume lie too far out. */
function denseLevel({ means }: BinnedVolume, bright: boolean): number {
  const statistics = createStatistics();
  statistics.add(means);
  const { min, max, mean, std } = statistics.result();
  if (!Number.isFinite(mean)) return 0;
  // Not further than halfway to the outermost value, so that there is something within.
  return bright
    ? Math.min(mean + DENSE_DEVIATIONS * std, (mean + max) / 2)
    : Math.max(mean - DENSE_DEVIATIONS * std, (mean + min) / 2);
}

/** Returns the surface where a volume, binned to at most `maxSide` per side, crosses `wanted`, or a level of dense matter. */
export async function densitySurface(
  volume: CachedVolume,
  wanted: number | null,
  bright: boolean,
  maxSide: number,
  breathe: () => Promise<void>,
): Promise<Isosurface> {
  if (wanted !== null && !Number.isFinite(wanted)) {
    const sentence = `The level of the surface must be a number, not ${wanted}.`;
    throw new ComputeError("bad-parameter", sentence, { name: "level", value: wanted });
  }
  if (!Number.isInteger(maxSide) || maxSide < 1) {
    const sentence = `The largest side must be a whole number from 1, not ${maxSide}.`;
    throw new ComputeError("bad-parameter", sentence, { name: "maxSide", value: maxSide });
  }
  const copy = await binned(volume, maxSide, breathe);
  const { means, shape, factor } = copy;
  const level = wanted ?? denseLevel(copy, bright);
  const field = new Float32Array(means.length);
  for (let i = 0; i < field.length; i++) field[i] = bright ? means[i] - level : level - means[i];
  return { level, ...toVoxels(surfaceNets(field, shape), factor) };
}

/**
 * Returns a surface for each label of a label map: where the share of the label, binned to at most 256 voxels per side (or
 * smoothed over its neighbours where no binning is needed), crosses one half. Labels without such a place are left out.
 */
export async function labelSurfaces(
  volume: CachedVolume,
  breathe: () => Promise<void>,
): Promise<LabelSurface[]> {
  const { shape } = volume.meta;
  const factor = binFactor(shape, LABELS_MAX_SIDE);
  const bins = createLabelBins(shape, factor);
  await volume.eachSectionOfAll(bins.add, breathe);
  const surfaces: LabelSurface[] = [];
  for (const label of bins.labels()) {
    await breathe();
    const field = bins.occupancy(label);
    if (factor === 1) binomialSmooth(field, bins.shape);
    for (let i = 0; i < field.length; i++) field[i] -= HALF;
    await breathe();
    const mesh = toVoxels(surfaceNets(field, bins.shape), factor);
    if (mesh.indices.length > 0) surfaces.push({ label, ...mesh });
  }
  return surfaces;
}
