import type { Shape3 } from "../volume/shape";

/** What each voxel of a result takes along one axis: `taps` weights for the voxels from `from[i]` on, all of them in the input. */
export interface AxisWeights {
  readonly from: Int32Array;
  readonly taps: number;
  /** `taps` of each result. */
  readonly weights: Float64Array;
}

/**
 * Returns weights for `count` results from `length` voxels, of which result i reaches `reach` voxels about the place
 * `placeOf(i)`; what would lie outside is 0. `kernel` is asked for distances in voxels.
 */
export function axisWeights(
  length: number,
  count: number,
  placeOf: (i: number) => number,
  kernel: (distance: number) => number,
  reach: number,
): AxisWeights {
  const taps = Math.min(length, Math.floor(2 * reach) + 1);
  const from = new Int32Array(count);
  const weights = new Float64Array(count * taps);
  for (let i = 0; i < count; i++) {
    const place = placeOf(i);
    from[i] = Math.min(length - taps, Math.max(0, Math.ceil(place - reach)));
    for (let k = 0; k < taps; k++) {
      const distance = from[i] + k - place;
      if (Math.abs(distance) <= reach) weights[i * taps + k] = kernel(distance);
    }
  }
  return { from, taps, weights };
}

/**
 * Returns a volume weighted along x, then y, then z: its shape is that of the weights. The order matters to the cost alone,
 * which is the sum over the three of results × taps.
 */
export function applyAlongAxes(
  values: Float32Array,
  [nz, ny, nx]: Shape3,
  [alongZ, alongY, alongX]: readonly [z: AxisWeights, y: AxisWeights, x: AxisWeights],
): Float32Array<ArrayBuffer> {
  const my = alongY.from.length;
  const mx = alongX.from.length;
  const rows = alongRows(values, nz * ny, nx, alongX);
  return acrossRows(acrossRows(rows, nz, ny, mx, alongY), 1, nz, my * mx, alongZ);
}

function alongRows(values: Float32Array, rows: number, length: number, { from, taps, weights }: AxisWeights) {
  const count = from.length;
  const result = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < count; i++) {
      const start = row * length + from[i];
      const at = i * taps;
      let sum = 0;
      for (let k = 0; k < taps; k++) sum += weights[at + k] * values[start + k];
      result[row * count + i] = sum;
    }
  return result;
}

/** Weights the rows of each of `blocks` blocks of `length` rows of `width`. */
function acrossRows(
  values: Float32Array,
  blocks: number,
  length: number,
  width: number,
  { from, taps, weights }: AxisWeights,
) {
  const count = from.length;
  const result = new Float32Array(blocks * count * width);
  for (let block = 0; block < blocks; block++)
    for (let i = 0; i < count; i++) {
      const to = (block * count + i) * width;
      for (let k = 0; k < taps; k++) {
        const weight = weights[i * taps + k];
        if (weight === 0) continue;
        const start = (block * length + from[i] + k) * width;
        for (let x = 0; x < width; x++) result[to + x] += weight * values[start + x];
      }
    }
  return result;
}
