import type { Statistics } from "./volume";

/** Voxels that are summed about their own mean before they are merged: few enough to stay in the first cache. */
const BLOCK = 2048;

/** Collects statistics of voxels that come in pieces. */
export interface StatisticsCollector {
  add(values: ArrayLike<number>): void;
  /** Statistics of all that was added; min, max, mean and std are NaN where no voxel was finite. */
  result(): Statistics;
}

/**
 * Returns a collector of statistics in f64. Each block of voxels is summed about its own mean and blocks are merged pairwise
 * (Chan, Golub & LeVeque 1983, doi 10.1080/00031305.1983.10483115), so that the error does not grow with a large mean. NaN and
 * infinite voxels are counted and left out.
 */
export function createStatistics(): StatisticsCollector {
  let count = 0;
  let mean = 0;
  let squares = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let nonFinite = 0;

  function addBlock(values: ArrayLike<number>, start: number, end: number) {
    let blockCount = 0;
    let sum = 0;
    for (let i = start; i < end; i++) {
      const value = values[i];
      if (value - value !== 0) continue; // NaN or infinite
      blockCount++;
      sum += value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    nonFinite += end - start - blockCount;
    if (blockCount === 0) return;
    const blockMean = sum / blockCount;
    let blockSquares = 0;
    for (let i = start; i < end; i++) {
      const value = values[i];
      if (value - value === 0) blockSquares += (value - blockMean) ** 2;
    }
    const total = count + blockCount;
    const delta = blockMean - mean;
    squares += blockSquares + (delta * delta * count * blockCount) / total;
    mean += (delta * blockCount) / total;
    count = total;
  }

  return {
    add(values) {
      for (let start = 0; start < values.length; start += BLOCK)
        addBlock(values, start, Math.min(start + BLOCK, values.length));
    },
    result() {
      if (count > 0) return { min, max, mean, std: Math.sqrt(squares / count), nonFinite };
      return { min: Number.NaN, max: Number.NaN, mean: Number.NaN, std: Number.NaN, nonFinite };
    },
  };
}
