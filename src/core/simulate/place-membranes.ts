import type { PlacedCount } from "../operations/results";
import { uniformSequence } from "../random/philox";
import { sigmaOfResolution } from "../structure/sigma-of-resolution";
import { BILAYER_HALF_THICKNESS_ANGSTROM, blurredBilayer } from "./bilayer";
import { type MembraneSurface, randomMembrane } from "./membranes";
import type { SceneRecipe } from "./recipe";
import type { SceneGrid } from "./scene-grid";
import { MEMBRANE_STREAM } from "./streams";

const ATTEMPTS = 200;
/** Points of each surface that are held against the others. */
const SAMPLES = 300;
const ROWS_PER_BREATH = 4096;

/** Tells whether two surfaces are nowhere nearer than `distance`, by points of both. */
function areApart(a: MembraneSurface, b: MembraneSurface, distance: number, random: () => number): boolean {
  for (let i = 0; i < SAMPLES; i++) {
    const onA = a.randomPoint(random).point;
    if (Math.abs(b.signedDistance(onA.x, onA.y, onA.z)) < distance) return false;
    const onB = b.randomPoint(random).point;
    if (Math.abs(a.signedDistance(onB.x, onB.y, onB.z)) < distance) return false;
  }
  return true;
}

async function paint(
  surface: MembraneSurface,
  grid: SceneGrid,
  { voxelSizeAngstrom, resolutionAngstrom, gapAngstrom }: SceneRecipe,
  label: number,
  breathe: () => Promise<void>,
): Promise<void> {
  const [nz, ny, nx] = grid.shape;
  const bilayer = blurredBilayer(Math.max(sigmaOfResolution(resolutionAngstrom), voxelSizeAngstrom / 2));
  const half = BILAYER_HALF_THICKNESS_ANGSTROM / voxelSizeAngstrom;
  const room = half + gapAngstrom / voxelSizeAngstrom;
  const reach = Math.max(room, bilayer.reachAngstrom / voxelSizeAngstrom);
  for (let z = 0, row = 0; z < nz; z++)
    for (let y = 0; y < ny; y++, row++) {
      if (row % ROWS_PER_BREATH === 0) await breathe();
      for (let x = 0; x < nx; x++) {
        const least = surface.distanceAtLeast(x, y, z);
        if (least > reach) {
          // No voxel of the row is nearer until that distance is walked.
          x += Math.max(0, Math.floor(least - reach) - 1);
          continue;
        }
        const distance = Math.abs(surface.signedDistance(x, y, z));
        if (distance > reach) continue;
        const index = row * nx + x;
        grid.density[index] += bilayer.density(distance * voxelSizeAngstrom);
        if (distance <= room) grid.markMembrane(index, distance <= half, label);
      }
    }
}

export interface PlacedMembranes {
  readonly surfaces: readonly MembraneSurface[];
  readonly counts: readonly PlacedCount[];
}

/** Puts the membranes of a recipe into an empty scene, nowhere nearer to one another than they are thick. */
export async function placeMembranes(
  recipe: SceneRecipe,
  grid: SceneGrid,
  label: number,
  seed: number,
  breathe: () => Promise<void>,
): Promise<PlacedMembranes> {
  const { membranes, voxelSizeAngstrom, gapAngstrom } = recipe;
  const apart = (2 * BILAYER_HALF_THICKNESS_ANGSTROM + gapAngstrom) / voxelSizeAngstrom;
  const surfaces: MembraneSurface[] = [];
  const counts: PlacedCount[] = [];
  let stream = MEMBRANE_STREAM;
  for (const membrane of membranes) {
    let placed = 0;
    for (let i = 0; i < membrane.count; i++) {
      const random = uniformSequence(seed, stream++);
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const surface = randomMembrane(membrane, grid.shape, voxelSizeAngstrom, random);
        if (!surfaces.every((other) => areApart(surface, other, apart, random))) continue;
        await paint(surface, grid, recipe, label, breathe);
        surfaces.push(surface);
        placed++;
        break;
      }
      await breathe();
    }
    counts.push({ name: membrane.kind, asked: membrane.count, placed });
  }
  return { surfaces, counts };
}
