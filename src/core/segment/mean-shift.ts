import { PointGrid } from "../geometry/point-grid";
import type { Point3 } from "../volume/shape";
import { GroupSums, type LabelRuns, type VoxelGroup } from "./label-runs";

/** A mode has converged when it moves by less than this share of the bandwidth (as scikit-learn). */
const STOP_SHARE = 1e-3;
const MAX_ITERATIONS = 300;
const SEEDS_PER_BREATH = 64;

interface Mode extends Point3 {
  /** How many voxels lie within the bandwidth of it. */
  readonly weight: number;
}

/** Rounds to the nearest whole number, ties to the even one, as numpy does. */
function roundTiesToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

function* voxelsOf({ shape: [nz, ny], rowOffsets, starts, ends }: LabelRuns): Generator<Point3> {
  for (let row = 0; row < nz * ny; row++) {
    const y = row % ny;
    const z = (row - y) / ny;
    for (let run = rowOffsets[row]; run < rowOffsets[row + 1]; run++)
      for (let x = starts[run]; x < ends[run]; x++) yield { x, y, z };
  }
}

/**
 * One seed for each cube of the bandwidth's side that holds a voxel, at multiples of the bandwidth in float32; the voxels
 * themselves where no cube holds two.
 */
function binSeeds(runs: LabelRuns, bandwidth: number): Point3[] {
  const [nz, ny, nx] = runs.shape;
  const bin = (index: number) => roundTiesToEven(index / bandwidth);
  const binsX = bin(nx) + 1;
  const binsY = bin(ny) + 1;
  const seen = new Set<number>();
  for (let row = 0; row < nz * ny; row++) {
    const rowKey = (bin(Math.floor(row / ny)) * binsY + bin(row % ny)) * binsX;
    for (let run = runs.rowOffsets[row]; run < runs.rowOffsets[row + 1]; run++) {
      let last = -1;
      for (let x = runs.starts[run]; x < runs.ends[run]; x++) {
        const binX = bin(x);
        if (binX !== last) seen.add(rowKey + binX);
        last = binX;
      }
    }
  }
  if (seen.size === runs.voxels) return [...voxelsOf(runs)];
  const at = (index: number) => Math.fround(index * Math.fround(bandwidth));
  return [...seen].map((key) => {
    const x = key % binsX;
    const y = Math.floor(key / binsX) % binsY;
    const z = Math.floor(key / (binsX * binsY));
    return { x: at(x), y: at(y), z: at(z) };
  });
}

/**
 * The mean and number of the voxels at most `bandwidth` from a point, exact in whole numbers: each row of the ball is an
 * interval of x, whose count and sum follow from the runs that it cuts.
 */
function ballMean(runs: LabelRuns, centre: Point3, bandwidth: number): Mode | null {
  const [nz, ny, nx] = runs.shape;
  const { rowOffsets, starts, ends } = runs;
  const limit = bandwidth * bandwidth;
  let n = 0;
  let sumX = 0;
  let sumY = 0;
  let sumZ = 0;
  const zEnd = Math.min(nz - 1, Math.floor(centre.z + bandwidth));
  const yStart = Math.max(0, Math.ceil(centre.y - bandwidth));
  const yEnd = Math.min(ny - 1, Math.floor(centre.y + bandwidth));
  for (let z = Math.max(0, Math.ceil(centre.z - bandwidth)); z <= zEnd; z++) {
    const dz2 = (z - centre.z) ** 2;
    for (let y = yStart; y <= yEnd; y++) {
      const row = z * ny + y;
      let low = rowOffsets[row];
      const after = rowOffsets[row + 1];
      const outside = dz2 + (y - centre.y) ** 2;
      if (low === after || outside > limit) continue;
      const half = Math.sqrt(limit - outside);
      let first = Math.ceil(centre.x - half);
      let last = Math.floor(centre.x + half);
      // The square root rounds: at the rim the squared distances decide.
      if (outside + (first - 1 - centre.x) ** 2 <= limit) first--;
      else if (outside + (first - centre.x) ** 2 > limit) first++;
      if (outside + (last + 1 - centre.x) ** 2 <= limit) last++;
      else if (outside + (last - centre.x) ** 2 > limit) last--;
      if (first < 0) first = 0;
      if (last >= nx) last = nx - 1;
      if (first > last) continue;

      let high = after;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (ends[middle] <= first) low = middle + 1;
        else high = middle;
      }
      for (let run = low; run < after && starts[run] <= last; run++) {
        const from = Math.max(starts[run], first);
        const to = Math.min(ends[run] - 1, last);
        const count = to - from + 1;
        n += count;
        sumX += (count * (from + to)) / 2;
        sumY += count * y;
        sumZ += count * z;
      }
    }
  }
  return n === 0 ? null : { x: sumX / n, y: sumY / n, z: sumZ / n, weight: n };
}

