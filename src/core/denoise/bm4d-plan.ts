/** The profile of BM4D that missing-wedge restoration uses (hard thresholding, "low complexity"). */
export const BM4D = {
  cubeSide: 4,
  stepVoxels: 3,
  /** Candidates lie within this many voxels of the reference cube along each axis: a window of 7³. */
  searchRadius: 3,
  maxGroup: 16,
  /** Coefficients below this many noise levels are set to zero. */
  hardThreshold: 2.7,
  kaiserBeta: 2,
  /** Reference rows of the same class (one of 4 × 4) write to different voxels, so threads may share them. */
  classesPerAxis: 4,
} as const;

/**
 * Returns the largest mean squared distance per voxel at which cubes count as similar, for data in [0, 1]: BM4D's 2.9527/64
 * plus what the noise of both cubes adds, without which groups starve from sigma = 0.2 on.
 */
export function matchThreshold(sigma: number): number {
  return 2.9527 / 64 + 2.5 * sigma * sigma;
}

/** Returns the starts of the reference cubes along an axis: every third voxel, and the last cube flush with the border. */
export function referencePositions(length: number): Int32Array<ArrayBuffer> {
  const last = length - BM4D.cubeSide;
  const positions: number[] = [];
  for (let at = 0; at < last; at += BM4D.stepVoxels) positions.push(at);
  positions.push(last);
  return Int32Array.from(positions);
}

/** Returns the weights of a cube's voxels in the aggregation: a Kaiser window along each axis, 64 values, x fastest. */
export function kaiserCube(): Float32Array<ArrayBuffer> {
  const { cubeSide, kaiserBeta } = BM4D;
  const window = Array.from({ length: cubeSide }, (_, i) => {
    const u = (2 * i) / (cubeSide - 1) - 1;
    return besselI0(kaiserBeta * Math.sqrt(1 - u * u)) / besselI0(kaiserBeta);
  });
  const cube = new Float32Array(cubeSide ** 3);
  for (let i = 0; i < cube.length; i++) cube[i] = window[i >> 4] * window[(i >> 2) & 3] * window[i & 3];
  return cube;
}

/** The modified Bessel function of order 0, by its power series (arguments are small here). */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 30; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
