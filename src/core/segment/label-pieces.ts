import type { Point3 } from "../volume/shape";
import type { LabelRuns } from "./label-runs";
import { numberComponents, type RunComponents } from "./run-components";

/** Components of more runs are cut along the cells of a lattice, so that every piece stays local. */
const MOST_RUNS = 2048;
const CELL_VOXELS = 32;

/**
 * The voxels of one label in pieces that each lie close together: small components whole, larger ones in cells. Arrays of
 * pieces point into those of sections (one z of a piece), these into those of rows (one y of a section), these into runs.
 */
export interface LabelPieces {
  /** The piece of each run, in the order of the label's runs. */
  readonly ofRun: Int32Array;
  /** Mean of the voxels of each piece, and how far the farthest of them lies from it. */
  readonly centres: readonly Point3[];
  readonly radii: Float64Array;
  readonly sumsZ: Float64Array;
  readonly sectionOffsets: Int32Array;
  readonly sectionZ: Int32Array;
  /** The lowest and highest x and the lowest y of each section. */
  readonly lowX: Int32Array;
  readonly highX: Int32Array;
  readonly lowY: Int32Array;
  /** The rows of section s are rowRuns[rowOffsets[s]] … rowRuns[rowOffsets[s + 1] − 1], the last of which ends the section. */
  readonly rowOffsets: Int32Array;
  readonly rowRuns: Int32Array;
  readonly y: Float64Array;
  readonly start: Float64Array;
  /** The last x of each run. */
  readonly last: Float64Array;
  /** Sums over all runs before each: voxels, their x (twice, which is whole) and their y. */
  readonly voxelsBefore: Float64Array;
  readonly twiceXBefore: Float64Array;
  readonly yBefore: Float64Array;
}

/** Numbers the pieces as RunComponents does components. */
function numberPieces(runs: LabelRuns, { count, numbers }: RunComponents): RunComponents {
  const runsOf = new Int32Array(count);
  for (const component of numbers) runsOf[component]++;
  const cells = runs.shape.map((n) => Math.ceil(n / CELL_VOXELS));
  const pieces = new Int32Array(numbers.length);
  const known = new Map<number, number>();
  const [nz, ny] = runs.shape;
  for (let z = 0, row = 0; z < nz; z++)
    for (let y = 0; y < ny; y++, row++)
      for (let run = runs.rowOffsets[row]; run < runs.rowOffsets[row + 1]; run++) {
        const component = numbers[run];
        let key = component;
        if (runsOf[component] > MOST_RUNS) {
          const [cz, cy, cx] = [z, y, runs.starts[run]].map((at) => Math.floor(at / CELL_VOXELS));
          key = count + ((component * cells[0] + cz) * cells[1] + cy) * cells[2] + cx;
        }
        let piece = known.get(key);
        if (piece === undefined) {
          piece = known.size;
          known.set(key, piece);
        }
        pieces[run] = piece;
      }
  return { count: known.size, numbers: pieces };
}

/** The runs sorted by piece, in order of their rows within each. */
function sortRuns({ shape: [nz, ny], rowOffsets, starts, ends }: LabelRuns, pieces: RunComponents) {
  const { count, numbers } = pieces;
  const offsets = new Int32Array(count + 1);
  for (const piece of numbers) offsets[piece + 1]++;
  for (let piece = 0; piece < count; piece++) offsets[piece + 1] += offsets[piece];
  const filled = offsets.slice();
  const [z, y, start, last] = Array.from({ length: 4 }, () => new Float64Array(numbers.length));
  for (let k = 0, row = 0; k < nz; k++)
    for (let j = 0; j < ny; j++, row++)
      for (let run = rowOffsets[row]; run < rowOffsets[row + 1]; run++) {
        const to = filled[numbers[run]]++;
        z[to] = k;
        y[to] = j;
        start[to] = starts[run];
        last[to] = ends[run] - 1;
      }
  return { offsets, z, y, start, last };
}

type SortedRuns = ReturnType<typeof sortRuns>;

