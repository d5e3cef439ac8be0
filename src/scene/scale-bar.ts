/** A scale bar: its length in CSS pixels and what it says. */
export interface ScaleBar {
  readonly lengthPixels: number;
  readonly text: string;
}

const ANGSTROM_PER_NM = 10;
const NM_PER_UM = 1000;

/**
 * Returns the longest scale bar of 1, 2 or 5 × 10ⁿ nanometres that is at most `maxPixels` long; in voxels if the voxel
 * size is not known. Null if the scale is not positive.
 */
export function scaleBar(
  pixelsPerVoxel: number,
  voxelSizeAngstrom: number | null,
  maxPixels: number,
): ScaleBar | null {
  if (!(pixelsPerVoxel > 0) || !(maxPixels > 0)) return null;
  if (voxelSizeAngstrom === null) {
    const voxels = Math.max(1, roundLength(maxPixels / pixelsPerVoxel));
    return { lengthPixels: voxels * pixelsPerVoxel, text: `${voxels} ${voxels === 1 ? "voxel" : "voxels"}` };
  }
  const pixelsPerNm = (pixelsPerVoxel * ANGSTROM_PER_NM) / voxelSizeAngstrom;
  const nm = roundLength(maxPixels / pixelsPerNm);
  return {
    lengthPixels: nm * pixelsPerNm,
    text: nm >= NM_PER_UM ? `${nm / NM_PER_UM} µm` : `${nm} nm`,
  };
}

/** The largest of 1, 2, 5 × 10ⁿ that is at most `limit`, free of rounding errors such as 0.30000000000000004. */
function roundLength(limit: number): number {
  const exponent = Math.floor(Math.log10(limit) + 1e-12);
  const leading = limit / 10 ** exponent;
  const digit = leading >= 5 - 1e-9 ? 5 : leading >= 2 - 1e-9 ? 2 : 1;
  return Number(`${digit}e${exponent}`);
}
