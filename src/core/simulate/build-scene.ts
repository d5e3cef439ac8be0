import { ComputeError } from "../errors";
import type { PlacedCount } from "../operations/results";
import type { ClassInfo, Particle, ParticleList } from "../particles/particle-list";
import { distanceTransform } from "../segment/distance-transform";
import { densityTemplate } from "../structure/density-template";
import { ELECTRONS_PER_DALTON } from "../structure/electrons-per-dalton";
import type { DensityTemplate, Structure } from "../structure/structure";
import { structureMask } from "../structure/structure-mask";
import type { TaskContext } from "../task/task";
import { type Shape3, voxelCount } from "../volume/shape";
import { FreeSpace } from "./free-space";
import { type ParticleKind, particleKind, TEMPLATE_SAMPLING } from "./particle-kind";
import { placeFilaments } from "./place-filaments";
import { placeMembranes } from "./place-membranes";
import { boundProposer, freeProposer, type Order, type Proposer, placeParticles } from "./place-particles";
import type { ParticleRecipe, SceneRecipe } from "./recipe";
import { sceneClasses } from "./scene-classes";
import { SceneGrid } from "./scene-grid";
import { type MaskedTemplate, shapeTemplate } from "./shapes";
import { PARTICLE_STREAM } from "./streams";

/** A specimen whose content is known. Volumes are [nz, ny, nx], x fastest. */
export interface Scene {
  readonly shape: Shape3;
  readonly voxelSizeAngstrom: number;
  /** Without noise, in electrons per Å³, 0 where nothing is. */
  readonly density: Float32Array<ArrayBuffer>;
  readonly labels: Uint8Array<ArrayBuffer>;
  /** The id of the particle that a voxel belongs to, as in the list; 0 for none, membranes, filaments and decoys. */
  readonly instances: Uint16Array<ArrayBuffer>;
  /** Every particle that is no decoy: its centre of mass, its rotation and the voxels of its mask. */
  readonly list: ParticleList;
  readonly hasMembranes: boolean;
  /** Of membranes, filaments and each kind of particle, in the order of the recipe. */
  readonly placed: readonly PlacedCount[];
  /** The share of the volume that masks fill. */
  readonly occupancy: number;
}

export interface SceneOptions {
  /** Gives a structure by its id; called once for each. */
  readonly structures: (id: string) => Promise<Structure>;
  readonly seed: number;
  /** What the particle list is said to be of. */
  readonly volumeName: string;
}

const MEMBRANE_LABEL = 1;
/** Of a list: instances are stored in 16 bits. */
const MOST_PARTICLES = 65_535;

/**
 * A map's units are its program's own: in a scene it counts as protein, whose mask is about 1.5 times the dry volume of 1.21 Å³
 * per dalton.
 */
const MAP_ELECTRONS_PER_CUBIC_ANGSTROM = ELECTRONS_PER_DALTON / (1.21 * 1.5);

function withMask(structure: Structure, template: DensityTemplate): MaskedTemplate {
  const mask = structureMask(template);
  if (structure.kind !== "map") return { template, mask };
  const sum = template.values.reduce((total, value) => total + value, 0);
  const scale = (MAP_ELECTRONS_PER_CUBIC_ANGSTROM * mask.reduce((total, voxel) => total + voxel, 0)) / sum;
  return { template: { ...template, values: template.values.map((value) => value * scale) }, mask };
}

async function kindsOf(
  { particles, voxelSizeAngstrom, resolutionAngstrom, gapAngstrom }: SceneRecipe,
  structures: SceneOptions["structures"],
  breathe: () => Promise<void>,
): Promise<Map<ParticleRecipe, ParticleKind>> {
  const sampling = { voxelSizeAngstrom: voxelSizeAngstrom / TEMPLATE_SAMPLING, resolutionAngstrom };
  const kinds = new Map<ParticleRecipe, ParticleKind>();
  const known = new Map<string, ParticleKind>();
  for (const recipe of particles) {
    const { structure } = recipe;
    const key = JSON.stringify(structure);
    let kind = known.get(key);
    if (!kind) {
      await breathe();
      let masked: MaskedTemplate;
      if (typeof structure === "string") {
        const loaded = await structures(structure);
        masked = withMask(loaded, densityTemplate(loaded, sampling));
      } else masked = shapeTemplate(structure, sampling);
      kind = await particleKind(masked, gapAngstrom / voxelSizeAngstrom, breathe);
      known.set(key, kind);
    }
    kinds.set(recipe, kind);
  }
  return kinds;
}

/** How many particles of a kind are asked for. */
function askedOf({ count, occupancy }: ParticleRecipe, { maskVoxels }: ParticleKind, shape: Shape3): number {
  return count ?? Math.round(((occupancy ?? 0) * voxelCount(shape)) / maskVoxels);
}