function climb(runs: LabelRuns, seed: Point3, bandwidth: number): Mode | null {
  let mode = ballMean(runs, seed, bandwidth);
  let previous = seed;
  for (let iteration = 0; mode && iteration < MAX_ITERATIONS; iteration++) {
    const moved = Math.hypot(mode.x - previous.x, mode.y - previous.y, mode.z - previous.z);
    if (moved <= STOP_SHARE * bandwidth) break;
    previous = mode;
    mode = ballMean(runs, mode, bandwidth);
  }
  return mode;
}

const heavierFirst = (a: Mode, b: Mode) => b.weight - a.weight || b.z - a.z || b.y - a.y || b.x - a.x;

/**
 * Returns the modes of the density of one label's voxels, heaviest first: mean-shift with a flat kernel and the rules of
 * scikit-learn's MeanShift with bin seeding (coordinates in the order z, y, x). Costs π·bandwidth² row look-ups for each
 * seed and iteration.
 */
export async function meanShiftModes(
  runs: LabelRuns,
  bandwidthVoxels: number,
  breathe: () => Promise<void>,
): Promise<readonly Point3[]> {
  const candidates: Mode[] = [];
  const seeds = binSeeds(runs, bandwidthVoxels);
  for (const [index, seed] of seeds.entries()) {
    if (index % SEEDS_PER_BREATH === SEEDS_PER_BREATH - 1) await breathe();
    const mode = climb(runs, seed, bandwidthVoxels);
    if (mode) candidates.push(mode);
  }
  candidates.sort(heavierFirst);
  const grid = new PointGrid(candidates, bandwidthVoxels);
  const dropped = new Uint8Array(candidates.length);
  return candidates.filter((mode, index) => {
    if (dropped[index]) return false;
    for (const near of grid.within(mode, bandwidthVoxels)) dropped[near.index] = 1;
    return true;
  });
}

/**
 * Returns the clusters of one label's voxels, one for each mode (see meanShiftModes) that is the nearest of some voxel,
 * heaviest mode first. Unlike components they divide particles that touch.
 */
export async function meanShift(
  runs: LabelRuns,
  bandwidthVoxels: number,
  breathe: () => Promise<void>,
): Promise<VoxelGroup[]> {
  const modes = await meanShiftModes(runs, bandwidthVoxels, breathe);
  const grid = new PointGrid(modes, bandwidthVoxels);
  const sums = new GroupSums(runs);
  const [nz, ny] = runs.shape;

  for (let z = 0; z < nz; z++) {
    await breathe();
    for (let y = 0; y < ny; y++) {
      const row = z * ny + y;
      const nearest = (x: number) => grid.nearest({ x, y, z });
      // The voxels nearest to one mode form a convex set: a run whose ends agree is of one cluster.
      const assign = (run: number, start: number, startMode: number, end: number, endMode: number): void => {
        if (startMode === endMode) {
          sums.add(startMode, row, run, start, end);
          return;
        }
        const middle = (start + end) >> 1;
        assign(run, start, startMode, middle, middle - start === 1 ? startMode : nearest(middle - 1));
        assign(run, middle, end - middle === 1 ? endMode : nearest(middle), end, endMode);
      };
      for (let run = runs.rowOffsets[row]; run < runs.rowOffsets[row + 1]; run++) {
        const start = runs.starts[run];
        const end = runs.ends[run];
        assign(run, start, nearest(start), end, nearest(end - 1));
      }
    }
  }
  return sums.groups();
}
