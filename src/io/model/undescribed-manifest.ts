import type { ModelManifest } from "../../core/nn/model";
import { classColor } from "../../core/particles/class-colors";
import { usualMinVoxels } from "../../core/particles/usual-min-voxels";

/** Of most complexes that are looked for, within a factor of two; whoever knows better says so. */
const USUAL_RADIUS_ANGSTROM = 100;

/**
 * Returns a manifest for weights that come without one. Every class is taken for a kind of particle; the voxel size is not
 * known, so volumes are taken as they are; protein is dark, as reconstructions come from most programs.
 */
export function undescribedManifest(name: string, classCount: number): ModelManifest {
  const classes = Array.from({ length: classCount - 1 }, (_, i) => ({
    label: i + 1,
    name: `class ${i + 1}`,
    color: classColor(i + 1),
    radiusAngstrom: USUAL_RADIUS_ANGSTROM,
    minVoxels: usualMinVoxels(USUAL_RADIUS_ANGSTROM, null),
  }));
  return {
    name,
    architecture: "deepfinder-2019",
    classes: [{ label: 0, name: "background" }, ...classes],
    voxelSizeAngstrom: null,
    proteinIsBright: false,
    normalization: "volume mean 0, std 1",
    weights: `${name}.safetensors`,
    trainedOn: "data that its file does not name",
    licence: "licence not stated",
  };
}
