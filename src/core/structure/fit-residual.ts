import type { Shape3 } from "../volume/shape";
import { addGaussians, createGaussianWindows, PARAMS_PER_BEAD } from "./fit-gaussians";

/** How far a sum of Gaussians, sampled where a map is, falls short of it. */
export interface FitResidual {
  /** Takes the sum at `params` and returns half the sum of the squares of (sum − map). */
  update(params: Float64Array): number;
  /** Adds to `gradient` the derivatives of that at the params of the last update. */
  addGradient(params: Float64Array, gradient: Float64Array): void;
}

/** Returns the residual of a map whose voxel i lies at i + offset along each axis. Both calls cost (8σ)³ per bead. */
export function createFitResidual(map: Float32Array, shape: Shape3, offset = 0): FitResidual {
  const [, ny, nx] = shape;
  const residual = new Float64Array(map.length);
  const windowOf = createGaussianWindows(shape, offset);

  return {
    update(params) {
      for (let i = 0; i < residual.length; i++) residual[i] = -map[i];
      addGaussians(params, shape, offset, residual);
      let energy = 0;
      for (let i = 0; i < residual.length; i++) energy += residual[i] * residual[i];
      return energy / 2;
    },
    addGradient(params, gradient) {
      for (let at = 0; at < params.length; at += PARAMS_PER_BEAD) {
        const { from, to, lines, height } = windowOf(params, at);
        const [fromX, fromY, fromZ] = from;
        const [toX, toY, toZ] = to;
        const [lineX, lineY, lineZ] = lines;
        const [centreX, centreY, centreZ] = [params[at], params[at + 1], params[at + 2]];
        // Moments of the residual under the Gaussian, about its centre.
        let mass = 0;
        let alongX = 0;
        let alongY = 0;
        let alongZ = 0;
        let square = 0;
        for (let z = fromZ; z <= toZ; z++) {
          const dz = z + offset - centreZ;
          for (let y = fromY; y <= toY; y++) {
            const dy = y + offset - centreY;
            const row = (z * ny + y) * nx;
            let rowMass = 0;
            let rowX = 0;
            let rowSquare = 0;
            for (let x = fromX; x <= toX; x++) {
              const dx = x + offset - centreX;
              const value = residual[row + x] * lineX[x - fromX];
              rowMass += value;
              rowX += value * dx;
              rowSquare += value * dx * dx;
            }
            const scale = height * lineZ[z - fromZ] * lineY[y - fromY];
            mass += scale * rowMass;
            alongX += scale * rowX;
            alongY += scale * dy * rowMass;
            alongZ += scale * dz * rowMass;
            square += scale * (rowSquare + (dy * dy + dz * dz) * rowMass);
          }
        }
        const sigma = params[at + 4];
        const precision = 1 / (sigma * sigma);
        gradient[at] += alongX * precision;
        gradient[at + 1] += alongY * precision;
        gradient[at + 2] += alongZ * precision;
        gradient[at + 3] += mass;
        gradient[at + 4] += (square * precision - 3 * mass) / sigma;
      }
    },
  };
}
