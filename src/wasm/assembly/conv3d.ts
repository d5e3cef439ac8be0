// Convolution of one plane of a channels-last volume from up to three neighbouring planes of its inputs. A plane of ny × nx
// voxels is stored with a border of one zero voxel: rows of `rowBytes`, voxel (y, x) at (y + 1)·rowBytes + (x + 1)·voxelBytes.
// Channels come in multiples of 8, and x in blocks of 4: what a block writes beyond nx is set back to zero.
//
// The inner loop holds 4 voxels × 8 output channels in eight registers. It runs over the taps of one input plane at a time, so
// that their weights ([tap][cin][8], at most 9·112·32 bytes) stay in the first-level cache for a whole row; between planes the
// sums rest in the output row.
import { multiplyAdd } from "./multiply-add";

const FIRST: i32 = 1;
const LAST: i32 = 2;

// @ts-ignore: decorator
@inline
function relu(sum: v128): v128 {
  return f32x4.max(sum, f32x4.splat(0));
}

/**
 * Adds rowTaps × columnTaps taps of one input plane to `blocks` · 4 voxels of an output row, 8 channels. With FIRST the sums
 * begin at the bias, else at what the row holds; with LAST they end in ReLU. `out` points to the first voxel's 8 channels.
 */
function accumulateRow(
  input: usize,
  inputRowBytes: usize,
  cin: i32,
  rowTaps: i32,
  columnTaps: i32,
  weights: usize,
  bias: usize,
  out: usize,
  outStep: usize,
  blocks: i32,
  mode: i32,
): void {
  const step = <usize>cin << 2;
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
    let w0: v128, w1: v128, x: v128;
    for (let ty = 0; ty < rowTaps; ty++) {
      let p0 = input + <usize>ty * inputRowBytes;
      for (let tx = 0; tx < columnTaps; tx++) {
        let p1 = p0 + step;
        let p2 = p1 + step;
        let p3 = p2 + step;
        const end = p1;
        while (p0 < end) {
          w0 = v128.load(w);
          w1 = v128.load(w, 16);
          x = v128.load32_splat(p0);
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
        p0 = end; // the voxel to the right
      }
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

/** The taps of input plane dz − 1 of one input of a convolution; a null plane lies beyond the volume and adds nothing. */
@unmanaged
class Source {
  plane0: usize;
  plane1: usize;
  plane2: usize;
  cin: i32;
  /** [cout / 8][3 planes][3][3][cin][8]. */
  weights: usize;
}

/** One output plane of a 3×3×3 convolution of one or two inputs that stand side by side as channels. */
@unmanaged
class ConvPlane {
  out: usize;
  cout: i32;
  nx: i32;
  bias: usize;
  firstRow: i32;
  sourceCount: i32;
}

/** Computes row firstRow + item of a plane: bias, taps, ReLU. Input planes have the output's ny, nx and border. */
export function conv3Row(item: i32, plane: ConvPlane): void {
  const y = plane.firstRow + item;
  const cout = plane.cout;
  const voxels = rowVoxels(plane.nx);
  const blocks = (plane.nx + 3) >> 2;
  const outStep = <usize>cout << 2;
  const outRow = plane.out + (<usize>(y + 1) * voxels + 1) * outStep;
  for (let group = 0; group < cout; group += 8) {
    let mode = FIRST;
    let left = passes(plane);
    for (let i = 0; i < plane.sourceCount; i++) {
      const source = changetype<Source>(changetype<usize>(plane) + offsetof<ConvPlane>() + i * offsetof<Source>());
      const cin = source.cin;
      const rowBytes = (voxels * <usize>cin) << 2;
      const tapsBytes = <usize>(9 * cin) << 5;
      let weights = source.weights + <usize>((group >> 3) * 3) * tapsBytes;
      for (let dz = 0; dz < 3; dz++) {
        const input = load<usize>(changetype<usize>(source) + (dz << 2));
        if (input) {
          if (--left == 0) mode |= LAST;
          accumulateRow(
            input + <usize>y * rowBytes,
            rowBytes,
            cin,
            3,
            3,
            weights,
            plane.bias + (<usize>group << 2),
            outRow + (<usize>group << 2),
            outStep,
            blocks,
            mode,
          );
          mode = 0;
        }
        weights += tapsBytes;
      }
    }
  }
  clearRowEnd(outRow, outStep, plane.nx, blocks << 2);
}

function passes(plane: ConvPlane): i32 {
  let count = 0;
  for (let i = 0; i < plane.sourceCount; i++) {
    const source = changetype<usize>(plane) + offsetof<ConvPlane>() + i * offsetof<Source>();
    for (let dz = 0; dz < 3; dz++) if (load<usize>(source + (dz << 2))) count++;
  }
  return count;
}

/** Voxels that a row of nx takes: whole blocks (of 8, for rows that an up-step writes) and a border of one on each side. */
// @ts-ignore: decorator
@inline
function rowVoxels(nx: i32): usize {
  return ((nx + 7) & ~7) + 2;
}

/** Blocks write beyond the row: there the border must stay zero. */
function clearRowEnd(row: usize, step: usize, nx: i32, written: i32): void {
  if (written > nx) memory.fill(row + <usize>nx * step, 0, <usize>(written - nx) * step);
}
