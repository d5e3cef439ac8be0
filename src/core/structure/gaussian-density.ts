import { type Gaussians, gaussiansOnGrid } from "./gaussians-on-grid";

/** A low pass to a resolution d is a Gaussian of this times d: its transform falls to 1/e at the frequency 1/d. */
const SIGMA_PER_RESOLUTION = Math.SQRT1_2 / Math.PI;

/** Returns the deviation, in ångström, of the Gaussian that limits a density to a resolution in ångström. */
export function sigmaOfResolution(resolutionAngstrom: number): number {
  return SIGMA_PER_RESOLUTION * resolutionAngstrom;
}

/**
 * Returns the sum of Gaussians about the origin at the voxels of a cube of `side`, whose middle voxel ((side − 1)/2) is the
 * origin, in integrals per Å³, x fastest. Deviations below half a voxel are not resolved by the grid and counted as half a
 * voxel. Costs as `gaussiansOnGrid`.
 */
export function gaussianDensity(
  gaussians: Gaussians,
  side: number,
  voxelSizeAngstrom: number,
): Float32Array<ArrayBuffer> {
  const corner = (-(side - 1) / 2) * voxelSizeAngstrom;
  const originAngstrom = { x: corner, y: corner, z: corner };
  return gaussiansOnGrid(gaussians, { shape: [side, side, side], voxelSizeAngstrom, originAngstrom });
}
