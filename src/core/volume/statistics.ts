import type { Statistics } from "./volume";

/** Voxels that are summed about one of them before they are merged: few enough to stay in the first cache. */
const BLOCK = 4096;

/** Collects statistics of voxels that come in pieces. */
export interface StatisticsCollector {
  add(values: ArrayLike<number>): void;
  /** Adds one value many times over. */
  addRepeated(value: number, count: number): void;
  /** Statistics of all that was added; min, max, mean and std are NaN where no voxel was finite. */
  result(): Statistics;
}

/** Mean and deviation without the range: less than half the work. */
interface MomentsCollector {
  add(values: ArrayLike<number>): void;
  addRepeated(value: number, count: number): void;
  result(): Pick<Statistics, "mean" | "std" | "nonFinite">;
}

/** Sums of one block about its first value. */
const block = { sum: 0, squares: 0 };

/** Fills `block`; the sums are not finite where a value is not. Four chains of additions run side by side. */
function sumBlock(values: ArrayLike<number>, start: number, end: number): void {
  const about = values[start];
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let squares0 = 0;
  let squares1 = 0;
  let squares2 = 0;
  let squares3 = 0;
  let i = start;
  for (; i + 3 < end; i += 4) {
    const a = values[i] - about;
    const b = values[i + 1] - about;
    const c = values[i + 2] - about;
    const d = values[i + 3] - about;
    sum0 += a;
    sum1 += b;
    sum2 += c;
    sum3 += d;
    squares0 += a * a;
    squares1 += b * b;
    squares2 += c * c;
    squares3 += d * d;
  }
  for (; i < end; i++) {
    const a = values[i] - about;
    sum0 += a;
    squares0 += a * a;
  }
  block.sum = sum0 + sum1 + (sum2 + sum3);
  block.squares = squares0 + squares1 + (squares2 + squares3);
}

/** Range of one block. */
const range = { low: 0, high: 0 };

/** Fills `range`; it is not finite where a value is not. Two chains of comparisons run side by side. */
function rangeOfBlock(values: ArrayLike<number>, start: number, end: number): void {
  const last = values[end - 1];
  let low0 = last;
  let low1 = last;
  let high0 = last;
  let high1 = last;
  for (let i = start; i + 1 < end; i += 2) {
    const a = values[i];
    const b = values[i + 1];
    low0 = Math.min(low0, a);
    high0 = Math.max(high0, a);
    low1 = Math.min(low1, b);
    high1 = Math.max(high1, b);
  }
  range.low = Math.min(low0, low1);
  range.high = Math.max(high0, high1);
}

/** The values of a range that are finite. */
function finiteValues(values: ArrayLike<number>, start: number, end: number): number[] {
  const finite: number[] = [];
  for (let i = start; i < end; i++) if (Number.isFinite(values[i])) finite.push(values[i]);
  return finite;
}

/**
 * Returns a collector of mean and population deviation in f64. Each block of voxels is summed about its first value and
 * blocks are merged pairwise (Chan, Golub & LeVeque 1983, doi 10.1080/00031305.1983.10483115), so that the error does not grow
 * with a large mean. NaN and infinite voxels are counted and left out. About 1 ns per voxel.
 */
export function createMoments(): MomentsCollector {
  let count = 0;
  let mean = 0;
  let squares = 0;
  let nonFinite = 0;

  function merge(blockCount: number, blockMean: number, blockSquares: number) {
    const total = count + blockCount;
    const delta = blockMean - mean;
    squares += blockSquares + (delta * delta * count * blockCount) / total;
    mean += (delta * blockCount) / total;
    count = total;
  }

  function addBlock(values: ArrayLike<number>, start: number, end: number) {
    const length = end - start;
    sumBlock(values, start, end);
    const { sum, squares: about } = block;
    if (Number.isFinite(about))
      return merge(length, values[start] + sum / length, Math.max(0, about - (sum * sum) / length));
    const finite = finiteValues(values, start, end);
    nonFinite += length - finite.length;
    if (finite.length === 0) return;
    const blockMean = finite.reduce((total, value) => total + value / finite.length, 0);
    merge(
      finite.length,
      blockMean,
      finite.reduce((total, value) => total + (value - blockMean) ** 2, 0),
    );
  }

  return {
    add(values) {
      for (let start = 0; start < values.length; start += BLOCK)
        addBlock(values, start, Math.min(start + BLOCK, values.length));
    },
    addRepeated(value, repeats) {
      if (!Number.isFinite(value)) nonFinite += repeats;
      else if (repeats > 0) merge(repeats, value, 0);
    },
    result() {
      if (count > 0) return { mean, std: Math.sqrt(squares / count), nonFinite };
      return { mean: Number.NaN, std: Number.NaN, nonFinite };
    },
  };
}

/** Returns a collector of statistics: the range beside mean and deviation (see `createMoments`). */
export function createStatistics(): StatisticsCollector {
  const moments = createMoments();
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;

  function widen(values: ArrayLike<number>, start: number, end: number) {
    rangeOfBlock(values, start, end);
    if (Number.isFinite(range.low) && Number.isFinite(range.high)) {
      min = Math.min(min, range.low);
      max = Math.max(max, range.high);
      return;
    }
    for (const value of finiteValues(values, start, end)) {
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }

  return {
    add(values) {
      moments.add(values);
      for (let start = 0; start < values.length; start += BLOCK)
        widen(values, start, Math.min(start + BLOCK, values.length));
    },
    addRepeated(value, count) {
      moments.addRepeated(value, count);
      if (count > 0) widen([value], 0, 1);
    },
    result() {
      const { mean, std, nonFinite } = moments.result();
      if (Number.isNaN(mean)) return { min: Number.NaN, max: Number.NaN, mean, std, nonFinite };
      return { min, max, mean, std, nonFinite };
    },
  };
}
