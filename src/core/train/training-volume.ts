import { ComputeError } from "../errors";
import { fitsVoxelSize } from "../nn/fits-voxel-size";
import { LOCALIZE } from "../operations/localize";
import type { ClassInfo, Particle } from "../particles/particle-list";
import { paramDefaults } from "../task/params";
import type { TaskContext } from "../task/task";
import { arrayVolume, type VoxelArray } from "../volume/array-volume";
import { type Shape3, voxelCount } from "../volume/shape";
import { createStatistics } from "../volume/statistics";
import { knownVoxelSizeAngstrom, type VolumeReader, type VoxelType } from "../volume/volume";
import { paintShapes, paintSpheres, type ShapeMask, type TrainingObject } from "./paint-targets";
import type { TrainingRecipe } from "./training-recipe";

/** A tomogram with what is known of it, as its files or its simulation give it. */
export interface TrainingData {
  readonly volume: VolumeReader;
  readonly labels: VolumeReader | null;
  readonly particles: readonly Particle[] | null;
  /** The model's label of a label of the data; null where the data's labels are the model's. */
  readonly labelOf: ReadonlyMap<number, number> | null;
  readonly proteinIsBright: boolean;
}

/** A tomogram in memory, ready to cut patches from. */
export interface TrainingVolume {
  readonly name: string;
  readonly shape: Shape3;
  /** As its file stores them. */
  readonly voxels: VoxelArray;
  /** Of the whole volume. A voxel v counts as (v − mean) · scale; `scale` is negative where the contrast is not the model's. */
  readonly mean: number;
  readonly scale: number;
  readonly labels: Uint8Array;
  /** The particles of the model's classes. */
  readonly objects: readonly TrainingObject[];
  /** Voxels of the classes without a radius, at most some thousands of each, spread evenly. */
  readonly regions: ReadonlyMap<number, Uint32Array>;
  /** The volume for the network that segments it. */
  readonly reader: VolumeReader;
  readonly proteinIsBright: boolean;
}

/** Voxels that are read at a time: 16 MB. */
const SLAB_VOXELS = 1 << 22;
const MOST_REGION_VOXELS = 1 << 14;

type Context = Pick<TaskContext<never>, "breathe" | "onProgress" | "signal">;

/**
 * Returns a tomogram read into memory, in its file's own type, with the targets that the recipe asks for. Without a list of
 * particles those of the label map's components are taken. Throws "bad-input" for other voxel sizes, shapes that differ, volumes
 * smaller than a patch, labels that the model lacks, and data that the targets need and that are not there.
 */
export async function readTrainingVolume(
  data: TrainingData,
  recipe: TrainingRecipe,
  masks: ReadonlyMap<number, ShapeMask>,
  context: Context,
): Promise<TrainingVolume> {
  const { meta } = data.volume;
  checkData(data, recipe);
  context.onProgress({ done: 0, total: 1, note: `reading ${meta.name}` });
  const { voxels, mean, std } = await readVoxels(data.volume, context);
  const given = data.labels ? await readLabels(data.labels, data.labelOf, recipe, context) : null;
  const objects = data.particles
    ? objectsOf(data.particles, data.labelOf, recipe.classes, meta.name)
    : await componentsOf(given ?? new Uint8Array(), meta, recipe.classes, context);
  const labels = targetsOf(given, meta.shape, objects, recipe, masks);
  const turned = data.proteinIsBright !== recipe.proteinIsBright;
  return {
    name: meta.name,
    shape: meta.shape,
    voxels,
    mean,
    scale: (turned ? -1 : 1) / std,
    labels,
    objects,
    regions: regionsOf(labels, recipe.classes),
    reader: arrayVolume(meta, voxels),
    proteinIsBright: data.proteinIsBright,
  };
}

function bad(sentence: string, fields: Readonly<Record<string, unknown>> = {}): never {
  throw new ComputeError("bad-input", sentence, fields);
}

function checkData({ volume, labels, particles }: TrainingData, recipe: TrainingRecipe): void {
  const { name, shape, voxelSizeAngstrom } = volume.meta;
  const { targets, sampling } = recipe;
  const size = knownVoxelSizeAngstrom(voxelSizeAngstrom);
  if (size !== null && !fitsVoxelSize(recipe, size))
    bad(
      `${name} has voxels of ${Number(size.toFixed(2))} Å, the recipe trains a model for ${recipe.voxelSizeAngstrom} Å.`,
    );
  if (Math.min(...shape) < sampling.side)
    bad(`${name} is ${shape.join(" × ")} (z, y, x), smaller than a patch of ${sampling.side} voxels.`);
  if (labels && labels.meta.shape.join() !== shape.join())
    bad(
      `The label map ${labels.meta.name} has ${labels.meta.shape.join(" × ")} voxels (z, y, x), ${name} has ${shape.join(" × ")}: they must be the same.`,
    );
  if (!labels && targets.kind === "labels") bad(`${name} has no label map, which the targets "labels" need.`);
  if (!labels && !particles) bad(`${name} has neither a label map nor particles.`);
  if (!particles && targets.kind === "shapes")
    bad(`${name} has no particles, whose rotations the targets "shapes" need.`);
}

function arrayOf(dtype: VoxelType, length: number): VoxelArray {
  switch (dtype) {
    case "int8":
      return new Int8Array(length);
    case "uint8":
    case "uint4":
      return new Uint8Array(length);
    case "int16":
      return new Int16Array(length);
    case "uint16":
      return new Uint16Array(length);
    default:
      return new Float32Array(length);
  }
}

