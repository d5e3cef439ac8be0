// Fourier transforms of four lines at a time: each lane of a vector carries a line of its own, so that a line goes through
// exactly the operations of src/core/fourier/fft-line.ts. A line buffer holds, for each element, four real and four
// imaginary parts (32 bytes).

const STAGE_BYTES: usize = 20;

/** As src/wasm/fourier/wasm-fft.ts writes it: length, stages, factors; then radix, groups, stride and two offsets of each. */
@unmanaged
export class FftPlan {
  length: i32;
  stageCount: i32;
  factors: usize;
}

@unmanaged
class FftStage {
  radix: i32;
  groups: i32;
  stride: i32;
  twiddleOffset: i32;
  rootOffset: i32;
}

/** Room that a line buffer pair takes; the butterflies of odd radices work behind it. */
// @ts-ignore: decorator
@inline
export function lineBytes(plan: FftPlan): usize {
  return <usize>plan.length << 5;
}

/** Transforms the four lines at `lines`; the other buffer lies behind. Returns where the result is. */
export function fftLines(plan: FftPlan, lines: usize): usize {
  let from = lines;
  let to = lines + lineBytes(plan);
  const room = to + lineBytes(plan);
  let stagePointer = changetype<usize>(plan) + offsetof<FftPlan>();
  for (let s = 0; s < plan.stageCount; s++) {
    const stage = changetype<FftStage>(stagePointer);
    if (stage.radix == 4) radix4(stage, plan.factors, from, to);
    else if (stage.radix == 2) radix2(stage, plan.factors, from, to);
    else oddRadix(stage, plan.factors, from, to, room);
    const swap = from;
    from = to;
    to = swap;
    stagePointer += STAGE_BYTES;
  }
  return from;
}

/** Transforms the lines at `from`, which is one of the two buffers at `lines`. */
// @ts-ignore: decorator
@inline
export function fftLinesFrom(plan: FftPlan, lines: usize, from: usize): usize {
  if (from != lines) memory.copy(lines, from, lineBytes(plan));
  return fftLines(plan, lines);
}

/** Stores (re + i·im) times the twiddle at `w`. */
// @ts-ignore: decorator
@inline
function storeTurned(at: usize, re: v128, im: v128, w: usize): void {
  const wRe = v128.load32_splat(w);
  const wIm = v128.load32_splat(w, 4);
  v128.store(at, f32x4.sub(f32x4.mul(re, wRe), f32x4.mul(im, wIm)));
  v128.store(at, f32x4.add(f32x4.mul(re, wIm), f32x4.mul(im, wRe)), 16);
}

function radix2(stage: FftStage, factors: usize, from: usize, to: usize): void {
  const step = <usize>stage.stride << 5;
  const apart = step * stage.groups;
  let w = factors + (<usize>stage.twiddleOffset << 2);
  for (let p = 0; p < stage.groups; p++) {
    for (let q: usize = 0; q < step; q += 32) {
      const a = from + q + step * p;
      const b = a + apart;
      const out = to + q + ((step * p) << 1);
      const aRe = v128.load(a);
      const aIm = v128.load(a, 16);
      const bRe = v128.load(b);
      const bIm = v128.load(b, 16);
      v128.store(out, f32x4.add(aRe, bRe));
      v128.store(out, f32x4.add(aIm, bIm), 16);
      storeTurned(out + step, f32x4.sub(aRe, bRe), f32x4.sub(aIm, bIm), w);
    }
    w += 8;
  }
}

