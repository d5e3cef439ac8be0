import type { Shape3 } from "../volume/shape";

/** A bead's row: x, y, z in voxels, the logarithm of its integral (value × voxels), its deviation in voxels. */
export const PARAMS_PER_BEAD = 5;

/** Gaussians end where they have fallen to 3·10⁻⁴ of their height. */
const REACH_SIGMAS = 4;
const SQRT_TWO_PI = Math.sqrt(2 * Math.PI);

/** The box of voxels that a Gaussian reaches, both ends included, each x, y, z; its profile along each axis; its height. */
interface GaussianWindow {
  readonly from: number[];
  readonly to: number[];
  readonly lines: readonly Float64Array[];
  height: number;
}

/**
 * Returns a function that gives the window of the bead whose row begins at `at`, on a grid whose voxel i lies at i + offset along
 * each axis; each call overwrites the last window.
 */
export function createGaussianWindows([nz, ny, nx]: Shape3, offset: number) {
  const lengths = [nx, ny, nz];
  const window: GaussianWindow = {
    from: [0, 0, 0],
    to: [0, 0, 0],
    lines: lengths.map((length) => new Float64Array(length)),
    height: 0,
  };
  return (params: Float64Array, at: number): GaussianWindow => {
    const sigma = params[at + 4];
    window.height = Math.exp(params[at + 3]) / (SQRT_TWO_PI * sigma) ** 3;
    for (let axis = 0; axis < 3; axis++) {
      const centre = params[at + axis] - offset;
      const from = Math.max(0, Math.ceil(centre - REACH_SIGMAS * sigma));
      const to = Math.min(lengths[axis] - 1, Math.floor(centre + REACH_SIGMAS * sigma));
      window.from[axis] = from;
      window.to[axis] = to;
      const line = window.lines[axis];
      for (let i = from; i <= to; i++) line[i - from] = Math.exp((-0.5 * (i - centre) ** 2) / sigma ** 2);
    }
    return window;
  };
}

/** Adds to `values` the Gaussians of all rows, sampled at the points of such a grid. Costs (8σ)³ per bead. */
export function addGaussians(
  params: Float64Array,
  shape: Shape3,
  offset: number,
  values: Float64Array,
): void {
  const [, ny, nx] = shape;
  const windowOf = createGaussianWindows(shape, offset);
  for (let at = 0; at < params.length; at += PARAMS_PER_BEAD) {
    const { from, to, lines, height } = windowOf(params, at);
    // In locals: the innermost loop looks nothing up.
    const [fromX, fromY, fromZ] = from;
    const [toX, toY, toZ] = to;
    const [lineX, lineY, lineZ] = lines;
    for (let z = fromZ; z <= toZ; z++)
      for (let y = fromY; y <= toY; y++) {
        const row = (z * ny + y) * nx;
        const scale = height * lineZ[z - fromZ] * lineY[y - fromY];
        for (let x = fromX; x <= toX; x++) values[row + x] += scale * lineX[x - fromX];
      }
  }
}
