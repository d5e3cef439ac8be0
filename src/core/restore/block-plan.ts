import { ComputeError } from "../errors";
import { type Box, type Shape3, voxelCount } from "../volume/shape";

/** Blend weights are whole multiples of this, so that their products and sums are exact in f32. */
const WEIGHT_STEP = 1 / 256;
const FACTORS = [2, 3, 5, 7] as const;
/** A share of the block: so far two neighbours overlap, half of it to blend and a quarter on each side unused. */
const OVERLAP_SHARE = 0.25;
const LEAST_OVERLAP = 8;

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
 * with no prime factor above 7 where the volume is larger. Neighbours overlap by a quarter of the block: particles should be smaller, so
 * that one of the two has them whole. The weights with which blocks are blended fall as a cosine in the
 * middle of an overlap, are 0 at a block's faces within the volume, where it knows little of its surroundings, and sum to exactly 1
 * at every voxel. Throws "bad-parameter" where blocks would be too small to overlap.
 */
export function planBlocks(shape: Shape3, mostVoxels: number): BlockPlan {
  const spansOf = (sides: Shape3) =>
    shape.map((length, axis) => spansAlong(length, sides[axis])) as [Span[], Span[], Span[]];
  const [z, y, x] = spansOf(blockSides(shape, mostVoxels));
  const side = ([{ start, end }]: readonly Span[]) => end - start;
  return { shape, blockShape: [side(z), side(y), side(x)], spans: { z, y, x } };
}

/** Returns the boxes of a plan, in the order in which they are worked on: x fastest, then y, then z. */
export function blockBoxes({ spans }: BlockPlan): Box[] {
  return spans.z.flatMap(({ start: z0, end: z1 }) =>
    spans.y.flatMap(({ start: y0, end: y1 }) =>
      spans.x.map(({ start: x0, end: x1 }) => ({ z0, y0, x0, z1, y1, x1 })),
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

function spansAlong(length: number, side: number): Span[] {
  if (side >= length) return [{ start: 0, end: length, weights: new Float32Array(length).fill(1) }];
  const overlap = Math.max(LEAST_OVERLAP, Math.round(OVERLAP_SHARE * side));
  const count = Math.ceil((length - overlap) / (side - overlap));
  const starts = Array.from({ length: count }, (_, i) => Math.round((i * (length - side)) / (count - 1)));
  const ramp = Math.ceil(overlap / 2);
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