function checkCount(orders: readonly Order[]): void {
  const listed = orders.reduce((sum, { label, asked }) => sum + (label > 0 ? asked : 0), 0);
  if (listed <= MOST_PARTICLES) return;
  const sentence = `The recipe asks for ${listed} particles; a scene holds ${MOST_PARTICLES} at the most.`;
  throw new ComputeError("bad-parameter", sentence, { listed });
}

/**
 * Returns a crowded scene: membranes first, then filaments, particles on membranes, free particles and decoys, none of which
 * overlap; what finds no room is left out and counted. Particles lie whole within the volume, at centres between voxels and
 * rotations drawn evenly. The same recipe and seed give the same scene. Needs 8 bytes per voxel, and about 20 s for 128 × 512 ×
 * 512 voxels with 1,500 particles (thesis 4.3.1).
 */
export async function buildScene(
  recipe: SceneRecipe,
  { structures, seed, volumeName }: SceneOptions,
  { breathe, onProgress }: Pick<TaskContext, "breathe" | "onProgress">,
): Promise<Scene> {
  const { shape, voxelSizeAngstrom, membranes, filaments } = recipe;
  const kinds = await kindsOf(recipe, structures, breathe);
  const firstFilamentLabel = membranes.length > 0 ? MEMBRANE_LABEL + 1 : MEMBRANE_LABEL;
  let label = firstFilamentLabel + filaments.length;
  const orders = [...kinds].map(
    ([of, kind]): Order => ({
      recipe: of,
      kind,
      label: of.decoy ? 0 : label++,
      asked: askedOf(of, kind, shape),
    }),
  );
  checkCount(orders);

  const grid = new SceneGrid(shape);
  const total = orders.reduce((sum, { asked }) => sum + asked, 0);
  onProgress({ done: 0, total, note: "placing membranes" });
  const { surfaces, counts: membraneCounts } = await placeMembranes(
    recipe,
    grid,
    MEMBRANE_LABEL,
    seed,
    breathe,
  );
  onProgress({ done: 0, total, note: "placing filaments" });
  const filamentCounts = await placeFilaments(recipe, grid, firstFilamentLabel, seed, breathe);

  const space = new FreeSpace(grid);
  const free = freeProposer(space, breathe);
  const stages: readonly (readonly [Proposer, (order: Order) => boolean])[] = [
    [boundProposer(surfaces, grid, recipe), ({ recipe: { onMembrane } }) => onMembrane !== undefined],
    [free, ({ recipe: { onMembrane, decoy } }) => !onMembrane && !decoy],
    [free, ({ recipe: { onMembrane, decoy } }) => !onMembrane && decoy === true],
  ];
  const list: Particle[] = [];
  const placed = new Map<Order, number>();
  let done = 0;
  for (const [propose, isOfStage] of stages) {
    const ofStage = orders.filter(isOfStage);
    const numbering = { seed, firstStream: PARTICLE_STREAM + done, firstId: list.length + 1 };
    const result = await placeParticles(ofStage, propose, grid, numbering, {
      onDone: () => onProgress({ done: ++done, total, note: `particle ${done} of ${total}` }),
      onFailure: () => space.countFailure(),
      breathe,
    });
    list.push(...result.particles);
    for (const [order, count] of result.placed) placed.set(order, count);
  }

  const ofParticles = orders.map((order) => ({
    name: order.recipe.name,
    asked: order.asked,
    placed: placed.get(order) ?? 0,
  }));
  const { density, labels, instances } = grid;
  const size = { x: voxelSizeAngstrom, y: voxelSizeAngstrom, z: voxelSizeAngstrom };
  const classes: readonly ClassInfo[] = sceneClasses(recipe, orders);
  return {
    shape,
    voxelSizeAngstrom,
    density,
    labels,
    instances,
    list: { volumeName, shape, voxelSizeAngstrom: size, classes, particles: list },
    hasMembranes: surfaces.length > 0,
    placed: [...membraneCounts, ...filamentCounts, ...ofParticles],
    occupancy: grid.occupancy(),
  };
}

/** Returns the distance in ångström from each voxel to the nearest one of a membrane. */
export async function membraneDistance(
  { labels, shape, voxelSizeAngstrom }: Scene,
  breathe: () => Promise<void>,
): Promise<Float32Array<ArrayBuffer>> {
  const distances = await distanceTransform((i) => labels[i] === MEMBRANE_LABEL, shape, breathe);
  for (let i = 0; i < distances.length; i++) distances[i] *= voxelSizeAngstrom;
  return distances;
}
