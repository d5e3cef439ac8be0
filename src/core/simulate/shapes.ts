import { ComputeError } from "../errors";
import { sigmaOfResolution } from "../structure/sigma-of-resolution";
import type { DensityTemplate } from "../structure/structure";
import type { ParametricShape } from "./recipe";

/** A cube of half a gigabyte. */
const MOST_VOXELS = 2 ** 27;

/** A density with the voxels that are the particle: 1 inside, on the same grid. */
export interface MaskedTemplate {
  readonly template: DensityTemplate;
  readonly mask: Uint8Array;
}

/** Soft edges end where they have fallen to 3·10⁻⁵. */
const REACH_SIGMAS = 4;

/** The error function to 1.5·10⁻⁷ (Abramowitz & Stegun 7.1.26). */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const tail =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - tail * Math.exp(-x * x));
}

/** The share of an even slab −half…half that a Gaussian of deviation `sigma` leaves at x. */
const slab = (x: number, half: number, sigma: number) =>
  (erf((half - x) / (Math.SQRT2 * sigma)) + erf((half + x) / (Math.SQRT2 * sigma))) / 2;

/** What a Gaussian leaves of an even ball, in closed form: its moment along the radius adds the second term to a slab's. */
function softBall(r: number, radius: number, sigma: number): number {
  const from = Math.max(r, 1e-3 * sigma);
  const bell = (d: number) => Math.exp((-0.5 * d * d) / sigma ** 2);
  const moment = (sigma / (from * Math.sqrt(2 * Math.PI))) * (bell(radius - from) - bell(radius + from));
  return slab(from, radius, sigma) - moment;
}

/** A solid about the origin, in ångström: whether a point is inside, and the density there, of 1 inside, after a Gaussian. */
interface Solid {
  readonly radii: readonly [x: number, y: number, z: number];
  isInside(x: number, y: number, z: number): boolean;
  softened(x: number, y: number, z: number): number;
}

function sphere(radius: number, sigma: number): Solid {
  return {
    radii: [radius, radius, radius],
    isInside: (x, y, z) => Math.hypot(x, y, z) <= radius,
    softened: (x, y, z) => softBall(Math.hypot(x, y, z), radius, sigma),
  };
}

function ellipsoid(radii: readonly [number, number, number], sigma: number): Solid {
  const [a, b, c] = radii;
  const level = (x: number, y: number, z: number) => Math.hypot(x / a, y / b, z / c);
  return {
    radii,
    isInside: (x, y, z) => level(x, y, z) <= 1,
    // As a ball through the point whose radius is the local distance between level and level: exact for equal radii.
    softened(x, y, z) {
      const k = level(x, y, z);
      const gradient = Math.hypot(x / (a * a), y / (b * b), z / (c * c));
      const radius = k === 0 ? Math.min(a, b, c) : k / gradient;
      return softBall(k * radius, radius, sigma);
    },
  };
}

function disc(radius: number, thickness: number, sigma: number): Solid {
  return {
    radii: [radius, radius, thickness / 2],
    isInside: (x, y, z) => Math.hypot(x, y) <= radius && Math.abs(z) <= thickness / 2,
    softened: (x, y, z) => slab(Math.hypot(x, y), radius, sigma) * slab(z, thickness / 2, sigma),
  };
}

function solidOf(shape: ParametricShape, sigma: number): Solid {
  switch (shape.shape) {
    case "sphere":
      return sphere(shape.radiusAngstrom, sigma);
    case "ellipsoid":
      return ellipsoid(shape.radiiAngstrom, sigma);
    case "disc":
      return disc(shape.radiusAngstrom, shape.thicknessAngstrom, sigma);
  }
}

/**
 * Returns a shape as a template with its mask: even density inside, edges as soft as the resolution has them (at least half a
 * voxel). Its axes are x, y, z of the grid; a disc lies in the xy plane. Throws "bad-parameter" for a cube beyond 2²⁷ voxels.
 */
export function shapeTemplate(
  shape: ParametricShape,
  { voxelSizeAngstrom, resolutionAngstrom }: { voxelSizeAngstrom: number; resolutionAngstrom: number },
): MaskedTemplate {
  const sigma = Math.max(sigmaOfResolution(resolutionAngstrom), voxelSizeAngstrom / 2);
  const solid = solidOf(shape, sigma);
  const half = Math.ceil((Math.max(...solid.radii) + REACH_SIGMAS * sigma) / voxelSizeAngstrom);
  const side = 2 * half + 1;
  if (side ** 3 > MOST_VOXELS) {
    const sentence = `The ${shape.shape} is too large: at ${voxelSizeAngstrom} Å per voxel it needs a cube of ${side} voxels per side, of at most ${Math.floor(Math.cbrt(MOST_VOXELS))}.`;
    throw new ComputeError("bad-parameter", sentence, { side, voxelSizeAngstrom });
  }
  const values = new Float32Array(side ** 3);
  const mask = new Uint8Array(side ** 3);
  for (let i = 0, z = -half; z <= half; z++)
    for (let y = -half; y <= half; y++)
      for (let x = -half; x <= half; x++, i++) {
        const point = [x * voxelSizeAngstrom, y * voxelSizeAngstrom, z * voxelSizeAngstrom] as const;
        if (point.some((at, axis) => Math.abs(at) > solid.radii[axis] + REACH_SIGMAS * sigma)) continue;
        values[i] = shape.density * solid.softened(...point);
        if (solid.isInside(...point)) mask[i] = 1;
      }
  return { template: { name: shape.shape, values, side, voxelSizeAngstrom }, mask };
}
