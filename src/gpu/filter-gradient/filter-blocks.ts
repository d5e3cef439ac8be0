/** Voxels of a tile along x; filter-gradient.wgsl has the same number. */
export const COLUMNS = 8;

/** How the channels are shared among workgroups, in octets, and the rows of their tiles. */
export interface Blocks {
  readonly moving: number;
  readonly still: number;
  readonly rows: number;
  /** Workgroups for all channels, for one z-plane of taps and one share of the voxels. */
  readonly count: number;
}

const TAPS = 9;
const MAX_THREADS = 320;
const LANES = 32;
/** Loading a vec4 into workgroup memory takes a thread about as long as this many of its multiply-adds of vec4. */
const LOAD_COST = 8;

/**
 * Returns the blocks with the least work: whole groups of 32 lanes, few channels beyond the end, few loads for what is
 * computed, within the device's limits.
 */
export function filterBlocks(
  limits: Pick<GPUSupportedLimits, "maxComputeWorkgroupStorageSize" | "maxComputeInvocationsPerWorkgroup">,
  stride: 1 | 2,
  movingChannels: number,
  stillChannels: number,
): Blocks {
  const maxThreads = Math.min(MAX_THREADS, limits.maxComputeInvocationsPerWorkgroup);
  const [movingOctets, stillOctets] = [movingChannels, stillChannels].map((n) => Math.ceil(n / 8));
  let best: Blocks = { moving: 1, still: 1, rows: 1, count: movingOctets * stillOctets };
  let least = Number.POSITIVE_INFINITY;
  for (let moving = 1; moving <= movingOctets; moving++)
    for (let still = 1; still <= stillOctets && TAPS * moving * still <= maxThreads; still++)
      for (const rows of [1, 2, 4]) {
        const loads = loadsPerTile(stride, moving, still, rows);
        if (16 * loads > limits.maxComputeWorkgroupStorageSize) continue;
        const threads = TAPS * moving * still;
        const count = Math.ceil(movingOctets / moving) * Math.ceil(stillOctets / still);
        const warps = Math.ceil(threads / LANES);
        const perThread = 16 * COLUMNS * rows + LOAD_COST * Math.ceil(loads / threads);
        const work = (count * warps * perThread) / rows;
        if (work >= least) continue;
        least = work;
        best = { moving, still, rows, count };
      }
  return best;
}

function loadsPerTile(stride: number, moving: number, still: number, rows: number): number {
  const tileX = (COLUMNS - 1) * stride + 3;
  const tileY = (rows - 1) * stride + 3;
  return 2 * (moving * tileX * tileY + still * COLUMNS * rows);
}
