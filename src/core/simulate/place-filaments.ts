import type { PlacedCount } from "../operations/results";
import { uniformSequence } from "../random/philox";
import { sigmaOfResolution } from "../structure/sigma-of-resolution";
import type { Shape3 } from "../volume/shape";
import { beadsAlong, type FilamentAxis, type FilamentModel, filamentModel, randomAxis } from "./filaments";
import type { SceneRecipe } from "./recipe";
import type { SceneGrid } from "./scene-grid";
import { FILAMENT_STREAM } from "./streams";

const ATTEMPTS = 1000;
const REACH_SIGMAS = 4;

/** The piece of an axis within the volume, from the centre in voxels, by clipping at each pair of faces; null if shorter than `least`. */
function clip(
  { centre, direction }: FilamentAxis,
  [nz, ny, nx]: Shape3,
  least: number,
): [number, number] | null {
  let [from, to] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const sides = [nx, ny, nz];
  for (const [i, at] of [centre.x, centre.y, centre.z].entries()) {
    if (direction[i] === 0) continue;
    const [a, b] = [-at / direction[i], (sides[i] - 1 - at) / direction[i]];
    from = Math.max(from, Math.min(a, b));
    to = Math.min(to, Math.max(a, b));
  }
  return to - from >= least ? [from, to] : null;
}

/** Calls `visit` for the voxels within `radius` of the axis, each once, with the distance, until it returns false. */
function forEachVoxelAlong(
  { centre, direction: [ux, uy, uz] }: FilamentAxis,
  [nz, ny, nx]: Shape3,
  radius: number,
  visit: (index: number, distance: number) => boolean,
): boolean {
  // Axes lie near the xy plane: each column along z is crossed once, within a length that its slope gives.
  const flat2 = ux * ux + uy * uy;
  const halfHeight = radius / Math.sqrt(flat2);
  for (let y = 0; y < ny; y++)
    for (let x = 0; x < nx; x++) {
      const [dx, dy] = [x - centre.x, y - centre.y];
      if (Math.abs(dx * uy - dy * ux) > radius * Math.sqrt(flat2)) continue;
      const crossing = centre.z + ((dx * ux + dy * uy) * uz) / flat2;
      const [z0, z1] = [Math.ceil(crossing - halfHeight), Math.floor(crossing + halfHeight)];
      for (let z = Math.max(0, z0); z <= Math.min(nz - 1, z1); z++) {
        const dz = z - centre.z;
        const along = dx * ux + dy * uy + dz * uz;
        const distance = Math.sqrt(Math.max(0, dx * dx + dy * dy + dz * dz - along * along));
        if (distance <= radius && !visit((z * ny + y) * nx + x, distance)) return false;
      }
    }
  return true;
}

/** Adds equal Gaussians at positions in voxels to a density, in electrons per Å³; those outside are cut off. */
function addBeads(
  density: Float32Array,
  [nz, ny, nx]: Shape3,
  beads: Float32Array,
  sigma: number,
  height: number,
): void {
  const reach = REACH_SIGMAS * sigma;
  const lineX = new Float64Array(2 * Math.ceil(reach) + 2);
  for (let i = 0; i < beads.length; i += 3) {
    const [x, y, z] = [beads[i], beads[i + 1], beads[i + 2]];
    const bell = (d: number) => Math.exp((-0.5 * d * d) / sigma ** 2);
    const [x0, x1] = [Math.max(0, Math.ceil(x - reach)), Math.min(nx - 1, Math.floor(x + reach))];
    for (let ix = x0; ix <= x1; ix++) lineX[ix - x0] = bell(ix - x);
    for (let iz = Math.max(0, Math.ceil(z - reach)); iz <= Math.min(nz - 1, z + reach); iz++)
      for (let iy = Math.max(0, Math.ceil(y - reach)); iy <= Math.min(ny - 1, y + reach); iy++) {
        const scale = height * bell(iz - z) * bell(iy - y);
        const row = (iz * ny + iy) * nx;
        for (let ix = x0; ix <= x1; ix++) density[row + ix] += scale * lineX[ix - x0];
      }
  }
}

function paint(
  model: FilamentModel,
  axis: FilamentAxis,
  [from, to]: [number, number],
  grid: SceneGrid,
  { voxelSizeAngstrom, resolutionAngstrom, gapAngstrom }: SceneRecipe,
  label: number,
): void {
  const inner = model.innerRadiusAngstrom / voxelSizeAngstrom;
  const outer = model.outerRadiusAngstrom / voxelSizeAngstrom;
  forEachVoxelAlong(axis, grid.shape, outer + gapAngstrom / voxelSizeAngstrom, (index, distance) => {
    grid.markObject(index, distance >= inner && distance <= outer, label);
    return true;
  });
  const sigmaAngstrom = Math.max(
    Math.hypot(model.beadSigmaAngstrom, sigmaOfResolution(resolutionAngstrom)),
    voxelSizeAngstrom / 2,
  );
  const half = (Math.max(-from, to) + outer) * voxelSizeAngstrom + REACH_SIGMAS * sigmaAngstrom;
  const beads = beadsAlong(model.beads(half), axis, voxelSizeAngstrom);
  const height = model.beadElectrons / (Math.sqrt(2 * Math.PI) * sigmaAngstrom) ** 3;
  addBeads(grid.density, grid.shape, beads, sigmaAngstrom / voxelSizeAngstrom, height);
}

/** Puts the filaments of a recipe, straight and from border to border, where nothing is in their way; labels count from `firstLabel`. */
export async function placeFilaments(
  recipe: SceneRecipe,
  grid: SceneGrid,
  firstLabel: number,
  seed: number,
  breathe: () => Promise<void>,
): Promise<readonly PlacedCount[]> {
  const counts: PlacedCount[] = [];
  const least = Math.min(...grid.shape) / 2;
  let stream = FILAMENT_STREAM;
  for (const [i, filament] of recipe.filaments.entries()) {
    const model = filamentModel(filament);
    const radius = model.outerRadiusAngstrom / recipe.voxelSizeAngstrom;
    let placed = 0;
    for (let asked = 0; asked < filament.count; asked++) {
      const random = uniformSequence(seed, stream++);
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (attempt % 8 === 0) await breathe();
        const axis = randomAxis(grid.shape, random);
        const piece = clip(axis, grid.shape, least);
        if (!piece || !forEachVoxelAlong(axis, grid.shape, radius, (index) => !grid.isOccupied(index)))
          continue;
        paint(model, axis, piece, grid, recipe, firstLabel + i);
        placed++;
        break;
      }
    }
    counts.push({ name: model.name, asked: filament.count, placed });
  }
  return counts;
}
