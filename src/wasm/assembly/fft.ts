// Fourier transforms of real volumes by lines (fft-lines.ts). A spectrum row holds `rowFloats` real, then as many imaginary
// parts; rowFloats is nx/2 + 1 rounded up to a multiple of 4, and the padding is zero. Each item of a job works in
// `scratchBytes` of its own at `scratch`: two line buffers and room behind them.
import { FftPlan, fftLines, fftLinesFrom, lineBytes } from "./fft-lines";
import { highHalves, storeTransposed } from "./lanes";

// @ts-ignore: decorator
@inline
function loadIf(present: bool, at: usize): v128 {
  return present ? v128.load(at) : f32x4.splat(0);
}

/**
 * Rows of the volume into rows of the spectrum: item i takes batches of 8 rows from i · batchesPerItem on. A pair of rows
 * is the real and imaginary part of a lane.
 */
export function fftRows(
  item: i32,
  plan: FftPlan,
  real: usize,
  spectrum: usize,
  rows: i32,
  rowFloats: i32,
  batchesPerItem: i32,
  scratch: usize,
  scratchBytes: usize,
): void {
  const nx = plan.length;
  const half = (nx >> 1) + 1;
  const lines = scratch + scratchBytes * item;
  const realRow = <usize>nx << 2;
  const rowBytes = <usize>rowFloats << 2;
  const end = min((item + 1) * batchesPerItem << 3, rows);
  for (let row = item * batchesPerItem << 3; row < end; row += 8) {
    for (let part = 0; part < 2; part++) {
      const first = real + realRow * (row + part);
      for (let x = 0; x < nx; x += 4) {
        const at = first + (<usize>x << 2);
        storeTransposed(
          lines + (<usize>x << 5) + (part << 4),
          32,
          loadIf(row + part < rows, at),
          loadIf(row + part + 2 < rows, at + realRow * 2),
          loadIf(row + part + 4 < rows, at + realRow * 4),
          loadIf(row + part + 6 < rows, at + realRow * 6),
        );
      }
    }
    const result = fftLines(plan, lines);
    const room = lines + (lineBytes(plan) << 1);
    for (let part = 0; part < 2; part++) {
      separate(result, room, nx, half, rowFloats, part);
      for (let lane = 0; lane < 4; lane++) {
        const target = row + part + 2 * lane;
        if (target >= rows) break;
        const out = spectrum + rowBytes * 2 * target;
        memory.copy(out, room + rowBytes * 2 * lane, rowBytes * 2);
      }
    }
  }
}

/** Takes the spectrum of the real (part 0) or imaginary rows out of four lines, as four rows of the spectrum at `room`. */
function separate(lines: usize, room: usize, nx: i32, half: i32, rowFloats: i32, part: i32): void {
  const rowBytes = <usize>rowFloats << 2;
  const k4 = room + (rowBytes << 3);
  for (let k = 0; k < rowFloats; k += 4) {
    for (let i = 0; i < 4; i++) {
      const at = k4 + (<usize>i << 5);
      if (k + i >= half) {
        v128.store(at, f32x4.splat(0));
        v128.store(at, f32x4.splat(0), 16);
        continue;
      }
      const here = lines + (<usize>(k + i) << 5);
      const there = lines + (<usize>(k + i == 0 ? 0 : nx - k - i) << 5);
      const re = v128.load(here);
      const im = v128.load(here, 16);
      const mirrorRe = v128.load(there);
      const mirrorIm = v128.load(there, 16);
      const outRe = part == 0 ? f32x4.add(re, mirrorRe) : f32x4.add(im, mirrorIm);
      const outIm = part == 0 ? f32x4.sub(im, mirrorIm) : f32x4.sub(mirrorRe, re);
      v128.store(at, f32x4.mul(outRe, f32x4.splat(0.5)));
      v128.store(at, f32x4.mul(outIm, f32x4.splat(0.5)), 16);
    }
    const out = room + (<usize>k << 2);
    for (let im: usize = 0; im < 2; im++) {
      const from = k4 + (im << 4);
      storeTransposed(
        out + rowBytes * im,
        rowBytes << 1,
        v128.load(from),
        v128.load(from, 32),
        v128.load(from, 64),
        v128.load(from, 96),
      );
    }
  }
}