function radix4(stage: FftStage, factors: usize, from: usize, to: usize): void {
  const step = <usize>stage.stride << 5;
  const apart = step * stage.groups;
  let w = factors + (<usize>stage.twiddleOffset << 2);
  for (let p = 0; p < stage.groups; p++) {
    for (let q: usize = 0; q < step; q += 32) {
      const a = from + q + step * p;
      const b = a + apart;
      const c = b + apart;
      const d = c + apart;
      const out = to + q + ((step * p) << 2);
      const aRe = v128.load(a);
      const aIm = v128.load(a, 16);
      const bRe = v128.load(b);
      const bIm = v128.load(b, 16);
      const cRe = v128.load(c);
      const cIm = v128.load(c, 16);
      const dRe = v128.load(d);
      const dIm = v128.load(d, 16);
      const acRe = f32x4.add(aRe, cRe);
      const acIm = f32x4.add(aIm, cIm);
      const bdRe = f32x4.add(bRe, dRe);
      const bdIm = f32x4.add(bIm, dIm);
      const acRe2 = f32x4.sub(aRe, cRe);
      const acIm2 = f32x4.sub(aIm, cIm);
      const bdRe2 = f32x4.sub(bIm, dIm);
      const bdIm2 = f32x4.sub(dRe, bRe);
      v128.store(out, f32x4.add(acRe, bdRe));
      v128.store(out, f32x4.add(acIm, bdIm), 16);
      storeTurned(out + step, f32x4.add(acRe2, bdRe2), f32x4.add(acIm2, bdIm2), w);
      storeTurned(out + (step << 1), f32x4.sub(acRe, bdRe), f32x4.sub(acIm, bdIm), w + 8);
      storeTurned(out + step * 3, f32x4.sub(acRe2, bdRe2), f32x4.sub(acIm2, bdIm2), w + 16);
    }
    w += 24;
  }
}

/** `room`: for each pair of points their sum and difference, 64 bytes. */
function oddRadix(stage: FftStage, factors: usize, from: usize, to: usize, room: usize): void {
  const radix = stage.radix;
  const half = (radix - 1) >> 1;
  const step = <usize>stage.stride << 5;
  const apart = step * stage.groups;
  const roots = factors + (<usize>stage.rootOffset << 2);
  let w = factors + (<usize>stage.twiddleOffset << 2);
  for (let p = 0; p < stage.groups; p++) {
    for (let q: usize = 0; q < step; q += 32) {
      const first = from + q + step * p;
      const out = to + q + step * p * radix;
      const firstRe = v128.load(first);
      const firstIm = v128.load(first, 16);
      let totalRe = firstRe;
      let totalIm = firstIm;
      for (let j = 1; j <= half; j++) {
        const a = first + apart * j;
        const b = first + apart * (radix - j);
        const at = room + (<usize>j << 6);
        const sumRe = f32x4.add(v128.load(a), v128.load(b));
        const sumIm = f32x4.add(v128.load(a, 16), v128.load(b, 16));
        v128.store(at, sumRe);
        v128.store(at, sumIm, 16);
        v128.store(at, f32x4.sub(v128.load(a), v128.load(b)), 32);
        v128.store(at, f32x4.sub(v128.load(a, 16), v128.load(b, 16)), 48);
        totalRe = f32x4.add(totalRe, sumRe);
        totalIm = f32x4.add(totalIm, sumIm);
      }
      v128.store(out, totalRe);
      v128.store(out, totalIm, 16);
      for (let k = 1; k <= half; k++) {
        let cRe = firstRe;
        let cIm = firstIm;
        let sRe = f32x4.splat(0);
        let sIm = f32x4.splat(0);
        let turn = 0;
        for (let j = 1; j <= half; j++) {
          turn += k;
          if (turn >= radix) turn -= radix;
          const root = roots + (<usize>turn << 3);
          const at = room + (<usize>j << 6);
          const cos = v128.load32_splat(root);
          const sin = v128.load32_splat(root, 4);
          cRe = f32x4.add(cRe, f32x4.mul(cos, v128.load(at)));
          cIm = f32x4.add(cIm, f32x4.mul(cos, v128.load(at, 16)));
          sRe = f32x4.add(sRe, f32x4.mul(sin, v128.load(at, 32)));
          sIm = f32x4.add(sIm, f32x4.mul(sin, v128.load(at, 48)));
        }
        const mirror = radix - k;
        storeTurned(out + step * k, f32x4.add(cRe, sIm), f32x4.sub(cIm, sRe), w + (<usize>(k - 1) << 3));
        storeTurned(out + step * mirror, f32x4.sub(cRe, sIm), f32x4.add(cIm, sRe), w + (<usize>(mirror - 1) << 3));
      }
    }
    w += <usize>(radix - 1) << 3;
  }
}
