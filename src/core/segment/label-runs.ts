import { ComputeError } from "../errors";
import type { Box, Point3, Shape3 } from "../volume/shape";

/**
 * The voxels of one label as runs along x. Its memory grows with the surface of the objects, not with the volume, so a
 * label map of any size can be taken apart after one pass over its sections.
 */
export interface LabelRuns {
  readonly label: number;
  readonly shape: Shape3;
  readonly voxels: number;
  /** The runs of row r = z·ny + y are those from rowOffsets[r] to rowOffsets[r + 1], x rising. */
  readonly rowOffsets: Int32Array;
  /** The first x of each run, and the x after its last. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** The sum of the score over each run, where a score was given. */
  readonly scoreSums: Float32Array | null;
}

/** Voxels of one label that belong together. */
export interface VoxelGroup {
  readonly label: number;
  readonly sizeVoxels: number;
  /** Mean of the voxel centres. */
  readonly centroid: Point3;
  readonly box: Box;
  /** Mean of the score over the voxels; null where no score was given. */
  readonly meanScore: number | null;
}

const LARGEST_LABEL = 255;
const FIRST_CAPACITY = 1024;

class RunList {
  readonly label: number;
  readonly rowOffsets: Int32Array;
  starts = new Int32Array(FIRST_CAPACITY);
  ends = new Int32Array(FIRST_CAPACITY);
  scoreSums: Float32Array | null;
  count = 0;
  voxels = 0;

  constructor(label: number, rows: number, scored: boolean) {
    this.label = label;
    this.rowOffsets = new Int32Array(rows + 1);
    this.scoreSums = scored ? new Float32Array(FIRST_CAPACITY) : null;
  }

  push(start: number, end: number, scoreSum: number): void {
    if (this.count === this.starts.length) this.grow();
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    if (this.scoreSums) this.scoreSums[this.count] = scoreSum;
    this.count++;
    this.voxels += end - start;
  }

  private grow(): void {
    const larger = <T extends Int32Array | Float32Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const capacity = 2 * this.starts.length;
    this.starts = larger(this.starts, new Int32Array(capacity));
    this.ends = larger(this.ends, new Int32Array(capacity));
    if (this.scoreSums) this.scoreSums = larger(this.scoreSums, new Float32Array(capacity));
  }
}

/** Takes a label map section by section, in order of z, and gives the runs of each label asked for. */
export class LabelRunsBuilder {
  private readonly shape: Shape3;
  private readonly lists: (RunList | undefined)[] = [];
  private row = 0;

  constructor(shape: Shape3, labels: readonly number[], scored: boolean) {
    this.shape = shape;
    for (const label of labels) this.lists[label] = new RunList(label, shape[0] * shape[1], scored);
  }

  /**
   * Appends a whole number of sections, x fastest; `scores` are those of the same voxels. Throws ComputeError "bad-input"
   * at a value that is no whole number from 0 to 255.
   */
  add(values: ArrayLike<number>, scores: ArrayLike<number> | null): void {
    const nx = this.shape[2];
    for (let offset = 0; offset < values.length; offset += nx, this.row++) {
      let x = 0;
      while (x < nx) {
        const label = values[offset + x];
        const start = x++;
        if (label === 0) continue;
        if (!(label > 0 && label <= LARGEST_LABEL && Number.isInteger(label)))
          throw new ComputeError(
            "bad-input",
            `This is no label map: the voxel x ${start}, y ${this.row % this.shape[1]}, z ${Math.floor(this.row / this.shape[1])} is ${label}, which is not a whole number from 0 to ${LARGEST_LABEL}.`,
            { value: label },
          );
        while (x < nx && values[offset + x] === label) x++;
        const list = this.lists[label];
        if (!list) continue;
        let scoreSum = 0;
        if (scores) for (let i = offset + start; i < offset + x; i++) scoreSum += scores[i];
        list.push(start, x, scoreSum);
      }
      for (const list of this.lists) if (list) list.rowOffsets[this.row + 1] = list.count;
    }
  }

  /** Returns the runs of each label, in order of the label. */
  finish(): LabelRuns[] {
    return this.lists.filter((list) => list !== undefined).map((list) => ({ ...list, shape: this.shape }));
  }
}

/** Numbers of one group: voxels, sums of x, y, z and score, box. */
const COLUMNS = 11;

/** Sums up pieces of runs into groups, which are numbered from 0. */
export class GroupSums {
  private readonly runs: LabelRuns;
  private readonly sums: Float64Array;

  constructor(runs: LabelRuns, groups: number) {
    this.runs = runs;
    this.sums = new Float64Array(COLUMNS * groups);
    for (let at = 0; at < this.sums.length; at += COLUMNS) this.sums.fill(Infinity, at + 5, at + 8);
  }

  /** Adds the voxels from `start` to before `end` of the run, which lies in row `row`. */
  add(group: number, row: number, run: number, start: number, end: number): void {
    const { sums } = this;
    const { scoreSums, starts, ends, shape } = this.runs;
    const y = row % shape[1];
    const z = (row - y) / shape[1];
    const n = end - start;
    const at = COLUMNS * group;
    sums[at] += n;
    sums[at + 1] += (n * (start + end - 1)) / 2;
    sums[at + 2] += n * y;
    sums[at + 3] += n * z;
    // A run that is cut between two groups gives each its mean score.
    if (scoreSums) sums[at + 4] += (scoreSums[run] * n) / (ends[run] - starts[run]);
    if (z < sums[at + 5]) sums[at + 5] = z;
    if (y < sums[at + 6]) sums[at + 6] = y;
    if (start < sums[at + 7]) sums[at + 7] = start;
    if (z >= sums[at + 8]) sums[at + 8] = z + 1;
    if (y >= sums[at + 9]) sums[at + 9] = y + 1;
    if (end > sums[at + 10]) sums[at + 10] = end;
  }

  /** Returns the groups that got a voxel, in order of their numbers. */
  groups(): VoxelGroup[] {
    const { label, scoreSums } = this.runs;
    const groups: VoxelGroup[] = [];
    for (let at = 0; at < this.sums.length; at += COLUMNS) {
      const [n, x, y, z, score, z0, y0, x0, z1, y1, x1] = this.sums.subarray(at, at + COLUMNS);
      if (n === 0) continue;
      groups.push({
        label,
        sizeVoxels: n,
        centroid: { x: x / n, y: y / n, z: z / n },
        box: { z0, y0, x0, z1, y1, x1 },
        meanScore: scoreSums ? score / n : null,
      });
    }
    return groups;
  }
}
