import { uniformSequence } from "../random/philox";
import { distanceTransform } from "../segment/distance-transform";
import type { MaskedTemplate } from "./shapes";

/** Templates have voxels half as large as the scene's, so that values between them can be interpolated in lines. */
export const TEMPLATE_SAMPLING = 2;

/** What a voxel of a footprint is. */
export const IN_MASK = 2;
const IN_GAP = 1;

/** A particle made ready to be placed again and again. Lengths are in voxels of the scene. */
export interface ParticleKind {
  readonly values: Float32Array;
  readonly valuesSide: number;
  /** Beyond this distance from the centre the density is nothing. */
  readonly valuesRadius: number;
  /** The mask and the free room around it, on the template's grid, centred like it. */
  readonly footprint: Uint8Array;
  readonly footprintSide: number;
  readonly footprintRadius: number;
  readonly maskRadius: number;
  /** A ball about the centre that lies within the mask. */
  readonly inscribedRadius: number;
  /** How much of the scene the mask fills. */
  readonly maskVoxels: number;
  /** About one point for each voxel of the mask, x, y, z from the centre, in random order: for a quick test. */
  readonly probes: Float32Array;
}

/** What is below this share of the largest value is not pasted. */
const NEGLIGIBLE = 1e-3;

/** The largest distance from the middle of the voxels that `is` holds for, in voxels of the grid. */
function radiusWhere(side: number, is: (index: number) => boolean): number {
  const middle = (side - 1) / 2;
  let largest = 0;
  for (let i = 0, z = -middle; z <= middle; z++)
    for (let y = -middle; y <= middle; y++)
      for (let x = -middle; x <= middle; x++, i++)
        if (is(i)) largest = Math.max(largest, x * x + y * y + z * z);
  return Math.sqrt(largest);
}

/** Copies a cube into the middle of a larger one. */
function padded(cube: Uint8Array, side: number, margin: number): Uint8Array {
  const wide = side + 2 * margin;
  const out = new Uint8Array(wide ** 3);
  for (let z = 0; z < side; z++)
    for (let y = 0; y < side; y++)
      out.set(
        cube.subarray((z * side + y) * side, (z * side + y + 1) * side),
        ((z + margin) * wide + y + margin) * wide + margin,
      );
  return out;
}

function probesOf(mask: Uint8Array, side: number): Float32Array {
  const middle = (side - 1) / 2;
  const points: [number, number, number][] = [];
  for (let z = middle % TEMPLATE_SAMPLING; z < side; z += TEMPLATE_SAMPLING)
    for (let y = middle % TEMPLATE_SAMPLING; y < side; y += TEMPLATE_SAMPLING)
      for (let x = middle % TEMPLATE_SAMPLING; x < side; x += TEMPLATE_SAMPLING)
        if (mask[(z * side + y) * side + x]) points.push([x - middle, y - middle, z - middle]);
  const random = uniformSequence(0, 0);
  for (let i = points.length - 1; i > 0; i--) {
    const j = Math.floor((i + 1) * random());
    [points[i], points[j]] = [points[j], points[i]];
  }
  return Float32Array.from(points.flat(), (value) => value / TEMPLATE_SAMPLING);
}

/** Returns a particle made ready from a template of half the scene's voxel size; `gap` voxels around it are kept free. */
export async function particleKind(
  { template, mask }: MaskedTemplate,
  gap: number,
  breathe: () => Promise<void>,
): Promise<ParticleKind> {
  const { values, side } = template;
  const margin = Math.ceil(gap * TEMPLATE_SAMPLING) + 1;
  const wide = side + 2 * margin;
  const footprint = padded(mask, side, margin);
  const shape = [wide, wide, wide] as const;
  const outside = await distanceTransform((i) => footprint[i] > 0, shape, breathe);
  const inside = await distanceTransform((i) => footprint[i] === 0, shape, breathe);
  for (let i = 0; i < footprint.length; i++)
    footprint[i] = footprint[i] ? IN_MASK : outside[i] <= gap * TEMPLATE_SAMPLING ? IN_GAP : 0;

  const largest = values.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);
  const maskVoxels = mask.reduce((sum, is) => sum + is, 0) / TEMPLATE_SAMPLING ** 3;
  return {
    values,
    valuesSide: side,
    valuesRadius: radiusWhere(side, (i) => Math.abs(values[i]) > NEGLIGIBLE * largest) / TEMPLATE_SAMPLING,
    footprint,
    footprintSide: wide,
    footprintRadius: radiusWhere(wide, (i) => footprint[i] > 0) / TEMPLATE_SAMPLING,
    maskRadius: radiusWhere(wide, (i) => footprint[i] === IN_MASK) / TEMPLATE_SAMPLING,
    inscribedRadius: Math.max(0, inside[(wide ** 3 - 1) / 2] - 1) / TEMPLATE_SAMPLING,
    maskVoxels,
    probes: probesOf(mask, side),
  };
}
