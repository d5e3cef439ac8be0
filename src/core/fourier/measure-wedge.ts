import type { Shape3 } from "../volume/shape";
import { type SlicePower, slicePower } from "./power-spectrum";
import type { Wedge } from "./wedge";

const BINS_PER_DEGREE = 4;
const BINS = 180 * BINS_PER_DEGREE;
/** In cycles per sample: below there are few angles, beyond there is not the whole circle. */
const LEAST_RADIUS = 0.06;
const LARGEST_RADIUS = 0.48;
/** A coefficient counts as no weaker and no stronger than this against the mean of its ring, so that a few decide nothing. */
const WEAKEST = 1e-3;
const STRONGEST = 10;
/** Both what was measured and what is missing are at least this wide. */
const LEAST_WIDTH_DEG = 6;
/** The power falls at least by this factor at a wedge's border. */
const LEAST_DROP = 1.5;
/** Slices that are looked at: the noise of a power averaged over as many is small. */
const MOST_SLICES = 64;

/**
 * Returns the wedge that a volume's spectrum shows: the tilts about `tiltAxis` between which the power is larger than in the
 * rest, as the two levels that fit the logarithm of the power best, the power of each ring of frequencies being taken relative
 * to its mean. Null where there is no drop by half or so: nothing is missing, or noise has filled it. Structure that
 * itself lies in one direction, as a single sheet, can pass for a wedge. Costs three 2D transforms for each of at most 64 slices.
 */
export function measureWedge(values: Float32Array, shape: Shape3, tiltAxis: Wedge["tiltAxis"]): Wedge | null {
  const { counts, sums } = profileOf(slicePower(values, shape, tiltAxis, MOST_SLICES));
  const best = bestSplit(counts, sums);
  if (!best || best.drop < Math.log10(LEAST_DROP)) return null;
  // Where no coefficient lies, the border may be anywhere: it is in the middle of there.
  const middle = (edge: number) => {
    let [low, high] = [edge, edge];
    while (low > 0 && counts[low - 1] === 0) low--;
    while (high < BINS && counts[high] === 0) high++;
    return (low + high) / 2 / BINS_PER_DEGREE - 90;
  };
  return { minTiltDeg: middle(best.from), maxTiltDeg: middle(best.to), tiltAxis };
}

/** Sums over bins of the angle from −90° on. */
interface Profile {
  readonly counts: Float64Array;
  /** Of log10 of the power relative to its ring's mean. */
  readonly sums: Float64Array;
}

function profileOf({ shape: [nz, , length], power }: SlicePower): Profile {
  const half = Math.floor(length / 2) + 1;
  const ringsPerCycle = Math.min(nz, length);
  const ringPower = new Float64Array(ringsPerCycle);
  const ringCounts = new Float64Array(ringsPerCycle);
  const visit = (use: (at: number, ring: number, bin: number) => void) => {
    for (let z = 0; z < nz; z++)
      for (let i = 0; i < half; i++) {
        const [f, fz] = [i / length, (2 * z <= nz ? z : z - nz) / nz];
        const radius = Math.hypot(f, fz);
        // (0, fz) and (0, −fz) are one.
        if (radius < LEAST_RADIUS || radius > LARGEST_RADIUS || (i === 0 && fz < 0)) continue;
        const angleDeg = (Math.atan2(fz, f) * 180) / Math.PI;
        const bin = Math.min(BINS - 1, Math.floor((angleDeg + 90) * BINS_PER_DEGREE));
        use(z * half + i, Math.floor(radius * ringsPerCycle), bin);
      }
  };
  visit((at, ring) => {
    ringPower[ring] += power[at];
    ringCounts[ring]++;
  });
  const counts = new Float64Array(BINS);
  const sums = new Float64Array(BINS);
  visit((at, ring, bin) => {
    const mean = ringPower[ring] / ringCounts[ring];
    if (!(mean > 0)) return;
    counts[bin]++;
    sums[bin] += Math.log10(Math.min(STRONGEST, Math.max(WEAKEST, power[at] / mean)));
  });
  return { counts, sums };
}

/** Returns the bins [from, to) whose mean is above that of the others such that two levels fit best, and by how much; null without any. */
function bestSplit(counts: Float64Array, sums: Float64Array) {
  const countTo = new Float64Array(BINS + 1);
  const sumTo = new Float64Array(BINS + 1);
  for (let bin = 0; bin < BINS; bin++) {
    countTo[bin + 1] = countTo[bin] + counts[bin];
    sumTo[bin + 1] = sumTo[bin] + sums[bin];
  }
  const least = LEAST_WIDTH_DEG * BINS_PER_DEGREE;
  let best: { readonly from: number; readonly to: number; readonly drop: number } | null = null;
  let mostExplained = 0;
  for (let from = 0; from + least <= BINS; from++)
    for (let to = from + least; to <= Math.min(BINS, from + BINS - least); to++) {
      const within = countTo[to] - countTo[from];
      const beyond = countTo[BINS] - within;
      if (within === 0 || beyond === 0) continue;
      const sum = sumTo[to] - sumTo[from];
      const drop = sum / within - (sumTo[BINS] - sum) / beyond;
      const explained = ((within * beyond) / countTo[BINS]) * drop ** 2;
      if (drop <= 0 || explained <= mostExplained) continue;
      mostExplained = explained;
      best = { from, to, drop };
    }
  return best;
}
