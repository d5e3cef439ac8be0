import { type Shape3, voxelCount } from "../volume/shape";
import { type SoftEdge, type Wedge, wedgeWeights } from "./wedge";

/**
 * Returns how much of each coefficient of a cosine transform was measured by at least one of several tilt series, [nz, ny, nx],
 * from 0 to 1. A cosine along two axes stands for a tilt and for its opposite, so it was measured if both were: of tilts from
 * −60° to 50° it keeps those within ±50°. The zero frequency is measured. See `wedgeWeights` for the edge, whose coefficients
 * are half as wide here.
 */
export function dctWedgeWeights(
  shape: Shape3,
  wedges: readonly Wedge[],
  edge: SoftEdge | null = null,
): Float32Array<ArrayBuffer> {
  const [nz, ny, nx] = shape;
  const weights = new Float32Array(voxelCount(shape));
  for (const wedge of wedges) {
    const isAboutY = wedge.tiltAxis === "y";
    // Coefficient k of n is a frequency of the transform of 2n samples: the volume and its mirror image.
    const plane: Shape3 = isAboutY ? [2 * nz, 1, 2 * nx] : [2 * nz, 2 * ny, 1];
    const across = isAboutY ? nx + 1 : 2 * ny;
    const ofPlane = wedgeWeights(plane, [wedge], edge);
    const measured = (k: number, z: number) =>
      Math.min(ofPlane[z * across + k], ofPlane[((2 * nz - z) % (2 * nz)) * across + k]);
    for (let z = 0, at = 0; z < nz; z++)
      for (let y = 0; y < ny; y++)
        for (let x = 0; x < nx; x++, at++) weights[at] = Math.max(weights[at], measured(isAboutY ? x : y, z));
  }
  return weights;
}
