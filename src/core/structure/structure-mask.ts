import type { DensityTemplate } from "./structure";

/** An even density, blurred, has its true surface at half its height. */
const LEVEL_SHARE = 0.5;
/** Pieces below this share of the largest one are dust. */
const LEAST_PIECE_SHARE = 0.1;

export interface MaskOptions {
  /**
   * The level as a share of the density that electrons see on average, Σv²/Σv over the voxels above 0: unlike the maximum it
   * hangs neither on one voxel nor on the room around.
   */
  readonly levelShare?: number;
  /** Voxels by which the mask grows in every direction. */
  readonly dilationVoxels?: number;
}

/**
 * Returns the voxels that are the particle, 1 inside and 0 outside: those at or above a level, in pieces of at least a tenth
 * of the largest, with everything inside that no path through faces of voxels joins to the border. Of the template's shape;
 * all 0 where nothing is above 0.
 */
export function structureMask(
  { values, side }: Pick<DensityTemplate, "values" | "side">,
  { levelShare = LEVEL_SHARE, dilationVoxels = 0 }: MaskOptions = {},
): Uint8Array<ArrayBuffer> {
  let sum = 0;
  let squares = 0;
  for (const value of values)
    if (value > 0) {
      sum += value;
      squares += value * value;
    }
  const mask = new Uint8Array(values.length);
  if (sum === 0) return mask;
  const level = (levelShare * squares) / sum;
  for (let i = 0; i < values.length; i++) if (values[i] >= level) mask[i] = 1;
  dropDust(mask, side);
  fillHoles(mask, side);
  return dilationVoxels > 0 ? dilated(mask, side, dilationVoxels) : mask;
}

/** Gives the voxels joined to `start` through faces, all of value `from`, the value `to`; returns how many. Goes row by row. */
function flood(mask: Uint8Array, side: number, start: number, from: number, to: number): number {
  const stack = [start];
  let count = 0;
  const seedRow = (first: number, last: number) => {
    for (let at = first; at <= last; at++)
      if (mask[at] === from && (at === first || mask[at - 1] !== from)) stack.push(at);
  };
  for (let seed = stack.pop(); seed !== undefined; seed = stack.pop()) {
    if (mask[seed] !== from) continue;
    const row = Math.floor(seed / side);
    const begin = row * side;
    let first = seed;
    while (first > begin && mask[first - 1] === from) first--;
    let last = seed;
    while (last < begin + side - 1 && mask[last + 1] === from) last++;
    mask.fill(to, first, last + 1);
    count += last + 1 - first;
    const y = row % side;
    const z = Math.floor(row / side);
    if (y > 0) seedRow(first - side, last - side);
    if (y < side - 1) seedRow(first + side, last + side);
    if (z > 0) seedRow(first - side * side, last - side * side);
    if (z < side - 1) seedRow(first + side * side, last + side * side);
  }
  return count;
}

function dropDust(mask: Uint8Array, side: number): void {
  const SEEN = 2;
  const pieces: { start: number; voxels: number }[] = [];
  for (let i = 0; i < mask.length; i++)
    if (mask[i] === 1) pieces.push({ start: i, voxels: flood(mask, side, i, 1, SEEN) });
  const largest = pieces.reduce((most, { voxels }) => Math.max(most, voxels), 0);
  for (const { start, voxels } of pieces)
    flood(mask, side, start, SEEN, voxels >= LEAST_PIECE_SHARE * largest ? 1 : 0);
}

function fillHoles(mask: Uint8Array, side: number): void {
  const OUTSIDE = 2;
  const last = side - 1;
  for (let a = 0; a < side; a++)
    for (let b = 0; b < side; b++)
      for (const face of [0, last])
        for (const [z, y, x] of [
          [face, a, b],
          [a, face, b],
          [a, b, face],
        ]) {
          const at = (z * side + y) * side + x;
          if (mask[at] === 0) flood(mask, side, at, 0, OUTSIDE);
        }
  for (let i = 0; i < mask.length; i++) mask[i] = mask[i] === OUTSIDE ? 0 : 1;
}

/** The mask grown by a ball, as far as the cube goes. */
function dilated(mask: Uint8Array, side: number, radius: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(mask.length);
  const reach = Math.floor(radius);
  for (let z = 0, i = 0; z < side; z++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++, i++) {
        if (mask[i] === 0) continue;
        for (let dz = Math.max(-reach, -z); dz <= Math.min(reach, side - 1 - z); dz++)
          for (let dy = Math.max(-reach, -y); dy <= Math.min(reach, side - 1 - y); dy++) {
            const left = radius * radius - dz * dz - dy * dy;
            if (left < 0) continue;
            const half = Math.floor(Math.sqrt(left));
            const row = i + (dz * side + dy) * side;
            grown.fill(1, row - Math.min(half, x), row + Math.min(half, side - 1 - x) + 1);
          }
      }
  return grown;
}
