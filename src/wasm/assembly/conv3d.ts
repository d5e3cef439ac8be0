// Convolutions of one plane of a channels-last volume by their definition: of a single channel, with stride 2, and after
// up-sampling; the others go by winograd.ts, with the same inner loop. A plane of ny × nx voxels has a border of one zero voxel
// and rows of whole blocks: voxel (y, x) lies at ((y + 1) · rowVoxels + x + 1) · channels. Output channels come in multiples of
// 8; what a block of 4 voxels writes beyond nx is set back to zero.
//
// The inner loop holds 4 voxels × 8 output channels in eight registers; per input channel it loads two weight vectors and four
// splatted values for eight multiply-adds. It runs over one input plane at a time, so that the weights (at most 9·64·32 bytes)
// stay in the first-level cache for a whole row; between planes the sums rest in the output row. It is not unrolled by hand:
// V8 would then chain the multiply-adds of one sum, which costs a quarter of the speed.
import { multiplyAdd } from "./multiply-add";

export const FIRST: i32 = 1;
const LAST: i32 = 2;

/** Voxels that a row of nx takes: blocks of 8 (an up-step writes 4 voxels twice) and the border. Host: planeGeometry. */
// @ts-ignore: decorator
@inline
export function rowVoxels(nx: i32): usize {
  return ((nx + 7) & ~7) + 2;
}

// @ts-ignore: decorator
@inline
function relu(sum: v128): v128 {
  return f32x4.max(sum, f32x4.splat(0));
}

/**
 * Adds the taps of one input plane to `blocks` · 4 voxels of an output row, 8 channels of them. Of each of `rowTaps` rows from
 * `input` on, a voxel sees `span` bytes (its taps along x, which lie side by side with their channels), `step` bytes further
 * for the next voxel. Weights are [rowTaps][span / 4][8]. With FIRST the sums begin at the bias, else at what the row holds;
 * with LAST they end in ReLU. `out` is the first voxel's first channel of the 8, `outStep` leads to the next voxel's.
 */
export function accumulateRow(
  input: usize,
  inputRowBytes: usize,
  step: usize,
  span: usize,
  rowTaps: i32,
  weights: usize,
  bias: usize,
  out: usize,
  outStep: usize,
  blocks: i32,
  mode: i32,
): void {
  for (let block = 0; block < blocks; block++) {
    const out1 = out + outStep;
    const out2 = out1 + outStep;
    const out3 = out2 + outStep;
    let a0: v128, a1: v128, b0: v128, b1: v128, c0: v128, c1: v128, d0: v128, d1: v128;
    if (mode & FIRST) {
      a0 = v128.load(bias);
      a1 = v128.load(bias, 16);
      b0 = a0;
      b1 = a1;
      c0 = a0;
      c1 = a1;
      d0 = a0;
      d1 = a1;
    } else {
      a0 = v128.load(out);
      a1 = v128.load(out, 16);
      b0 = v128.load(out1);
      b1 = v128.load(out1, 16);
      c0 = v128.load(out2);
      c1 = v128.load(out2, 16);
      d0 = v128.load(out3);
      d1 = v128.load(out3, 16);
    }
    let w = weights;
    let row = input;
    for (let tap = 0; tap < rowTaps; tap++) {
      let p0 = row;
      let p1 = p0 + step;
      let p2 = p1 + step;
      let p3 = p2 + step;
      const end = row + span;
      while (p0 < end) {
        const w0 = v128.load(w);
        const w1 = v128.load(w, 16);
        let x = v128.load32_splat(p0);
        a0 = multiplyAdd(x, w0, a0);
        a1 = multiplyAdd(x, w1, a1);
        x = v128.load32_splat(p1);
        b0 = multiplyAdd(x, w0, b0);
        b1 = multiplyAdd(x, w1, b1);
        x = v128.load32_splat(p2);
        c0 = multiplyAdd(x, w0, c0);
        c1 = multiplyAdd(x, w1, c1);
        x = v128.load32_splat(p3);
        d0 = multiplyAdd(x, w0, d0);
        d1 = multiplyAdd(x, w1, d1);
        w += 32;
        p0 += 4;
        p1 += 4;
        p2 += 4;
        p3 += 4;
      }
      row += inputRowBytes;
    }
    if (mode & LAST) {
      a0 = relu(a0);
      a1 = relu(a1);
      b0 = relu(b0);
      b1 = relu(b1);
      c0 = relu(c0);
      c1 = relu(c1);
      d0 = relu(d0);
      d1 = relu(d1);
    }
    v128.store(out, a0);
    v128.store(out, a1, 16);
    v128.store(out1, b0);
    v128.store(out1, b1, 16);
    v128.store(out2, c0);
    v128.store(out2, c1, 16);
    v128.store(out3, d0);
    v128.store(out3, d1, 16);
    input += step << 2;
    out = out3 + outStep;
  }
}

/** Blocks write beyond the row: there the border must stay zero. */
function clearRowEnd(row: usize, step: usize, nx: i32, written: i32): void {
  if (written > nx) memory.fill(row + <usize>nx * step, 0, <usize>(written - nx) * step);
}

/** One input of a convolution: the planes before, at and after the output's, 0 where the volume ends, and their weights. */
@unmanaged
export class ConvSource {
  plane0: usize;
  plane1: usize;
  plane2: usize;
  channels: i32;
  /** [outChannels / 8][3][3][3][channels][8]. */
  weights: usize;
}

/** An output plane of a 3×3×3 convolution. Two inputs count as one with their channels side by side. */
@unmanaged
export class ConvPlane {
  out: usize;
  outChannels: i32;
  nx: i32;
  bias: usize;
  /** Whether it ends in ReLU. */
  relu: i32;
  /** 1, or 2 where the input planes have twice the sides: output voxel m then has input voxel 2m in its middle. */
  stride: i32;
  sourceCount: i32;
  sources: usize;
}

