import type { Backend } from "../../core/backend";
import { FormatError } from "../../core/errors";
import { buildSimulatedScene } from "../../core/operations/simulate";
import { imagingWith } from "../../core/operations/simulate-imaging";
import { SIMULATE_PARAMS } from "../../core/operations/simulate-params";
import type { ClassInfo, Particle } from "../../core/particles/particle-list";
import { isProteinBright, metaOfTomogram } from "../../core/simulate/known-tomogram";
import type { Recipe } from "../../core/simulate/recipe";
import { createSceneImager } from "../../core/simulate/scene-imager";
import type { Structure } from "../../core/structure/structure";
import { checkParams } from "../../core/task/params";
import type { TaskContext } from "../../core/task/task";
import type { ShapeMask } from "../../core/train/paint-targets";
import type {
  DataSource,
  FileSource,
  SimulatedSource,
  TrainingRecipe,
} from "../../core/train/training-recipe";
import { readTrainingVolume, type TrainingData, type TrainingVolume } from "../../core/train/training-volume";
import { arrayVolume } from "../../core/volume/array-volume";
import { wholeBox } from "../../core/volume/shape";
import { knownVoxelSizeAngstrom, type VolumeMeta, type VolumeReader } from "../../core/volume/volume";
import { particleFormatOf } from "../particle-formats";
import type { ByteSource } from "../source/byte-source";
import { readTruth } from "../truth/read-truth";
import { openVolume } from "../volume/open-volume";

/** A simulation's recipe with what gives its structures by their ids. */
interface OpenedRecipe {
  readonly recipe: Recipe;
  readonly structures: (id: string) => Promise<Structure>;
}

/** What gives a recipe's data. */
export interface TrainingFiles {
  /** Opens a file by its path in the recipe, hands it to `use` and closes it. */
  withFile<Result>(path: string, use: (file: ByteSource) => Promise<Result>): Promise<Result>;
  openRecipe(recipe: string | Recipe): Promise<OpenedRecipe>;
}

type Context = Pick<TaskContext<never>, "breathe" | "onProgress" | "signal">;

/** The tomograms of a recipe, in memory. */
export interface LoadedTrainingData {
  readonly train: readonly TrainingVolume[];
  readonly validation: readonly TrainingVolume[];
}

/**
 * Reads and simulates the tomograms of a recipe, one after the other. A simulation takes its scene's labels and particles; the same
 * recipe and seeds give the same data. Throws as the readers of the files do, and ComputeError "bad-input" where data do not fit
 * the recipe.
 */
export async function loadTrainingData(
  recipe: TrainingRecipe,
  files: TrainingFiles,
  backend: Backend,
  context: Context,
): Promise<LoadedTrainingData> {
  const masks = await readMasks(recipe, files);
  const read = async (sources: readonly DataSource[]) => {
    const volumes: TrainingVolume[] = [];
    for (const source of sources) {
      const take = (data: TrainingData) => readTrainingVolume(data, recipe, masks, context);
      volumes.push(
        "volume" in source
          ? await withFiles(source, recipe, files, context.signal, take)
          : await take(await simulated(source, recipe, files, backend, context)),
      );
    }
    return volumes;
  };
  return { train: await read(recipe.data.train), validation: await read(recipe.data.validation) };
}

const labelNamed = (classes: readonly ClassInfo[], name: string) =>
  classes.find((info) => info.name === name)?.label ?? 0;

function withVoxelSize({ meta, readBox }: VolumeReader, stated: number | undefined): VolumeReader {
  if (stated === undefined) return { meta, readBox };
  return { meta: { ...meta, voxelSizeAngstrom: { x: stated, y: stated, z: stated } }, readBox };
}