/** The table of sections and rows over sorted runs. */
function tabulate({ offsets, z, y, start, last }: SortedRuns) {
  const sectionOffsets = new Int32Array(offsets.length);
  const sectionZ: number[] = [];
  const lowX: number[] = [];
  const highX: number[] = [];
  const lowY: number[] = [];
  const rowOffsets: number[] = [0];
  const rowRuns: number[] = [];
  for (let piece = 0; piece + 1 < offsets.length; piece++) {
    for (let run = offsets[piece], end = offsets[piece + 1]; run < end; ) {
      let left = start[run];
      let right = last[run];
      const section = z[run];
      sectionZ.push(section);
      lowY.push(y[run]);
      for (let row = y[run]; run < end && z[run] === section; run++) {
        for (; row <= y[run]; row++) rowRuns.push(run);
        if (start[run] < left) left = start[run];
        if (last[run] > right) right = last[run];
      }
      rowRuns.push(run);
      rowOffsets.push(rowRuns.length);
      lowX.push(left);
      highX.push(right);
    }
    sectionOffsets[piece + 1] = sectionZ.length;
  }
  return {
    sectionOffsets,
    sectionZ: Int32Array.from(sectionZ),
    lowX: Int32Array.from(lowX),
    highX: Int32Array.from(highX),
    lowY: Int32Array.from(lowY),
    rowOffsets: Int32Array.from(rowOffsets),
    rowRuns: Int32Array.from(rowRuns),
  };
}

function sumsBefore({ y, start, last }: SortedRuns) {
  const [voxelsBefore, twiceXBefore, yBefore] = Array.from(
    { length: 3 },
    () => new Float64Array(y.length + 1),
  );
  for (let run = 0; run < y.length; run++) {
    const voxels = last[run] - start[run] + 1;
    voxelsBefore[run + 1] = voxelsBefore[run] + voxels;
    twiceXBefore[run + 1] = twiceXBefore[run] + voxels * (start[run] + last[run]);
    yBefore[run + 1] = yBefore[run] + voxels * y[run];
  }
  return { voxelsBefore, twiceXBefore, yBefore };
}

/** The sphere about the mean of each piece that holds its voxels. */
function spheres({ offsets, z, y, start, last }: SortedRuns, sums: ReturnType<typeof sumsBefore>) {
  const count = offsets.length - 1;
  const sumsZ = new Float64Array(count);
  const radii = new Float64Array(count);
  const centres: Point3[] = [];
  for (let piece = 0; piece < count; piece++) {
    const from = offsets[piece];
    const to = offsets[piece + 1];
    for (let run = from; run < to; run++) sumsZ[piece] += (last[run] - start[run] + 1) * z[run];
    const mean = (before: Float64Array) =>
      (before[to] - before[from]) / (sums.voxelsBefore[to] - sums.voxelsBefore[from]);
    const centre = {
      x: mean(sums.twiceXBefore) / 2,
      y: mean(sums.yBefore),
      z: sumsZ[piece] / (sums.voxelsBefore[to] - sums.voxelsBefore[from]),
    };
    centres.push(centre);
    let squared = 0;
    for (let run = from; run < to; run++) {
      const x = Math.max(centre.x - start[run], last[run] - centre.x);
      squared = Math.max(squared, (z[run] - centre.z) ** 2 + (y[run] - centre.y) ** 2 + x * x);
    }
    radii[piece] = Math.sqrt(squared);
  }
  return { centres, radii, sumsZ };
}

/** Returns the pieces of one label's runs; time and memory (about 50 bytes each) grow with the number of runs. */
export async function labelPieces(runs: LabelRuns, breathe: () => Promise<void>): Promise<LabelPieces> {
  const pieces = numberPieces(runs, await numberComponents(runs, breathe));
  const sorted = sortRuns(runs, pieces);
  await breathe();
  const { y, start, last } = sorted;
  const sums = sumsBefore(sorted);
  return {
    ofRun: pieces.numbers,
    y,
    start,
    last,
    ...sums,
    ...tabulate(sorted),
    ...spheres(sorted, sums),
  };
}
