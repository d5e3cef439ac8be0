import type { Bm4dProfileId } from "../restore/mwr-kernels";
import { kaiserWindow } from "./kaiser-window";

/** What BM4D does in every profile. */
export const BM4D = {
  cubeSide: 4,
  stepVoxels: 3,
  /** Coefficients below this many noise levels are set to zero. */
  hardThreshold: 2.7,
  kaiserBeta: 2,
  /** The least sum of squared Wiener shares that weights tell apart: of flat, dark groups it comes near 0. */
  leastWienerPower: 0.25,
} as const;

export interface Bm4dProfile {
  /** Candidates lie within this many voxels of the reference cube along each axis: a window of 7³ or 11³. */
  readonly searchRadius: number;
  /** The largest group of the hard-threshold stage, and of the Wiener stage; powers of two. */
  readonly maxGroup: number;
  readonly maxWienerGroup: number;
  /**
   * Reference rows of the same class (one of n × n) write to different voxels, so threads may share them: they lie at least
   * 3·(n − 1) + 1 voxels apart, and one writes to 2·searchRadius + 4.
   */
  readonly classesPerAxis: number;
}

/** "lc" is what missing-wedge restoration uses ("low complexity"), "np" the normal profile of the paper. */
export const BM4D_PROFILES: Readonly<Record<Bm4dProfileId, Bm4dProfile>> = {
  lc: { searchRadius: 3, maxGroup: 16, maxWienerGroup: 16, classesPerAxis: 4 },
  np: { searchRadius: 5, maxGroup: 16, maxWienerGroup: 32, classesPerAxis: 6 },
};

/**
 * Returns the largest mean squared distance per voxel at which cubes count as similar, for data in [0, 1]: BM4D's 2.9527/64
 * plus what the noise of both cubes adds, without which groups starve from sigma = 0.2 on.
 */
export function matchThreshold(sigma: number): number {
  return 2.9527 / 64 + 2.5 * sigma * sigma;
}

/**
 * Returns the same for the Wiener stage, whose cubes come from the estimate of the first: 400/255² of the paper plus what the
 * error of that estimate adds (measured on phantoms: up to 0.6 dB at sigma = 0.4).
 */
export function wienerMatchThreshold(sigma: number): number {
  return 400 / 255 ** 2 + 0.2 * sigma * sigma;
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
  const window = kaiserWindow(BM4D.cubeSide, BM4D.kaiserBeta);
  return Float32Array.from(
    { length: BM4D.cubeSide ** 3 },
    (_, i) => window[i >> 4] * window[(i >> 2) & 3] * window[i & 3],
  );
}