/** Rows of the spectrum back into rows of the volume, times `scale`; items as in fftRows. */
export function inverseFftRows(
  item: i32,
  plan: FftPlan,
  spectrum: usize,
  real: usize,
  rows: i32,
  rowFloats: i32,
  batchesPerItem: i32,
  scratch: usize,
  scratchBytes: usize,
  scale: f32,
): void {
  const nx = plan.length;
  const half = (nx >> 1) + 1;
  const lines = scratch + scratchBytes * item;
  const room = lines + (lineBytes(plan) << 1);
  const realRow = <usize>nx << 2;
  const rowBytes = <usize>rowFloats << 2;
  const end = min((item + 1) * batchesPerItem << 3, rows);
  const factor = f32x4.splat(scale);
  for (let row = item * batchesPerItem << 3; row < end; row += 8) {
    const first = spectrum + rowBytes * 2 * row;
    for (let k = 0; k < half; k += 4) {
      // room: for each of four k: re and im of the first rows, re and im of the second rows of the pairs.
      for (let part = 0; part < 4; part++) {
        const second = part >> 1;
        const at = first + rowBytes * part + (<usize>k << 2);
        storeTransposed(
          room + (<usize>part << 4),
          64,
          loadIf(row + second < rows, at),
          loadIf(row + second + 2 < rows, at + rowBytes * 4),
          loadIf(row + second + 4 < rows, at + rowBytes * 8),
          loadIf(row + second + 6 < rows, at + rowBytes * 12),
        );
      }
      for (let i = 0; i < 4 && k + i < half; i++) {
        const from = room + (<usize>i << 6);
        const aRe = v128.load(from);
        const aIm = v128.load(from, 16);
        const bRe = v128.load(from, 32);
        const bIm = v128.load(from, 48);
        // Real and imaginary parts change places for the inverse.
        const here = lines + (<usize>(k + i) << 5);
        if (k + i == 0 || (k + i) << 1 == nx) {
          v128.store(here, bRe);
          v128.store(here, aRe, 16);
          continue;
        }
        const there = lines + (<usize>(nx - k - i) << 5);
        v128.store(here, f32x4.add(aIm, bRe));
        v128.store(here, f32x4.sub(aRe, bIm), 16);
        v128.store(there, f32x4.sub(bRe, aIm));
        v128.store(there, f32x4.add(aRe, bIm), 16);
      }
    }
    const result = fftLines(plan, lines);
    for (let part = 0; part < 2; part++) {
      for (let x = 0; x < nx; x += 4) {
        const from = result + (<usize>x << 5) + ((1 - part) << 4);
        storeTransposed(
          room,
          16,
          f32x4.mul(v128.load(from), factor),
          f32x4.mul(v128.load(from, 32), factor),
          f32x4.mul(v128.load(from, 64), factor),
          f32x4.mul(v128.load(from, 96), factor),
        );
        for (let lane = 0; lane < 4; lane++) {
          const target = row + part + 2 * lane;
          if (target >= rows) break;
          const out = real + realRow * target + (<usize>x << 2);
          const values = room + (<usize>lane << 4);
          if (x + 4 <= nx) v128.store(out, v128.load(values));
          else memory.copy(out, values, <usize>(nx - x) << 2);
        }
      }
    }
  }
}

/** Gathers four neighbouring columns; `swapped` puts the imaginary parts first. */
// @ts-ignore: decorator
@inline
function gather(lines: usize, column: usize, n: i32, step: usize, rowBytes: usize, swapped: i32): void {
  const re: usize = swapped ? 16 : 0;
  for (let i = 0; i < n; i++) {
    const at = column + step * i;
    const to = lines + (<usize>i << 5);
    v128.store(to + re, v128.load(at));
    v128.store(to + (16 - re), v128.load(at + rowBytes));
  }
}

// @ts-ignore: decorator
@inline
function scatter(lines: usize, column: usize, n: i32, step: usize, rowBytes: usize, swapped: i32): void {
  const re: usize = swapped ? 16 : 0;
  for (let i = 0; i < n; i++) {
    const at = column + step * i;
    const from = lines + (<usize>i << 5);
    v128.store(at, v128.load(from + re));
    v128.store(at + rowBytes, v128.load(from + (16 - re)));
  }
}

/**
 * Transforms columns of the spectrum in place: item i takes those that start in its row, at i · itemStep bytes; the elements
 * of a column are `step` bytes apart.
 */
