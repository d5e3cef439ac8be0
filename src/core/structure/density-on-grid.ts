import { electronsOf } from "./electrons-of";
import { type DensityGrid, gaussiansOnGrid } from "./gaussians-on-grid";
import { resampleMap } from "./resample-map";
import { sigmaOfResolution } from "./sigma-of-resolution";
import type { Structure } from "./structure";

/**
 * Returns a structure's density at the voxels of a grid in its own frame, in electrons per Å³, x fastest: atoms by atomic
 * number and occupancy, beads as the Gaussians that they are, maps by their values as they stand, each low-passed to the
 * resolution by a Gaussian (at least half a voxel wide). The resolution a map or a model of beads has already is not taken off.
 */
export function densityOnGrid(
  structure: Structure,
  grid: DensityGrid,
  resolutionAngstrom: number,
): Float32Array<ArrayBuffer> {
  const blur = Math.max(sigmaOfResolution(resolutionAngstrom), grid.voxelSizeAngstrom / 2);
  if (structure.kind === "map") return resampleMap(structure, grid, blur);
  const sigmasAngstrom =
    structure.kind === "atoms" ? blur : structure.sigmasAngstrom.map((sigma) => Math.hypot(sigma, blur));
  const { positionsAngstrom } = structure;
  return gaussiansOnGrid({ positionsAngstrom, integrals: electronsOf(structure), sigmasAngstrom }, grid);
}
