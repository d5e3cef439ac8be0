import type { Backend } from "../backend";
import { tiltsOf } from "../microscope/tilts";
import { buildScene, membraneDistance, type Scene } from "../simulate/build-scene";
import type { Recipe } from "../simulate/recipe";
import { rescaleScene } from "../simulate/rescale-scene";
import { createSceneImager, progressPart, type SceneImager } from "../simulate/scene-imager";
import type { Structure } from "../structure/structure";
import type { Operation } from "../task/operation";
import type { TaskContext } from "../task/task";
import { type Shape3, voxelCount } from "../volume/shape";
import type { OutputVoxelType, VolumeRole } from "../volume/volume";
import type { SimulateOutput } from "./results";
import { imagingWith } from "./simulate-imaging";
import { SIMULATE_PARAMS, type SimulateParams } from "./simulate-params";

/** Voxels that are written at a time. */
const SLAB_VOXELS = 1 << 22;
/** Density, labels, instances, what is occupied; the tomogram, images and spectra of a slab. */
const BYTES_PER_VOXEL = 8 + 4 + 8;
/** Of the work: what goes into the scene. */
const SCENE_SHARE = 0.3;

export interface SimulateInputs {
  readonly recipe: Recipe;
  /** Gives a structure that the recipe names. */
  readonly structures: (id: string) => Promise<Structure>;
  readonly backend: Backend;
  /** Instead of the recipe's shape: counts follow the volume. */
  readonly shape?: Shape3;
}

/** Returns the file name that a simulation's volumes begin with: "teaching-cell". */
function simulationStem({ name }: Recipe): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "") || "simulation"
  );
}

/** Returns the scene of a recipe: what there is before it is imaged. The same recipe, shape and seed give the same scene. */
export function buildSimulatedScene(
  { recipe, structures, shape }: Omit<SimulateInputs, "backend">,
  seed: number,
  context: Pick<TaskContext, "breathe" | "onProgress">,
): Promise<Scene> {
  const scene = shape ? rescaleScene(recipe.scene, shape) : recipe.scene;
  return buildScene(scene, { structures, seed, volumeName: `${simulationStem(recipe)}.mrc` }, context);
}

/**
 * Images a scene as the recipe and the parameters say; writes the tomogram, and the tilt series as recorded where there is
 * one. An imager is kept by whoever images a scene again and again.
 */
export async function imageScene(
  { scene, imager, recipe }: { scene: Scene; imager: SceneImager; recipe: Recipe },
  params: SimulateParams,
  context: TaskContext,
): Promise<SimulateOutput> {
  const imaging = imagingWith(recipe.imaging, params);
  const { tomogram, series, measuredSnr } = await imager.image(imaging, params.seed, context);
  const write = (written: Omit<Written, "dtype">) =>
    writeVolume(context, recipe, scene, { ...written, dtype: "float32" });
  await write({ role: "tomogram", values: tomogram });
  if (series)
    await write({
      role: "tilt-series",
      values: series.images,
      shape: [series.tiltsDeg.length, series.height, series.width],
    });
  const { list, placed, occupancy } = scene;
  const { tiltsDeg = [], defociMicrometre = [] } = series ?? {};
  return { list, placed, occupancy, tiltsDeg, defociMicrometre, measuredSnr };
}

interface Written {
  readonly role: VolumeRole;
  readonly dtype: OutputVoxelType;
  readonly values: Float32Array | Uint8Array | Uint16Array;
  /** The scene's own if left out. */
  readonly shape?: Shape3;
}

async function writeVolume(
  context: TaskContext,
  recipe: Recipe,
  scene: Scene,
  { role, dtype, values, shape = scene.shape }: Written,
): Promise<void> {
  const suffix = role === "tomogram" ? "" : `-${role}`;
  const size = scene.voxelSizeAngstrom;
  const sink = await context.createVolume({
    role,
    name: `${simulationStem(recipe)}${suffix}.mrc`,
    shape,
    dtype,
    voxelSizeAngstrom: { x: size, y: size, z: size },
    labels: [`Tomoscope: simulation, ${role}, recipe ${recipe.name}`.slice(0, 80)],
  });
  const section = shape[1] * shape[2];
  const step = section * Math.max(1, Math.floor(SLAB_VOXELS / section));
  for (let from = 0; from < values.length; from += step) {
    await context.breathe();
    await sink.write(values.subarray(from, Math.min(values.length, from + step)));
  }
  await sink.close();
}

/** Writes what is known of a scene: its density, its labels, its instances and how far the membranes are. */
export async function writeTruth(scene: Scene, recipe: Recipe, context: TaskContext): Promise<void> {
  const write = (written: Written) => writeVolume(context, recipe, scene, written);
  await write({ role: "density", dtype: "float32", values: scene.density });
  await write({ role: "labels", dtype: "int8", values: scene.labels });
  await write({ role: "instances", dtype: "uint16", values: scene.instances });
  if (!scene.hasMembranes) return;
  const values = await membraneDistance(scene, context.breathe);
  await write({ role: "membrane-distance", dtype: "float16", values });
}

/**
 * A tomogram whose content is known: a scene is filled as the recipe says, imaged and reconstructed. Writes the tomogram, the
 * truth (noiseless density, labels, instances, distances to membranes where there are any, in ångström) and the tilt series as
 * recorded where there is one. The same recipe, shape, seed and backend give the same bytes. Thesis 4.3.1.
 */
export const SIMULATE: Operation<typeof SIMULATE_PARAMS, SimulateInputs, SimulateOutput> = {
  id: "simulate",
  label: "Simulate",
  summary:
    "Builds a crowded cell from a recipe, images it and reconstructs the tomogram, with its ground truth.",
  params: SIMULATE_PARAMS,

  estimate(shape: Shape3) {
    const voxels = voxelCount(shape);
    return { bytes: BYTES_PER_VOXEL * voxels, flops: 2000 * voxels };
  },

  async run(inputs: SimulateInputs, params: SimulateParams, context: TaskContext) {
    const { recipe, backend } = inputs;
    tiltsOf(imagingWith(recipe.imaging, params).tilts, 0); // what cannot be imaged need not be built
    const building = { ...context, onProgress: progressPart(context, 0, SCENE_SHARE) };
    const scene = await buildSimulatedScene(inputs, params.seed, building);
    await writeTruth(scene, recipe, context);
    const imager = createSceneImager(scene, backend);
    try {
      const imaging = { ...context, onProgress: progressPart(context, SCENE_SHARE, 1) };
      return await imageScene({ scene, imager, recipe }, params, imaging);
    } finally {
      imager.dispose();
    }
  },
};
