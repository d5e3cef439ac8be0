import type { Shape3 } from "../volume/shape";
import { BM4D } from "./bm4d-plan";

const f32 = Math.fround;
const SIDE = BM4D.cubeSide;
const CUBE = SIDE ** 3;

export interface CubeMatcher {
  /** Where the cubes of the latest group start, as indices of voxels: the reference first, then the others, nearest first. */
  readonly starts: Int32Array;
  /** Fills `starts` with the reference at (z, y, x) and the cubes most similar to it; returns how many, a power of two. */
  match(z: number, y: number, x: number): number;
}

/** Returns the offsets of a cube's 64 voxels from its start, x fastest. */
export function cubeOffsets([, ny, nx]: Shape3): Int32Array {
  return Int32Array.from({ length: CUBE }, (_, i) => ((i >> 4) * ny + ((i >> 2) & 3)) * nx + (i & 3));
}

/**
 * Returns what finds the cubes of `values` that resemble a reference: those within `radius` voxels along each axis whose squared
 * differences add up to at most `largestDistance`, the reference and up to `maxGroup` − 1 others.
 */
export function createCubeMatcher(
  values: Float32Array,
  shape: Shape3,
  radius: number,
  maxGroup: number,
  largestDistance: number,
): CubeMatcher {
  const [nz, ny, nx] = shape;
  const starts = new Int32Array(maxGroup);
  const distances = new Float32Array(maxGroup);
  const offsets = cubeOffsets(shape);
  const limit = f32(largestDistance);

  /** Sum of squared differences of two cubes: four sums along x, added crosswise, as four lanes would. */
  const distance = (a: number, b: number): number => {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let i = 0; i < CUBE; i += SIDE) {
      const at = offsets[i];
      const d0 = f32(values[a + at] - values[b + at]);
      const d1 = f32(values[a + at + 1] - values[b + at + 1]);
      const d2 = f32(values[a + at + 2] - values[b + at + 2]);
      const d3 = f32(values[a + at + 3] - values[b + at + 3]);
      s0 = f32(s0 + f32(d0 * d0));
      s1 = f32(s1 + f32(d1 * d1));
      s2 = f32(s2 + f32(d2 * d2));
      s3 = f32(s3 + f32(d3 * d3));
    }
    return f32(f32(s0 + s2) + f32(s1 + s3));
  };

  /** Puts a cube behind those that are as near or nearer; returns the new count. */
  const insert = (start: number, d: number, count: number): number => {
    const full = count === maxGroup;
    if (full && d >= distances[count - 1]) return count;
    let slot = full ? count - 1 : count;
    for (; slot > 1 && distances[slot - 1] > d; slot--) {
      distances[slot] = distances[slot - 1];
      starts[slot] = starts[slot - 1];
    }
    distances[slot] = d;
    starts[slot] = start;
    return full ? count : count + 1;
  };

  return {
    starts,
    match(z, y, x) {
      const reference = (z * ny + y) * nx + x;
      starts[0] = reference;
      let count = 1;
      for (let cz = Math.max(0, z - radius); cz <= Math.min(nz - SIDE, z + radius); cz++)
        for (let cy = Math.max(0, y - radius); cy <= Math.min(ny - SIDE, y + radius); cy++)
          for (let cx = Math.max(0, x - radius); cx <= Math.min(nx - SIDE, x + radius); cx++) {
            const candidate = (cz * ny + cy) * nx + cx;
            if (candidate === reference) continue;
            const d = distance(reference, candidate);
            if (d <= limit) count = insert(candidate, d, count);
          }
      return 2 ** Math.floor(Math.log2(count));
    },
  };
}
