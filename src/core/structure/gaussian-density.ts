/** Gaussians end where they have fallen to 3·10⁻⁴ of their height. */
const REACH_SIGMAS = 4;

/** A low pass to a resolution d is a Gaussian of this times d: its transform falls to 1/e at the frequency 1/d. */
const SIGMA_PER_RESOLUTION = Math.SQRT1_2 / Math.PI;

/** Returns the deviation, in ångström, of the Gaussian that limits a density to a resolution in ångström. */
export function sigmaOfResolution(resolutionAngstrom: number): number {
  return SIGMA_PER_RESOLUTION * resolutionAngstrom;
}

/** Gaussians in ångström about the origin; `integrals` are theirs over all space, `sigmasAngstrom` one of each, or one for all. */
export interface Gaussians {
  readonly positionsAngstrom: Float32Array;
  readonly integrals: Float32Array;
  readonly sigmasAngstrom: Float32Array | number;
}

/**
 * Returns the sum of Gaussians at the voxels of a cube of `side`, whose middle voxel ((side − 1)/2) is the origin, in
 * integrals per Å³, x fastest. Deviations below half a voxel are not resolved by the grid and counted as half a voxel. Costs
 * (8σ/voxel)³ per Gaussian.
 */
export function gaussianDensity(
  { positionsAngstrom, integrals, sigmasAngstrom }: Gaussians,
  side: number,
  voxelSizeAngstrom: number,
): Float32Array<ArrayBuffer> {
  const density = new Float32Array(side ** 3);
  const middle = (side - 1) / 2;
  const room = side + 1;
  const lines = [new Float64Array(room), new Float64Array(room), new Float64Array(room)] as const;
  for (let i = 0; i < integrals.length; i++) {
    const sigmaAngstrom = typeof sigmasAngstrom === "number" ? sigmasAngstrom : sigmasAngstrom[i];
    const sigma = Math.max(0.5, sigmaAngstrom / voxelSizeAngstrom);
    const [fromX, toX, fromY, toY, fromZ, toZ] = [0, 1, 2].flatMap((axis) => {
      const centre = positionsAngstrom[3 * i + axis] / voxelSizeAngstrom + middle;
      const from = Math.max(0, Math.ceil(centre - REACH_SIGMAS * sigma));
      const to = Math.min(side - 1, Math.floor(centre + REACH_SIGMAS * sigma));
      for (let at = from; at <= to; at++)
        lines[axis][at - from] = Math.exp((-0.5 * (at - centre) ** 2) / sigma ** 2);
      return [from, to];
    });
    const height = integrals[i] / (Math.sqrt(2 * Math.PI) * sigma * voxelSizeAngstrom) ** 3;
    for (let z = fromZ; z <= toZ; z++)
      for (let y = fromY; y <= toY; y++) {
        const row = (z * side + y) * side;
        const scale = height * lines[2][z - fromZ] * lines[1][y - fromY];
        for (let x = fromX; x <= toX; x++) density[row + x] += scale * lines[0][x - fromX];
      }
  }
  return density;
}