function withFiles<Result>(
  { volume, labels, particles, classes, voxelSizeAngstrom: stated, proteinIsBright }: FileSource,
  recipe: TrainingRecipe,
  files: TrainingFiles,
  signal: AbortSignal,
  use: (data: TrainingData) => Promise<Result>,
): Promise<Result> {
  const labelOf =
    classes &&
    new Map(
      Object.entries(classes).map(([label, name]) => [Number(label), labelNamed(recipe.classes, name)]),
    );
  return files.withFile(volume, async (file) => {
    const opened = withVoxelSize(await openVolume(file, { signal }), stated);
    const list = particles
      ? await files.withFile(particles, (source) => readParticles(source, opened.meta, recipe.classes))
      : null;
    const data = {
      volume: opened,
      particles: list,
      labelOf: labelOf ?? null,
      proteinIsBright: proteinIsBright ?? recipe.proteinIsBright,
    };
    if (!labels) return use({ ...data, labels: null });
    return files.withFile(labels, async (source) =>
      use({ ...data, labels: await openVolume(source, { signal }) }),
    );
  });
}

/** Our own lists and truth files are both JSON; either has label, x, y and z. */
async function readParticles(
  source: ByteSource,
  { name, shape, voxelSizeAngstrom }: VolumeMeta,
  classes: readonly ClassInfo[],
): Promise<readonly Particle[]> {
  const text = new TextDecoder().decode(await source.read(0, source.size));
  try {
    const format = particleFormatOf(source.name);
    if (format.id !== "json" || text.includes('"tomoscope-particles"'))
      return format.read(text, { volumeName: name, shape, voxelSizeAngstrom, classes }).particles;
    return readTruth(text).map((particle, i) => ({ ...particle, id: i + 1, sizeVoxels: null, score: null }));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(error.tag, `${source.name}: ${error.message}`, error.fields, error);
  }
}

async function simulated(
  { recipe: given, shape, seed, imaging: changes }: SimulatedSource,
  { classes }: TrainingRecipe,
  files: TrainingFiles,
  backend: Backend,
  context: Context,
): Promise<TrainingData> {
  const { recipe, structures } = await files.openRecipe(given);
  const params = checkParams(SIMULATE_PARAMS, { ...changes, seed });
  const scene = await buildSimulatedScene({ recipe, structures, ...(shape && { shape }) }, seed, context);
  const imager = createSceneImager(scene, backend);
  try {
    const { tomogram } = await imager.image(imagingWith(recipe.imaging, params), seed, context);
    const { list, labels, density } = scene;
    const meta = metaOfTomogram(scene, `${recipe.name}, seed ${seed}`);
    return {
      volume: arrayVolume(meta, tomogram),
      labels: arrayVolume({ ...meta, dtype: "uint8" }, labels),
      particles: list.particles,
      labelOf: new Map(list.classes.map(({ label, name }) => [label, labelNamed(classes, name)])),
      proteinIsBright: isProteinBright(tomogram, density),
    };
  } finally {
    imager.dispose();
  }
}

async function readMasks(
  { targets, classes, voxelSizeAngstrom }: TrainingRecipe,
  files: TrainingFiles,
): Promise<ReadonlyMap<number, ShapeMask>> {
  const masks = new Map<number, ShapeMask>();
  if (targets.kind !== "shapes") return masks;
  for (const [name, path] of Object.entries(targets.masks)) {
    const label = labelNamed(classes, name);
    if (label === 0)
      throw new FormatError("bad-value", `targets.masks: there is no class "${name}" in this recipe.`, {
        name,
      });
    masks.set(label, await files.withFile(path, (file) => readMask(file, voxelSizeAngstrom)));
  }
  return masks;
}

async function readMask(file: ByteSource, voxelSizeAngstrom: number): Promise<ShapeMask> {
  const { meta, readBox } = await openVolume(file);
  const [side, ny, nx] = meta.shape;
  if (side !== ny || side !== nx) {
    const sentence = `The mask ${meta.name} is ${meta.shape.join(" × ")} (z, y, x); it must be a cube.`;
    throw new FormatError("bad-value", sentence, { shape: meta.shape });
  }
  const values = Uint8Array.from(await readBox(wholeBox(meta.shape)), (value) => (value >= 0.5 ? 1 : 0));
  const size = knownVoxelSizeAngstrom(meta.voxelSizeAngstrom) ?? voxelSizeAngstrom;
  return { side, values, scale: size / voxelSizeAngstrom };
}
