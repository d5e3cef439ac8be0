import type { VolumeMeta } from "../volume/volume";
import type { Scene } from "./build-scene";

/** Returns what describes the tomogram of a scene; the label map's is the same but for the type of its voxels. */
export function metaOfTomogram({ shape, list }: Scene, name: string): VolumeMeta {
  return {
    name,
    shape,
    dtype: "float32",
    voxelSizeAngstrom: list.voxelSizeAngstrom,
    originAngstrom: { x: 0, y: 0, z: 0 },
    warnings: [],
  };
}

/**
 * Tells whether protein is bright in the tomogram of a density, both of one length: whether the two are correlated above 0,
 * for that is what a microscope and its corrections make of the contrast.
 */
export function isProteinBright(tomogram: Float32Array, density: Float32Array): boolean {
  let [sumA, sumB, sumAb] = [0, 0, 0];
  for (let i = 0; i < tomogram.length; i++) {
    sumA += tomogram[i];
    sumB += density[i];
    sumAb += tomogram[i] * density[i];
  }
  return sumAb * tomogram.length > sumA * sumB;
}
