import { PointGrid } from "../geometry/point-grid";
import type { Point3 } from "../volume/shape";
import { BallSums } from "./ball-sums";
import type { LabelPieces } from "./label-pieces";
import { GroupSums, type LabelRuns, type VoxelGroup } from "./label-runs";
import { meanShiftSeeds } from "./mean-shift-seeds";
import { NearestModes } from "./nearest-modes";

/** A mode has converged when it moves by less than this share of the bandwidth (as scikit-learn). */
const STOP_SHARE = 1e-3;
const MAX_ITERATIONS = 300;
const SEEDS_PER_BREATH = 256;
const SECTIONS_PER_BREATH = 16;

interface Mode extends Point3 {
  /** How many voxels lie within the bandwidth of it. */
  readonly weight: number;
}

/** Climbs from a seed to the mode above it; null where no voxel is near. */
function climb(balls: BallSums, seed: Point3, bandwidth: number): Mode | null {
  const { sums } = balls;
  const stop = (STOP_SHARE * bandwidth) ** 2;
  let { x, y, z } = seed;
  for (let iteration = 0; ; iteration++) {
    balls.measure(x, y, z);
    const weight = sums[0];
    if (weight === 0) return null;
    const moved = (sums[1] / weight - x) ** 2 + (sums[2] / weight - y) ** 2 + (sums[3] / weight - z) ** 2;
    x = sums[1] / weight;
    y = sums[2] / weight;
    z = sums[3] / weight;
    if (moved <= stop || iteration === MAX_ITERATIONS) return { x, y, z, weight };
  }
}

const heavierFirst = (a: Mode, b: Mode) => b.weight - a.weight || b.z - a.z || b.y - a.y || b.x - a.x;

/** Keeps of the candidates, heaviest first, those that lie farther than the bandwidth from all that are kept already. */
function keepApart(candidates: readonly Mode[], bandwidth: number): Mode[] {
  const grid = new PointGrid(candidates, bandwidth);
  const dropped = new Uint8Array(candidates.length);
  return candidates.filter((mode, index) => {
    if (dropped[index]) return false;
    for (const near of grid.within(mode, bandwidth)) dropped[near.index] = 1;
    return true;
  });
}

/**
 * Returns the modes of the density of one label's voxels, heaviest first: mean-shift with a flat kernel and the rules of
 * scikit-learn's MeanShift with bin seeding (coordinates in the order z, y, x). `pieces` are those of the runs.
 */
export async function meanShiftModes(
  runs: LabelRuns,
  pieces: LabelPieces,
  bandwidthVoxels: number,
  breathe: () => Promise<void>,
): Promise<readonly Point3[]> {
  const balls = new BallSums(pieces, runs.shape, bandwidthVoxels);
  const candidates = new Map<number, Mode[]>();
  for (const [index, seed] of meanShiftSeeds(runs, bandwidthVoxels).entries()) {
    if (index % SEEDS_PER_BREATH === SEEDS_PER_BREATH - 1) await breathe();
    const mode = climb(balls, seed, bandwidthVoxels);
    if (!mode) continue;
    // Most seeds of an object end at the same place; few places share a key.
    const key = mode.x + 1e3 * mode.y + 1e6 * mode.z;
    const equals = candidates.get(key) ?? [];
    if (equals.length === 0) candidates.set(key, equals);
    if (!equals.some(({ x, y, z }) => x === mode.x && y === mode.y && z === mode.z)) equals.push(mode);
  }
  return keepApart([...candidates.values()].flat().sort(heavierFirst), bandwidthVoxels);
}

/**
 * Returns the clusters of one label's voxels, one for each mode (see meanShiftModes) that is the nearest of some voxel,
 * heaviest mode first. Unlike components they divide particles that touch. `pieces` are those of the runs.
 */
export async function meanShift(
  runs: LabelRuns,
  pieces: LabelPieces,
  bandwidthVoxels: number,
  breathe: () => Promise<void>,
): Promise<VoxelGroup[]> {
  const modes = await meanShiftModes(runs, pieces, bandwidthVoxels, breathe);
  const nearest = new NearestModes(modes, runs.shape, bandwidthVoxels);
  const modeOfPiece = pieces.centres.map((centre, piece) => nearest.ofSphere(centre, pieces.radii[piece]));
  const sums = new GroupSums(runs, modes.length);
  const { rowOffsets, starts, ends } = runs;
  const [nz, ny] = runs.shape;
  let row = 0;

  /** Gives the voxels from `start` to before `end` to the modes nearest to them; those of its ends are known. */
  const assign = (run: number, start: number, startMode: number, end: number, endMode: number): void => {
    // The voxels nearest to one mode form a convex set: a run whose ends agree is of one cluster.
    if (startMode === endMode) {
      sums.add(startMode, row, run, start, end);
      return;
    }
    const middle = (start + end) >> 1;
    const y = row % ny;
    const z = (row - y) / ny;
    assign(run, start, startMode, middle, middle - start === 1 ? startMode : nearest.at(middle - 1, y, z));
    assign(run, middle, end - middle === 1 ? endMode : nearest.at(middle, y, z), end, endMode);
  };

  for (let z = 0; z < nz; z++) {
    if (z % SECTIONS_PER_BREATH === 0) await breathe();
    for (let y = 0; y < ny; y++, row++)
      for (let run = rowOffsets[row]; run < rowOffsets[row + 1]; run++) {
        const start = starts[run];
        const end = ends[run];
        const sole = modeOfPiece[pieces.ofRun[run]];
        if (sole >= 0) sums.add(sole, row, run, start, end);
        else assign(run, start, nearest.at(start, y, z), end, nearest.at(end - 1, y, z));
      }
  }
  return sums.groups();
}
