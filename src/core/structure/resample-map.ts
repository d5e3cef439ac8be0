import { applyAlongAxes, axisWeights } from "./apply-along-axes";
import type { DensityGrid } from "./gaussians-on-grid";
import type { DensityMap } from "./structure";

/** From this width on, in voxels, a Gaussian leaves 0.7 % at the Nyquist frequency and needs no further limit. */
const PLAIN_SIGMA = 1;
const PLAIN_REACH_SIGMAS = 5;
/** The oscillations of a band-limited kernel are faded out between these distances, in voxels, past all of its Gaussian. */
const FADE_FROM = 6;
const LIMITED_REACH = 12;
const QUADRATURE_STEPS = 128;

/**
 * Returns a map after a Gaussian, at the voxels of another grid in the map's frame (voxel (0, 0, 0) at the origin, voxel size
 * times index). The map is taken as the band-limited function through its voxels, 0 around them; nothing is interpolated
 * twice, and the grids may be of any shapes and sizes. With σ at least half a voxel of the new grid nothing folds that the
 * Gaussian has not weakened below 0.3. Costs results × taps along each axis, taps being 10σ, or 25 for narrow Gaussians.
 */
export function resampleMap(
  { values, shape, voxelSizeAngstrom }: DensityMap,
  grid: DensityGrid,
  sigmaAngstrom: number,
): Float32Array<ArrayBuffer> {
  const sigma = sigmaAngstrom / voxelSizeAngstrom;
  const isPlain = sigma >= PLAIN_SIGMA;
  const kernel = isPlain ? gaussian(sigma) : bandLimitedGaussian(sigma);
  const reach = isPlain ? PLAIN_REACH_SIGMAS * sigma : LIMITED_REACH;
  const { x, y, z } = grid.originAngstrom;
  const step = grid.voxelSizeAngstrom / voxelSizeAngstrom;
  const [alongZ, alongY, alongX] = [z, y, x].map((origin, axis) => {
    const placeOf = (i: number) => origin / voxelSizeAngstrom + i * step;
    return axisWeights(shape[axis], grid.shape[axis], placeOf, kernel, reach);
  });
  return applyAlongAxes(values, shape, [alongZ, alongY, alongX]);
}

function gaussian(sigma: number) {
  const height = 1 / (Math.sqrt(2 * Math.PI) * sigma);
  return (distance: number) => height * Math.exp((-0.5 * distance ** 2) / sigma ** 2);
}

/** A Gaussian without what lies above the Nyquist frequency: the integral of its transform, cos(2πfx), up to f = ½. */
function bandLimitedGaussian(sigma: number) {
  const half = 0.5 / QUADRATURE_STEPS;
  const transform = Float64Array.from({ length: QUADRATURE_STEPS }, (_, i) =>
    Math.exp(-2 * (Math.PI * sigma * (2 * i + 1) * 0.5 * half) ** 2),
  );
  return (distance: number) => {
    // Midpoints: 128 to at most six periods of the cosine.
    let sum = 0;
    for (let i = 0; i < QUADRATURE_STEPS; i++)
      sum += transform[i] * Math.cos(Math.PI * (2 * i + 1) * half * distance);
    const fade = Math.max(0, Math.abs(distance) - FADE_FROM) / (LIMITED_REACH - FADE_FROM);
    return 2 * half * sum * Math.cos(0.5 * Math.PI * fade) ** 2;
  };
}