/** Calls `take` with the voxels, section by section, and the index of the first of them. */
async function forEachSlab(
  { meta, readBox }: VolumeReader,
  { breathe }: Context,
  take: (values: Float32Array, first: number) => void,
): Promise<void> {
  const [nz, ny, nx] = meta.shape;
  const step = Math.max(1, Math.floor(SLAB_VOXELS / (ny * nx)));
  for (let z0 = 0; z0 < nz; z0 += step) {
    await breathe();
    take(await readBox({ z0, y0: 0, x0: 0, z1: Math.min(nz, z0 + step), y1: ny, x1: nx }), z0 * ny * nx);
  }
}

async function readVoxels(volume: VolumeReader, context: Context) {
  const { name, shape, dtype } = volume.meta;
  const voxels = arrayOf(dtype, voxelCount(shape));
  const statistics = createStatistics();
  await forEachSlab(volume, context, (values, first) => {
    statistics.add(values);
    voxels.set(values, first);
  });
  const { mean, std, nonFinite } = statistics.result();
  if (nonFinite > 0) bad(`${nonFinite} voxels of ${name} are no finite numbers.`, { nonFinite });
  if (!(std > 0)) bad(`All voxels of ${name} are ${mean}: there is nothing to learn.`, { mean });
  return { voxels, mean, std };
}

/** The model's label of each label of the data; labels beyond a map are background. */
function labelTable(labelOf: ReadonlyMap<number, number> | null, classCount: number): Int16Array {
  const table = new Int16Array(256).fill(labelOf ? 0 : -1);
  if (labelOf) for (const [from, to] of labelOf) table[from] = to;
  else for (let label = 0; label < classCount; label++) table[label] = label;
  return table;
}

async function readLabels(
  volume: VolumeReader,
  labelOf: ReadonlyMap<number, number> | null,
  { classes }: TrainingRecipe,
  context: Context,
): Promise<Uint8Array> {
  const table = labelTable(labelOf, classes.length);
  const labels = new Uint8Array(voxelCount(volume.meta.shape));
  await forEachSlab(volume, context, (values, first) => {
    for (let i = 0; i < values.length; i++) {
      const label = table[values[i]] ?? -1;
      if (label < 0)
        bad(
          `${volume.meta.name} holds ${values[i]}, the model's classes are 0 to ${classes.length - 1}: say in the recipe by "classes" which label is which.`,
          { value: values[i] },
        );
      labels[first + i] = label;
    }
  });
  return labels;
}

function objectsOf(
  particles: readonly Particle[],
  labelOf: ReadonlyMap<number, number> | null,
  classes: readonly ClassInfo[],
  name: string,
): TrainingObject[] {
  const objects: TrainingObject[] = [];
  for (const { x, y, z, rotation, label: given } of particles) {
    const label = labelOf ? (labelOf.get(given) ?? 0) : given;
    if (label >= classes.length)
      bad(
        `The particles of ${name} have label ${given}, the model's classes are 0 to ${classes.length - 1}: say in the recipe by "classes" which label is which.`,
        { label: given },
      );
    if (label > 0) objects.push({ x, y, z, rotation, label });
  }
  return objects;
}

async function componentsOf(
  labels: Uint8Array,
  meta: VolumeReader["meta"],
  classes: readonly ClassInfo[],
  context: Context,
): Promise<readonly TrainingObject[]> {
  const reader = arrayVolume({ ...meta, dtype: "uint8" }, labels);
  const { list } = await LOCALIZE.run(
    { labels: reader, score: null, classes },
    paramDefaults(LOCALIZE.params),
    { ...context, createVolume: () => Promise.reject(new Error("a localization makes no volume")) },
  );
  return list.particles;
}

function targetsOf(
  given: Uint8Array | null,
  shape: Shape3,
  objects: readonly TrainingObject[],
  { targets, classes, voxelSizeAngstrom }: TrainingRecipe,
  masks: ReadonlyMap<number, ShapeMask>,
): Uint8Array {
  if (given && targets.kind === "labels") return given;
  const isParticle = Uint8Array.from(classes, ({ radiusAngstrom }) => (radiusAngstrom === undefined ? 0 : 1));
  const labels = given
    ? given.map((label) => (isParticle[label] ? 0 : label))
    : new Uint8Array(voxelCount(shape));
  if (targets.kind === "shapes") paintShapes(labels, shape, objects, masks);
  else paintSpheres(labels, shape, objects, radiiOf(classes, voxelSizeAngstrom));
  return labels;
}

/** The radii in voxels of the classes that have one, by label. */
function radiiOf(classes: readonly ClassInfo[], voxelSizeAngstrom: number): Map<number, number> {
  const radii = new Map<number, number>();
  for (const { label, radiusAngstrom } of classes)
    if (radiusAngstrom !== undefined) radii.set(label, radiusAngstrom / voxelSizeAngstrom);
  return radii;
}

function regionsOf(labels: Uint8Array, classes: readonly ClassInfo[]): Map<number, Uint32Array> {
  const counts = new Uint32Array(256);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  const regions = new Map<number, Uint32Array>();
  const every = new Uint32Array(256); // 0 for classes that are none
  for (const { label, radiusAngstrom } of classes) {
    if (label === 0 || radiusAngstrom !== undefined || counts[label] === 0) continue;
    every[label] = Math.ceil(counts[label] / MOST_REGION_VOXELS);
    regions.set(label, new Uint32Array(Math.ceil(counts[label] / every[label])));
  }
  const seen = new Uint32Array(256);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (every[label] === 0) continue;
    const number = seen[label]++;
    if (number % every[label] === 0) (regions.get(label) as Uint32Array)[number / every[label]] = i;
  }
  return regions;
}
