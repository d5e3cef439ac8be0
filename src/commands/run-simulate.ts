import type { ResultVolume } from "../contracts/files";
import type { ParticleList } from "../core/particles/particle-list";
import type { Recipe } from "../core/simulate/recipe";
import type { Provenance } from "../core/task/operation";
import { type Shape3, voxelCount } from "../core/volume/shape";
import { volumeStem } from "../core/volume/volume-stem";
import { addEntry, entryOf, setTruth, type VolumeEntry } from "../state/document";
import type { ShellState } from "../state/shell";
import { labelClasses, makeSurfaces, openLabels } from "./open-labels";
import { freeName, openVolume, replaceVolume, showVolume } from "./open-volume";
import { runOperation } from "./run-operation";
import type { Workbench } from "./workbench";

/** Changes that come faster than this are one. */
const SETTLE_MS = 80;

/** Returns the recipe that is built next, or null before the recipes are there. */
export function chosenRecipe({ shell }: Workbench): Recipe | null {
  const { recipes, recipeName } = shell.getState();
  return recipes.find(({ name }) => name === recipeName) ?? null;
}

/** The page builds cells up to this size, which image within a blink; larger ones are for the command line. */
const MOST_VOXELS = 128 ** 3;
const USUAL_SIDE = 96;

/** Tells whether a recipe's own shape is small enough to be built in the page. */
export function isSmall({ scene }: Recipe): boolean {
  return voxelCount(scene.shape) <= MOST_VOXELS;
}

/** Returns the shape in which a recipe is built: a cube of the side chosen; without a choice its own where that is small. */
export function cellShape(recipe: Recipe, side: number | null): Shape3 {
  if (side === null && isSmall(recipe)) return recipe.scene.shape;
  const length = side ?? USUAL_SIDE;
  return [length, length, length];
}

const madeAs = (volumes: readonly ResultVolume[], wanted: ResultVolume["role"]) =>
  volumes.find(({ role }) => role === wanted);

/** Opens the true positions as particles of the volume, and as what other particles are compared with. */
function openTruth(
  workbench: Workbench,
  volume: VolumeEntry,
  list: ParticleList,
  provenance: Provenance,
): void {
  const names = new Map(list.classes.map(({ label, name }) => [label, name]));
  const particlesId = workbench.nextId("particles");
  addEntry(workbench.document, "particles", {
    id: particlesId,
    name: "true positions",
    parentId: volume.id,
    labelsId: null,
    list: { ...list, volumeName: volume.name },
    evaluation: null,
    provenance,
  });
  setTruth(workbench.document, {
    volumeId: volume.id,
    name: "true positions",
    particles: list.particles.map((particle) => ({
      ...particle,
      name: names.get(particle.label) ?? `class ${particle.label}`,
    })),
  });
  if (workbench.view.getState().volumeId === volume.id)
    workbench.view.setState({ particlesId, selectedParticle: null });
}

/**
 * Builds the chosen cell and opens it: the image in the views, the noiseless density beside it, the true labels over it, and
 * the true positions.
 */
export async function buildCell(workbench: Workbench): Promise<void> {
  const recipe = chosenRecipe(workbench);
  if (!recipe) return;
  const shape = cellShape(recipe, workbench.shell.getState().cellSide);
  const request = { operation: "simulate", volume: null, shape } as const;
  const result = await runOperation(workbench, { ...request, inputs: { recipe, shape, truth: true } });
  const image = result && madeAs(result.volumes, "tomogram");
  if (!result || !image) return;
  const { output, volumes, provenance } = result;
  const file = { ...image, name: freeName(workbench, image.name) };
  const volume = await openVolume(workbench, file, { role: image.role, provenance });
  showVolume(workbench, volume.id);
  const options = { parentId: volume.id, provenance };
  let densityId: string | null = null;
  const { tiltsDeg, defociMicrometre } = output;
  // After the image, which has a number where there is another of its name.
  const nameOf = (role: string) => `${volumeStem(file.name)}-${role}.mrc`;
  for (const made of volumes) {
    if (made === image || made.role === "labels") continue;
    const tilts = made.role === "tilt-series" ? { name: "the simulation", tiltsDeg, defociMicrometre } : null;
    const named = { ...made, name: nameOf(made.role) };
    const { id } = await openVolume(workbench, named, { ...options, role: made.role, tilts });
    if (made.role === "density") densityId = id;
  }
  const seed = Number(provenance.params.seed);
  workbench.shell.setState({
    cell: { recipe, shape, seed, volumeId: volume.id, densityId, output, seconds: null },
  });
  openTruth(workbench, volume, output.list, provenance);
  const labels = madeAs(volumes, "labels");
  if (!labels) return;
  const classes = labelClasses(output.list.classes);
  const named = { ...labels, name: nameOf(labels.role) };
  await makeSurfaces(workbench, await openLabels(workbench, named, { ...options, classes, scoreId: null }));
}

/** Images the cell anew with the present controls, in the place of its image. */
async function imageCell(workbench: Workbench): Promise<void> {
  const { cell } = workbench.shell.getState();
  if (!cell) return;
  const { recipe, shape, seed, volumeId } = cell;
  const result = await runOperation(workbench, {
    operation: "simulate",
    inputs: { recipe, shape, truth: false },
    volume: entryOf(workbench.document.getState().volumes, volumeId),
    shape,
    job: { operation: "image", doing: "imaging" },
    params: { seed }, // another seed is another cell
  });
  const image = result && madeAs(result.volumes, "tomogram");
  const volume = entryOf(workbench.document.getState().volumes, volumeId);
  if (!image || !volume) return;
  await replaceVolume(workbench, volume, { ...image, name: volume.name }, result.provenance);
  workbench.shell.setState({ cell: { ...cell, output: result.output, seconds: result.provenance.seconds } });
}

/** The parameters that concern the image: all but the seed. */
function imagingOf({ params }: ShellState): string {
  const { seed: _, ...imaging } = params.simulate ?? {};
  return JSON.stringify(imaging);
}

/** Images the open cell again whenever a parameter of its imaging changes. Returns how to end it. */
export function followImaging(workbench: Workbench): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isImaging = false;

  async function follow(): Promise<void> {
    if (isImaging) return; // the run that is on its way looks again when it ends
    isImaging = true;
    const wanted = imagingOf(workbench.shell.getState());
    await imageCell(workbench).finally(() => {
      isImaging = false;
    });
    if (imagingOf(workbench.shell.getState()) !== wanted) await follow();
  }

  const stops = [
    workbench.shell.subscribe((now, before) => {
      if (!now.cell || imagingOf(now) === imagingOf(before)) return;
      clearTimeout(timer);
      timer = setTimeout(() => void follow(), SETTLE_MS);
    }),
    workbench.document.subscribe(({ volumes }) => {
      const { cell } = workbench.shell.getState();
      if (cell && !entryOf(volumes, cell.volumeId)) workbench.shell.setState({ cell: null });
    }),
  ];
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}
