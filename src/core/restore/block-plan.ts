import { ComputeError } from "../errors";
import { type Box, type Shape3, voxelCount } from "../volume/shape";

/** Blend weights are whole multiples of this, so that their products and sums are exact in f32. */
const WEIGHT_STEP = 1 / 256;
const FACTORS = [2, 3, 5, 7] as const;
/** A share of the block: so far two neighbours overlap where nothing is known of the particles. */
const OVERLAP_SHARE = 0.25;
const LEAST_OVERLAP = 8;
/**
 * Of the overlap, in whose middle two blocks are blended: each of the two has a particle whole, wherever it has a part in it,
 * that is no larger than (1 − 1/5) / 2 of the overlap. How wide the blend is does not matter: from 4 voxels to half the
 * overlap, the loss on seams was the same within 0.03 dB.
 */
const RAMP_SHARE = 1 / 5;
const OVERLAP_PER_PARTICLE = 2 / (1 - RAMP_SHARE);
/** Of the block: beyond, the work would be more than eight times that of the volume. */
const MOST_OVERLAP_SHARE = 0.5;

type Corner = Pick<Box, "z0" | "y0" | "x0">;
const FIRST_VOXEL: Corner = { z0: 0, y0: 0, x0: 0 };

/** One block along one axis. */
interface Span {
  readonly start: number;
  readonly end: number;
  /** What each of its voxels counts for in the blend. */
  readonly weights: Float32Array;
}

/** Overlapping blocks that cover a volume, all of one shape. */
export interface BlockPlan {
  readonly shape: Shape3;
  readonly blockShape: Shape3;
  readonly spans: { readonly z: readonly Span[]; readonly y: readonly Span[]; readonly x: readonly Span[] };
}

/**
 * Returns blocks of one shape that cover a volume and overlap: sides of `mostVoxels`' cube root or the volume's where that is less,
 * with no prime factor above 7 where the volume is larger. Neighbours overlap by a quarter of the block, or by two and a half times
 * `particle` (the extent in voxels of the largest that is to be whole in every block that has a part in it) where that is more.
 * The weights with which blocks are blended fall as a cosine in the middle of an overlap, are 0 at a block's faces within the
 * volume, where it knows little of its surroundings, and sum to exactly 1 at every voxel. Throws "bad-parameter" where blocks
 * would be too small to overlap so far.
 */
export function planBlocks(shape: Shape3, mostVoxels: number, particle = 0): BlockPlan {
  const spansOf = (sides: Shape3) =>
    shape.map((length, axis) => spansAlong(length, sides[axis], particle)) as [Span[], Span[], Span[]];
  const [z, y, x] = spansOf(blockSides(shape, mostVoxels));
  const side = ([{ start, end }]: readonly Span[]) => end - start;
  return { shape, blockShape: [side(z), side(y), side(x)], spans: { z, y, x } };
}

/**
 * Returns the boxes of a plan, in the order in which they are worked on: x fastest, then y, then z. The volume that was planned
 * begins at `corner`.
 */
export function blockBoxes({ spans }: BlockPlan, { z0, y0, x0 }: Corner = FIRST_VOXEL): Box[] {
  return spans.z.flatMap((z) =>
    spans.y.flatMap((y) =>
      spans.x.map((x) => ({
        z0: z0 + z.start,
        y0: y0 + y.start,
        x0: x0 + x.start,
        z1: z0 + z.end,
        y1: y0 + y.end,
        x1: x0 + x.end,
      })),
    ),
  );
}

/** Sides as equal as they can be: a short axis is taken whole, and the others share what that leaves. */
function blockSides(shape: Shape3, mostVoxels: number): Shape3 {
  const sides = [...shape];
  const byLength = [0, 1, 2].sort((a, b) => shape[a] - shape[b]);
  byLength.forEach((axis, taken) => {
    const others = byLength.slice(0, taken).reduce((product, other) => product * sides[other], 1);
    // A cube's own side must not be lost to rounding.
    const most = (mostVoxels / others) ** (1 / (3 - taken)) + 1e-9;
    if (shape[axis] > most) sides[axis] = smoothAtMost(most);
  });
  if (voxelCount(shape) <= mostVoxels) return shape;
  const [nz, ny, nx] = sides;
  if (sides.every((side, axis) => side === shape[axis] || side >= 3 * LEAST_OVERLAP)) return [nz, ny, nx];
  const sentence = `Blocks of ${mostVoxels} voxels are too small: they need ${3 * LEAST_OVERLAP} voxels per side.`;
  throw new ComputeError("bad-parameter", sentence, { mostVoxels });
}

/** Returns the largest length, at most `most`, whose transform has small factors only. */
function smoothAtMost(most: number): number {
  for (let length = Math.floor(most); length > 1; length--) {
    let rest = length;
    for (const factor of FACTORS) while (rest % factor === 0) rest /= factor;
    if (rest === 1) return length;
  }
  return 1;
}

/** Returns by how many voxels blocks of a side overlap. */
function overlapOf(side: number, particle: number): number {
  const needed = Math.ceil(OVERLAP_PER_PARTICLE * particle);
  if (needed <= MOST_OVERLAP_SHARE * side)
    return Math.max(LEAST_OVERLAP, Math.round(OVERLAP_SHARE * side), needed);
  const least = Math.ceil(needed / MOST_OVERLAP_SHARE);
  const sentence = `Blocks of ${side} voxels per side are too small for particles of ${particle}: they need ${least}.`;
  throw new ComputeError("bad-parameter", sentence, { side, particle });
}

function spansAlong(length: number, side: number, particle: number): Span[] {
  if (side >= length) return [{ start: 0, end: length, weights: new Float32Array(length).fill(1) }];
  const overlap = overlapOf(side, particle);
  const count = Math.ceil((length - overlap) / (side - overlap));
  const starts = Array.from({ length: count }, (_, i) => Math.round((i * (length - side)) / (count - 1)));
  const ramp = Math.ceil(RAMP_SHARE * overlap);
  /** The share of block i + 1 at a voxel. */
  const shareOfNext = (i: number, at: number): number => {
    const middle = (starts[i + 1] + starts[i] + side) / 2;
    const along = Math.min(1, Math.max(0, (at + 0.5 - middle) / ramp + 0.5));
    return WEIGHT_STEP * Math.round((0.5 - 0.5 * Math.cos(Math.PI * along)) / WEIGHT_STEP);
  };
  return starts.map((start, i) => ({
    start,
    end: start + side,
    weights: Float32Array.from({ length: side }, (_, k) => {
      const before = i > 0 ? shareOfNext(i - 1, start + k) : 1;
      const after = i + 1 < count ? shareOfNext(i, start + k) : 0;
      return before - after;
    }),
  }));
}
