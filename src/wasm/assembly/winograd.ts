// Convolution 3×3×3 with half the multiplications: along x Winograd's F(4, 3) gives four voxels from six products instead of
// twelve (Lavin and Gray 2016, doi 10.1109/CVPR.2016.435), at the points 0, ±A, ±B and ∞, which round half as much as the usual
// 0, ±1, ±2, ∞. Along y and z it sums as the definition does.
//
// A spread plane holds, of the six voxels x = 4t − 1 … 4t + 4 that tile t sees, six combinations f: value (f, t, y) of plane ny ×
// nx lies at ((f · tiles + t) · (ny + 2) + y + 1) · channels, with a zero voxel before and after each column of tiles, so that
// the taps along y lie side by side. Channels are multiples of 4.
import { accumulateRow, ConvSource, FIRST, rowVoxels } from "./conv3d";
import { multiplyAdd } from "./multiply-add";

// The host transforms weights by the same points: winograd-weights.ts.
const A: f32 = 0.625;
const B: f32 = 1.5;
const A2: f32 = A * A;
const B2: f32 = B * B;
const A3: f32 = A * A * A;
const B3: f32 = B * B * B;

// @ts-ignore: decorator
@inline
function times(factor: f32, values: v128, added: v128): v128 {
  return multiplyAdd(f32x4.splat(factor), values, added);
}

// @ts-ignore: decorator
@inline
function tilesOf(nx: i32): i32 {
  return (nx + 3) >> 2;
}

/** Spreads row `item` of a volume: plane item / ny, as conv3d.ts has it, to a plane of combinations. */
export function spreadRow(
  item: i32,
  from: usize,
  fromPlaneBytes: usize,
  to: usize,
  toPlaneBytes: usize,
  channels: i32,
  ny: i32,
  nx: i32,
): void {
  const z = <usize>(item / ny);
  const y = <usize>(item % ny) + 1;
  const step = <usize>channels << 2;
  const columnBytes = <usize>(ny + 2) * step;
  const next = <usize>tilesOf(nx) * columnBytes;
  let p = from + z * fromPlaneBytes + y * rowVoxels(nx) * step;
  let q = to + z * toPlaneBytes + y * step;
  for (let x = 0; x < nx; x += 4) {
    for (let c: usize = 0; c < step; c += 16) {
      let voxel = p + c;
      const d0 = v128.load(voxel);
      voxel += step;
      const d1 = v128.load(voxel);
      voxel += step;
      const d2 = v128.load(voxel);
      voxel += step;
      const d3 = v128.load(voxel);
      voxel += step;
      const d4 = v128.load(voxel);
      voxel += step;
      const d5 = v128.load(voxel);
      const evenA = times(-B2, d2, d4);
      const oddA = f32x4.mul(f32x4.splat(A), times(-B2, d1, d3));
      const evenB = times(-A2, d2, d4);
      const oddB = f32x4.mul(f32x4.splat(B), times(-A2, d1, d3));
      let value = q + c;
      v128.store(value, times(A2 * B2, d0, times(-(A2 + B2), d2, d4)));
      value += next;
      v128.store(value, f32x4.add(evenA, oddA));
      value += next;
      v128.store(value, f32x4.sub(evenA, oddA));
      value += next;
      v128.store(value, f32x4.add(evenB, oddB));
      value += next;
      v128.store(value, f32x4.sub(evenB, oddB));
      value += next;
      v128.store(value, times(A2 * B2, d1, times(-(A2 + B2), d3, d5)));
    }
    p += step << 2;
    q += columnBytes;
  }
}

/**
 * Spreads row `item` of a gradient by a convolution's output, as spreadRow, into the combinations whose products with those of
 * its input sum up to the gradient by the transformed weights.
 */
export function spreadGradientRow(
  item: i32,
  from: usize,
  fromPlaneBytes: usize,
  to: usize,
  toPlaneBytes: usize,
  channels: i32,
  ny: i32,
  nx: i32,
): void {
  const z = <usize>(item / ny);
  const y = <usize>(item % ny) + 1;
  const step = <usize>channels << 2;
  const columnBytes = <usize>(ny + 2) * step;
  const next = <usize>tilesOf(nx) * columnBytes;
  let p = from + z * fromPlaneBytes + y * rowVoxels(nx) * step + step;
  let q = to + z * toPlaneBytes + y * step;
  for (let x = 0; x < nx; x += 4) {
    for (let c: usize = 0; c < step; c += 16) {
      let voxel = p + c;
      const d0 = v128.load(voxel);
      voxel += step;
      const d1 = v128.load(voxel);
      voxel += step;
      const d2 = v128.load(voxel);
      voxel += step;
      const d3 = v128.load(voxel);
      const evenA = times(A2, d2, d0);
      const oddA = times(A3, d3, f32x4.mul(f32x4.splat(A), d1));
      const evenB = times(B2, d2, d0);
      const oddB = times(B3, d3, f32x4.mul(f32x4.splat(B), d1));
      let value = q + c;
      v128.store(value, d0);
      value += next;
      v128.store(value, f32x4.add(evenA, oddA));
      value += next;
      v128.store(value, f32x4.sub(evenA, oddA));
      value += next;
      v128.store(value, f32x4.add(evenB, oddB));
      value += next;
      v128.store(value, f32x4.sub(evenB, oddB));
      value += next;
      v128.store(value, d3);
    }
    p += step << 2;
    q += columnBytes;
  }
}