/** Computes row `firstRow + item` of a plane. */
export function conv3Row(item: i32, firstRow: i32, plane: ConvPlane): void {
  const y = firstRow + item;
  const voxels = rowVoxels(plane.nx);
  const stride = <usize>plane.stride;
  const inputVoxels = rowVoxels(plane.nx * plane.stride);
  const last = plane.relu ? LAST : 0;
  const blocks = (plane.nx + 3) >> 2;
  const outStep = <usize>plane.outChannels << 2;
  const outRow = plane.out + (<usize>(y + 1) * voxels + 1) * outStep;
  const planes = countPlanes(plane);
  for (let group = 0; group < plane.outChannels; group += 8) {
    const offset = <usize>group << 2;
    let done = 0;
    for (let i = 0; i < plane.sourceCount; i++) {
      const source = sourceAt(plane, i);
      const step = <usize>source.channels << 2;
      const rowBytes = inputVoxels * step;
      const weightBytes = <usize>72 * step; // of 9 taps × 8 outputs
      const weights = source.weights + <usize>(group >> 3) * 3 * weightBytes;
      for (let dz = 0; dz < 3; dz++) {
        const input = planeOf(source, dz);
        if (!input) continue;
        const mode = (done == 0 ? FIRST : 0) | (done == planes - 1 ? last : 0);
        done++;
        accumulateRow(
          input + <usize>y * stride * rowBytes,
          rowBytes,
          stride * step,
          3 * step,
          3,
          weights + <usize>dz * weightBytes,
          plane.bias + offset,
          outRow + offset,
          outStep,
          blocks,
          mode,
        );
      }
    }
  }
  clearRowEnd(outRow, outStep, plane.nx, blocks << 2);
}

/** Computes row `item` of a volume: row item mod ny of the plane with descriptor item / ny, `planeBytes` apart. */
export function conv3Rows(item: i32, ny: i32, planes: usize, planeBytes: usize): void {
  conv3Row(item % ny, 0, changetype<ConvPlane>(planes + <usize>(item / ny) * planeBytes));
}

// @ts-ignore: decorator
@inline
function sourceAt(plane: ConvPlane, i: i32): ConvSource {
  return changetype<ConvSource>(plane.sources + <usize>i * offsetof<ConvSource>());
}

// @ts-ignore: decorator
@inline
function planeOf(source: ConvSource, dz: i32): usize {
  return load<usize>(changetype<usize>(source) + (<usize>dz << 2));
}

function countPlanes(plane: ConvPlane): i32 {
  let count = 0;
  for (let i = 0; i < plane.sourceCount; i++)
    for (let dz = 0; dz < 3; dz++) if (planeOf(sourceAt(plane, i), dz)) count++;
  return count;
}

/**
 * An output plane of nearest up-sampling by 2, 2×2×2 convolution (padded after) and ReLU, without the up-sampled volume:
 * out[2m] = (W0 + W1)·x[m] and out[2m + 1] = W0·x[m] + W1·x[m + 1] along each axis. Output plane (y, x) = (0, 0) is twice the
 * input's (originY, originX).
 */
@unmanaged
export class UpPlane {
  out: usize;
  outChannels: i32;
  nx: i32;
  bias: usize;
  /** The input plane at m, and the one at m + 1 for odd output planes (0 for even ones and where the volume ends). */
  plane0: usize;
  plane1: usize;
  inputChannels: i32;
  inputNx: i32;
  originY: i32;
  originX: i32;
  odd: i32;
  /** [outChannels / 8][even · odd W0 · odd W1][phase y][phase x], each room for 4 taps of [inputChannels][8]. */
  weights: usize;
}

/** Computes row `firstRow + item` of an up-sampled plane. */
export function upRow(item: i32, firstRow: i32, plane: UpPlane): void {
  const y = firstRow + item;
  const outStep = <usize>plane.outChannels << 2;
  const outRow = plane.out + (<usize>(y + 1) * rowVoxels(plane.nx) + 1) * outStep;
  const step = <usize>plane.inputChannels << 2;
  const rowBytes = rowVoxels(plane.inputNx) * step;
  const inputOffset = <usize>(plane.originY + (y >> 1) + 1) * rowBytes + <usize>(plane.originX + 1) * step;
  const blocks = (((plane.nx + 1) >> 1) + 3) >> 2;
  const weightBytes = <usize>32 * step;
  for (let group = 0; group < plane.outChannels; group += 8) {
    const offset = <usize>group << 2;
    for (let phaseX = 0; phaseX < 2; phaseX++) {
      const out = outRow + <usize>phaseX * outStep + offset;
      for (let dz = 0; dz < 2; dz++) {
        const input = dz ? plane.plane1 : plane.plane0;
        if (!input) continue;
        const set = (group >> 3) * 3 + (plane.odd ? 1 + dz : 0);
        const last = dz == 1 || !plane.plane1;
        accumulateRow(
          input + inputOffset,
          rowBytes,
          step,
          step << phaseX,
          1 + (y & 1),
          plane.weights + <usize>((set * 2 + (y & 1)) * 2 + phaseX) * weightBytes,
          plane.bias + offset,
          out,
          outStep << 1,
          blocks,
          (dz == 0 ? FIRST : 0) | (last ? LAST : 0),
        );
      }
    }
  }
  clearRowEnd(outRow, outStep, plane.nx, blocks << 3);
}

/** Computes row `item` of an up-sampled volume, as conv3Rows. */
export function upRows(item: i32, ny: i32, planes: usize, planeBytes: usize): void {
  upRow(item % ny, 0, changetype<UpPlane>(planes + <usize>(item / ny) * planeBytes));
}
