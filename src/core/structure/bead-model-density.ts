import { type Point3, type Shape3, voxelCount } from "../volume/shape";
import { addGaussians, PARAMS_PER_BEAD } from "./fit-gaussians";
import type { BeadModel } from "./structure";

/** A grid, and the point of it, in voxels, where a model's origin lies. */
export interface BeadModelGrid {
  readonly shape: Shape3;
  readonly voxelSizeAngstrom: number;
  readonly origin: Point3;
}

/** Returns a bead model sampled at the voxels of a grid, in electrons per voxel: what is compared with the map it was fitted to. */
export function beadModelDensity(
  { positionsAngstrom, electrons, sigmasAngstrom }: BeadModel,
  { shape, voxelSizeAngstrom, origin }: BeadModelGrid,
): Float32Array<ArrayBuffer> {
  const params = new Float64Array(PARAMS_PER_BEAD * electrons.length);
  const along = [origin.x, origin.y, origin.z];
  for (let i = 0; i < electrons.length; i++) {
    const row = PARAMS_PER_BEAD * i;
    for (let axis = 0; axis < 3; axis++)
      params[row + axis] = positionsAngstrom[3 * i + axis] / voxelSizeAngstrom + along[axis];
    params[row + 3] = Math.log(electrons[i]);
    params[row + 4] = sigmasAngstrom[i] / voxelSizeAngstrom;
  }
  const values = new Float32Array(voxelCount(shape));
  addGaussians(params, shape, values);
  return values;
}