/** An output plane of a 3×3×3 convolution of spread planes. Two inputs count as one with their channels side by side. */
@unmanaged
export class WinogradPlane {
  /** As conv3d.ts has it. */
  out: usize;
  outChannels: i32;
  ny: i32;
  nx: i32;
  bias: usize;
  relu: i32;
  /** Voxels of a column of tiles that an item of work takes: a multiple of 4. */
  rows: i32;
  /** Room for the products of an item, 6 · rows · outChannels values, for each thread, and before them whether it is taken. */
  scratch: usize;
  scratchSlots: i32;
  sourceCount: i32;
  /** ConvSource with weights [6][outChannels / 8][tap z][tap y][channels][8]. */
  sources: usize;
}

/** Computes item `firstItem + item` of a plane: `rows` voxels of a column of tiles. */
export function winogradItem(item: i32, firstItem: i32, plane: WinogradPlane): void {
  const slotBytes = <usize>(6 * plane.rows * plane.outChannels) << 2;
  let slot = 0;
  while (atomic.cmpxchg<i32>(plane.scratch + (<usize>slot << 2), 0, 1)) slot = (slot + 1) % plane.scratchSlots;
  const products = plane.scratch + (((<usize>plane.scratchSlots << 2) + 15) & ~15) + <usize>slot * slotBytes;
  const chunks = (plane.ny + plane.rows - 1) / plane.rows;
  const tile = (firstItem + item) / chunks;
  const y = ((firstItem + item) % chunks) * plane.rows;
  const count = min(plane.rows, plane.ny - y);
  multiplyTiles(plane, tile, y, count, products);
  combineTiles(plane, tile, y, count, products);
  atomic.store<i32>(plane.scratch + (<usize>slot << 2), 0);
}

/** Computes item `item` of a volume whose planes have `planeItems` each and descriptors `planeBytes` apart. */
export function winogradItems(item: i32, planeItems: i32, planes: usize, planeBytes: usize): void {
  winogradItem(item % planeItems, 0, changetype<WinogradPlane>(planes + <usize>(item / planeItems) * planeBytes));
}

const ZEROS = memory.data(32, 16);

/** Products [6][rows][outChannels] of a column of tiles. */
function multiplyTiles(plane: WinogradPlane, tile: i32, y: i32, count: i32, products: usize): void {
  const outStep = <usize>plane.outChannels << 2;
  const productBytes = <usize>plane.rows * outStep;
  const tiles = tilesOf(plane.nx);
  for (let f = 0; f < 6; f++) {
    const column = <usize>(f * tiles + tile) * <usize>(plane.ny + 2) + y;
    for (let group = 0; group < plane.outChannels; group += 8) {
      const out = products + <usize>f * productBytes + (<usize>group << 2);
      let mode = FIRST;
      for (let i = 0; i < plane.sourceCount; i++) {
        const source = changetype<ConvSource>(plane.sources + <usize>i * offsetof<ConvSource>());
        const step = <usize>source.channels << 2;
        const weightBytes = <usize>24 * step; // of 3 taps × 8 outputs
        const weights = source.weights + <usize>((f * plane.outChannels + group) >> 3) * 3 * weightBytes;
        for (let dz = 0; dz < 3; dz++) {
          const input = load<usize>(changetype<usize>(source) + (<usize>dz << 2));
          if (!input) continue;
          accumulateRow(
            input + column * step,
            0,
            step,
            3 * step,
            1,
            weights + <usize>dz * weightBytes,
            ZEROS,
            out,
            outStep,
            (count + 3) >> 2,
            mode,
          );
          mode = 0;
        }
      }
    }
  }
}

/** Makes voxels of products: the output transform, bias and ReLU. */
function combineTiles(plane: WinogradPlane, tile: i32, y: i32, count: i32, products: usize): void {
  const step = <usize>plane.outChannels << 2;
  const next = <usize>plane.rows * step;
  const rowBytes = rowVoxels(plane.nx) * step;
  const voxels = min(4, plane.nx - 4 * tile);
  const floor = f32x4.splat(plane.relu ? <f32>0 : -Infinity);
  let out = plane.out + <usize>(y + 1) * rowBytes + <usize>(4 * tile + 1) * step;
  for (let row = 0; row < count; row++) {
    for (let c: usize = 0; c < step; c += 16) {
      let p = products + c;
      const m0 = f32x4.add(v128.load(p), v128.load(plane.bias + c));
      p += next;
      const m1 = v128.load(p);
      p += next;
      const m2 = v128.load(p);
      p += next;
      const m3 = v128.load(p);
      p += next;
      const m4 = v128.load(p);
      p += next;
      const m5 = f32x4.add(v128.load(p), v128.load(plane.bias + c));
      const bias = v128.load(plane.bias + c);
      const evenA = f32x4.add(m1, m2);
      const oddA = f32x4.sub(m1, m2);
      const evenB = f32x4.add(m3, m4);
      const oddB = f32x4.sub(m3, m4);
      let to = out + c;
      v128.store(to, f32x4.max(f32x4.add(m0, f32x4.add(evenA, evenB)), floor));
      if (voxels > 1) {
        to += step;
        v128.store(to, f32x4.max(times(A, oddA, times(B, oddB, bias)), floor));
      }
      if (voxels > 2) {
        to += step;
        v128.store(to, f32x4.max(times(A2, evenA, times(B2, evenB, bias)), floor));
      }
      if (voxels > 3) {
        to += step;
        v128.store(to, f32x4.max(times(A3, oddA, times(B3, oddB, m5)), floor));
      }
    }
    products += step;
    out += rowBytes;
  }
}
