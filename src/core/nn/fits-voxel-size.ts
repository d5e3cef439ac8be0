import type { ModelManifest } from "./model";

/** A network knows shapes at the scale it was trained at: this share larger or smaller is still what it knows. */
const TOLERANCE = 0.1;

/** Tells whether a model knows voxels of that size; where either size is unknown (null), nothing speaks against it. */
export function fitsVoxelSize(
  { voxelSizeAngstrom: expected }: Pick<ModelManifest, "voxelSizeAngstrom">,
  voxelSizeAngstrom: number | null,
): boolean {
  return (
    expected === null || voxelSizeAngstrom === null || Math.abs(voxelSizeAngstrom / expected - 1) <= TOLERANCE
  );
}