export function fftColumns(
  item: i32,
  plan: FftPlan,
  spectrum: usize,
  itemStep: usize,
  step: usize,
  rowFloats: i32,
  inverse: i32,
  scratch: usize,
  scratchBytes: usize,
): void {
  const lines = scratch + scratchBytes * item;
  const rowBytes = <usize>rowFloats << 2;
  for (let x: usize = 0; x < rowBytes; x += 16) {
    const column = spectrum + itemStep * item + x;
    gather(lines, column, plan.length, step, rowBytes, inverse);
    scatter(fftLines(plan, lines), column, plan.length, step, rowBytes, inverse);
  }
}

/**
 * Transforms columns along z, replaces what was measured, z = (1 − w) · z + w · measured, and transforms back, in one go.
 * `weights` is [z][y][rowFloats] f32 from 0 to 1, 0 in the padding. Item i is row y = i.
 */
export function projectColumns(
  item: i32,
  plan: FftPlan,
  spectrum: usize,
  measured: usize,
  weights: usize,
  ny: i32,
  rowFloats: i32,
  scratch: usize,
  scratchBytes: usize,
): void {
  const lines = scratch + scratchBytes * item;
  const rowBytes = <usize>rowFloats << 2;
  const start = (rowBytes << 1) * item;
  const step = (rowBytes << 1) * ny;
  for (let x: usize = 0; x < rowBytes; x += 16) {
    gather(lines, spectrum + start + x, plan.length, step, rowBytes, 0);
    const result = fftLines(plan, lines);
    for (let z = 0; z < plan.length; z++) {
      const at = result + (<usize>z << 5);
      const known = measured + start + x + step * z;
      const weight = v128.load(weights + (<usize>z * ny + item) * rowBytes + x);
      const rest = f32x4.sub(f32x4.splat(1), weight);
      const re = blend(v128.load(at), rest, v128.load(known), weight);
      const im = blend(v128.load(at, 16), rest, v128.load(known + rowBytes), weight);
      v128.store(at, im);
      v128.store(at, re, 16);
    }
    scatter(fftLinesFrom(plan, lines, result), spectrum + start + x, plan.length, step, rowBytes, 1);
  }
}

// @ts-ignore: decorator
@inline
function blend(a: v128, ofA: v128, b: v128, ofB: v128): v128 {
  return f32x4.add(f32x4.mul(ofA, a), f32x4.mul(ofB, b));
}

/**
 * Transforms columns along z and stores, for row y = item, Σ mirrored · |weight · (z − measured)|² at partials[item] as f64;
 * the spectrum stays as it was. `mirrored` is a row of f32: 1, or 2 where k also stands for −k.
 */
export function energyColumns(
  item: i32,
  plan: FftPlan,
  spectrum: usize,
  measured: usize,
  weights: usize,
  mirrored: usize,
  ny: i32,
  rowFloats: i32,
  scratch: usize,
  scratchBytes: usize,
  partials: usize,
): void {
  const lines = scratch + scratchBytes * item;
  const rowBytes = <usize>rowFloats << 2;
  const start = (rowBytes << 1) * item;
  const step = (rowBytes << 1) * ny;
  let sum = f64x2.splat(0);
  for (let x: usize = 0; x < rowBytes; x += 16) {
    gather(lines, spectrum + start + x, plan.length, step, rowBytes, 0);
    const result = fftLines(plan, lines);
    const times = v128.load(mirrored + x);
    for (let z = 0; z < plan.length; z++) {
      const at = result + (<usize>z << 5);
      const known = measured + start + x + step * z;
      const weight = v128.load(weights + (<usize>z * ny + item) * rowBytes + x);
      const share = f32x4.mul(times, f32x4.mul(weight, weight));
      const re = f32x4.sub(v128.load(at), v128.load(known));
      const im = f32x4.sub(v128.load(at, 16), v128.load(known + rowBytes));
      sum = f64x2.add(sum, weightedPower(re, im, share));
      sum = f64x2.add(
        sum,
        weightedPower(highHalves(re, re), highHalves(im, im), highHalves(share, share)),
      );
    }
  }
  store<f64>(partials + (<usize>item << 3), f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}

// @ts-ignore: decorator
@inline
function weightedPower(re: v128, im: v128, weight: v128): v128 {
  const re64 = f64x2.promote_low_f32x4(re);
  const im64 = f64x2.promote_low_f32x4(im);
  const power = f64x2.add(f64x2.mul(re64, re64), f64x2.mul(im64, im64));
  return f64x2.mul(f64x2.promote_low_f32x4(weight), power);
}
