import type { LabelRuns } from "./label-runs";

/** Runs between two calls of `breathe`: some tens of milliseconds. */
const RUNS_PER_BREATH = 1 << 18;

/** Which connected component each run belongs to. */
export interface RunComponents {
  readonly count: number;
  /** The number of each run's component; components come in order of their first voxel. */
  readonly numbers: Int32Array;
}

function find(parents: Int32Array, run: number): number {
  let root = run;
  while (parents[root] !== root) {
    parents[root] = parents[parents[root]];
    root = parents[root];
  }
  return root;
}

/** Joins the runs a0…a1 of one row with the runs b0…b1 of a neighbouring row wherever they overlap in x. */
function joinRows(
  { starts, ends }: LabelRuns,
  parents: Int32Array,
  a0: number,
  a1: number,
  b0: number,
  b1: number,
) {
  let a = a0;
  let b = b0;
  while (a < a1 && b < b1) {
    if (starts[a] < ends[b] && starts[b] < ends[a]) {
      const rootA = find(parents, a);
      const rootB = find(parents, b);
      // The earlier run becomes the root, so that components come in order of their first voxel.
      if (rootA < rootB) parents[rootB] = rootA;
      else parents[rootA] = rootB;
    }
    if (ends[a] < ends[b]) a++;
    else b++;
  }
}

/**
 * Returns the connected component of each run of one label. Voxels are connected through faces (six neighbours, the default
 * of scipy.ndimage.label). Union-find over runs; time grows with the number of runs.
 */
export async function numberComponents(
  runs: LabelRuns,
  breathe: () => Promise<void>,
): Promise<RunComponents> {
  const [nz, ny] = runs.shape;
  const { rowOffsets } = runs;
  const runCount = rowOffsets[nz * ny];
  const parents = new Int32Array(runCount);
  for (let run = 0; run < runCount; run++) parents[run] = run;

  let nextBreath = RUNS_PER_BREATH;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = z * ny + y;
      const first = rowOffsets[row];
      const after = rowOffsets[row + 1];
      if (first === after) continue;
      if (y > 0) joinRows(runs, parents, first, after, rowOffsets[row - 1], first);
      if (z > 0) joinRows(runs, parents, first, after, rowOffsets[row - ny], rowOffsets[row - ny + 1]);
    }
    if (rowOffsets[(z + 1) * ny] > nextBreath) {
      nextBreath += RUNS_PER_BREATH;
      await breathe();
    }
  }

  // A root comes before the runs that it stands for, so its number is known when they are met.
  const numbers = new Int32Array(runCount);
  let count = 0;
  for (let run = 0; run < runCount; run++) {
    const root = find(parents, run);
    numbers[run] = root === run ? count++ : numbers[root];
  }
  return { count, numbers };
}
