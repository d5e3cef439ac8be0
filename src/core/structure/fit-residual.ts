import type { Shape3 } from "../volume/shape";
import { addGaussians, createGaussianWindows, PARAMS_PER_BEAD } from "./fit-gaussians";

/** How far a sum of Gaussians, sampled at the voxels of a map, falls short of it. */
export interface FitResidual {
  /** Takes the sum at `params` and returns half the sum of the squares of (sum − map). */
  update(params: Float64Array): number;
  /** Fills `gradient` with the derivatives of that at the params of the last update. */
  gradient(params: Float64Array, gradient: Float64Array): void;
}

/** Returns the residual of a map. Both calls cost (8σ)³ per bead. */
export function createFitResidual(map: Float32Array, shape: Shape3): FitResidual {
  const [, ny, nx] = shape;
  const residual = new Float64Array(map.length);
  const windowOf = createGaussianWindows(shape);

  return {
    update(params) {
      for (let i = 0; i < residual.length; i++) residual[i] = -map[i];
      addGaussians(params, shape, residual);
      let energy = 0;
      for (let i = 0; i < residual.length; i++) energy += residual[i] * residual[i];
      return energy / 2;
    },
    gradient(params, gradient) {
      for (let at = 0; at < params.length; at += PARAMS_PER_BEAD) {
        const { from, to, lines, height } = windowOf(params, at);
        // Moments of the residual under the Gaussian, about its centre.
        let mass = 0;
        let alongX = 0;
        let alongY = 0;
        let alongZ = 0;
        let square = 0;
        for (let z = from[2]; z <= to[2]; z++) {
          const dz = z - params[at + 2];
          for (let y = from[1]; y <= to[1]; y++) {
            const dy = y - params[at + 1];
            const row = (z * ny + y) * nx;
            let rowMass = 0;
            let rowX = 0;
            let rowSquare = 0;
            for (let x = from[0]; x <= to[0]; x++) {
              const dx = x - params[at];
              const value = residual[row + x] * lines[0][x - from[0]];
              rowMass += value;
              rowX += value * dx;
              rowSquare += value * dx * dx;
            }
            const scale = height * lines[2][z - from[2]] * lines[1][y - from[1]];
            mass += scale * rowMass;
            alongX += scale * rowX;
            alongY += scale * dy * rowMass;
            alongZ += scale * dz * rowMass;
            square += scale * (rowSquare + (dy * dy + dz * dz) * rowMass);
          }
        }
        const sigma = params[at + 4];
        const precision = 1 / (sigma * sigma);
        gradient[at] = alongX * precision;
        gradient[at + 1] = alongY * precision;
        gradient[at + 2] = alongZ * precision;
        gradient[at + 3] = mass;
        gradient[at + 4] = (square * precision - 3 * mass) / sigma;
      }
    },
  };
}
