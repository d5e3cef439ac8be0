/** Larger prime factors are summed directly, by threads that share a line in workgroup memory. */
const LARGEST_RADIX = 16;
/** Complex numbers that a thread may hold without spilling registers. */
const MOST_HELD = 16;
/** Pairs of outputs that a thread sums at the same time, of a radix that is summed directly. */
const MOST_PAIRS = 4;

/** How a workgroup transforms complex lines of one length: they lie in its memory, between stages. */
export interface LinePlan {
  readonly length: number;
  /** Of the stages in order; their product is the length. Those above LARGEST_RADIX are primes. */
  readonly radices: readonly number[];
  /** Threads that share a line. */
  readonly threads: number;
  /** Lines of a workgroup. */
  readonly lines: number;
}

/** How the work is cut; none changes the result beyond rounding. */
export interface LineTiling {
  /** Lines that a workgroup takes where they fit, a power of two. */
  readonly lines: number;
  /** Of the stages of butterflies in registers, where the factors of the length allow it: 16 or less. */
  readonly largestRadix: number;
  /** Of a workgroup, at most. */
  readonly threads: number;
}

/** What a device allows a workgroup. */
export interface WorkgroupLimits {
  readonly bytes: number;
  readonly threads: number;
}

export const BYTES_PER_COMPLEX = 8;

/** Items of a stage that its threads share: butterflies, or sums of some pairs of outputs of one. */
export function stageItems(length: number, radix: number): number {
  const butterflies = length / radix;
  return isDirect(radix) ? butterflies * pairGroups(radix) : butterflies;
}

export const isDirect = (radix: number): boolean => radix > LARGEST_RADIX;

/** Outputs k and radix − k of a direct radix make a pair: how many pairs an item sums, and how many items a butterfly takes. */
export const pairsPerItem = (radix: number): number => Math.ceil((radix + 1) / 2 / pairGroups(radix));
export const pairGroups = (radix: number): number => Math.ceil((radix + 1) / 2 / MOST_PAIRS);

/**
 * Returns how lines of a length are transformed; null where not even one fits into workgroup memory. `lineBytes` tells what one
 * takes there.
 */
export function planLine(
  length: number,
  lineBytes: number,
  tiling: LineTiling,
  limits: WorkgroupLimits,
): LinePlan | null {
  let { lines } = tiling;
  while (lines * lineBytes > limits.bytes) lines /= 2;
  if (lines < 1) return null;
  const radices = lineRadices(length, tiling.largestRadix);
  const mostThreads = Math.floor(Math.min(limits.threads, tiling.threads) / lines);
  const candidates = Array.from(
    { length: Math.max(1, Math.min(length, mostThreads)) },
    (_, index) => index + 1,
  );
  const costs = candidates.map((threads) => idleCost(length, radices, threads));
  const threads = candidates[costs.lastIndexOf(Math.min(...costs))];
  return { length, radices, threads, lines };
}

/**
 * Returns the radices of the stages: prime factors above LARGEST_RADIX first, since the first stage needs no twiddles; then as
 * few and as equal factors as can be, since each stage is one way through workgroup memory.
 */
function lineRadices(length: number, largest: number): readonly number[] {
  const direct = primeFactors(length).filter(isDirect).reverse();
  const smooth = direct.reduce((rest, prime) => rest / prime, length);
  const all = [...direct, ...(fewestFactors(smooth, largest) ?? fewestFactors(smooth, LARGEST_RADIX) ?? [])];
  return all.length > 0 ? all : [1];
}

/** Prime factors, the smallest first. */
function primeFactors(value: number): readonly number[] {
  const factors: number[] = [];
  for (let prime = 2; value > 1; prime++) for (; value % prime === 0; value /= prime) factors.push(prime);
  return factors;
}

/** The shortest list of factors of at most `largest`, the largest first; of several the one whose largest is least. */
function fewestFactors(value: number, largest: number): readonly number[] | null {
  if (value === 1) return [];
  let best: readonly number[] | null = null;
  for (let factor = Math.min(largest, value); factor > 1; factor--) {
    const rest = value % factor === 0 ? fewestFactors(value / factor, factor) : null;
    if (rest && (!best || rest.length + 1 <= best.length)) best = [factor, ...rest];
  }
  return best;
}

/** How many times too much work the threads of a line do, with a surcharge where they hold too many numbers. */
function idleCost(length: number, radices: readonly number[], threads: number): number {
  let slots = 0;
  let held = 0;
  for (const radix of radices) {
    const rounds = Math.ceil(stageItems(length, radix) / threads);
    const ofItem = isDirect(radix) ? 2 * pairsPerItem(radix) : radix;
    slots += rounds * threads * (length / stageItems(length, radix));
    held = Math.max(held, rounds * ofItem);
  }
  return slots / (length * radices.length) + Math.max(0, held / MOST_HELD - 1);
}
