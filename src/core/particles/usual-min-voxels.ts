/** Groups with less than this share of a ball of the particle's radius are mostly noise (as set by hand for models that ship). */
const SHARE_OF_BALL = 0.15;
/** Of tomograms that networks are trained on, where nothing is said. */
const USUAL_VOXEL_SIZE_ANGSTROM = 10;

/** Returns the size in voxels below which a group is dropped where its class does not say; an unknown voxel size is null. */
export function usualMinVoxels(radiusAngstrom: number, voxelSizeAngstrom: number | null): number {
  const radius = radiusAngstrom / (voxelSizeAngstrom ?? USUAL_VOXEL_SIZE_ANGSTROM);
  return Math.max(1, Math.round(SHARE_OF_BALL * (4 / 3) * Math.PI * radius ** 3));
}
