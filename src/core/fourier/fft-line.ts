import type { FftPlan, FftStage } from "./fft-plan";

const f32 = Math.fround;

/** Room for one line of a plan, and for one butterfly. */
export interface FftWorkspace {
  readonly re: Float32Array;
  readonly im: Float32Array;
  /** Sums and differences of an odd butterfly: re and im of each. */
  readonly sums: Float32Array;
  readonly differences: Float32Array;
}

/** Returns room for transforming lines of `plan`, one at a time. */
export function createFftWorkspace(plan: FftPlan): FftWorkspace {
  const largest = Math.max(1, ...plan.stages.map((stage) => stage.radix));
  return {
    re: new Float32Array(plan.length),
    im: new Float32Array(plan.length),
    sums: new Float32Array(largest + 1),
    differences: new Float32Array(largest + 1),
  };
}

/**
 * Transforms one complex line in place: X[k] = Σ x[j] e^(−2πijk/n), unscaled. Swap `re` and `im` for the inverse (times n).
 * Every operation is rounded to f32 in a fixed order, so that the WebAssembly twin gives the same bits.
 */
export function fftLine(plan: FftPlan, re: Float32Array, im: Float32Array, work: FftWorkspace): void {
  let from = { re, im };
  let to = { re: work.re, im: work.im };
  for (const stage of plan.stages) {
    if (stage.radix === 4) radix4(stage, plan.factors, from, to);
    else if (stage.radix === 2) radix2(stage, plan.factors, from, to);
    else oddRadix(stage, plan.factors, from, to, work);
    [from, to] = [to, from];
  }
  if (from.re !== re) {
    re.set(from.re);
    im.set(from.im);
  }
}

interface Line {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

function radix2({ groups, stride, twiddleOffset }: FftStage, factors: Float32Array, from: Line, to: Line) {
  for (let p = 0; p < groups; p++) {
    const w = twiddleOffset + 2 * p;
    for (let q = 0; q < stride; q++) {
      const a = q + stride * p;
      const b = a + stride * groups;
      const out = q + stride * 2 * p;
      to.re[out] = from.re[a] + from.re[b];
      to.im[out] = from.im[a] + from.im[b];
      rotate(to, out + stride, f32(from.re[a] - from.re[b]), f32(from.im[a] - from.im[b]), factors, w);
    }
  }
}

function radix4({ groups, stride, twiddleOffset }: FftStage, factors: Float32Array, from: Line, to: Line) {
  for (let p = 0; p < groups; p++) {
    const w = twiddleOffset + 6 * p;
    for (let q = 0; q < stride; q++) {
      const a = q + stride * p;
      const b = a + stride * groups;
      const c = b + stride * groups;
      const d = c + stride * groups;
      const out = q + stride * 4 * p;
      const acRe = f32(from.re[a] + from.re[c]);
      const acIm = f32(from.im[a] + from.im[c]);
      const bdRe = f32(from.re[b] + from.re[d]);
      const bdIm = f32(from.im[b] + from.im[d]);
      const acRe2 = f32(from.re[a] - from.re[c]);
      const acIm2 = f32(from.im[a] - from.im[c]);
      // −i (b − d)
      const bdRe2 = f32(from.im[b] - from.im[d]);
      const bdIm2 = f32(from.re[d] - from.re[b]);
      to.re[out] = acRe + bdRe;
      to.im[out] = acIm + bdIm;
      rotate(to, out + stride, f32(acRe2 + bdRe2), f32(acIm2 + bdIm2), factors, w);
      rotate(to, out + 2 * stride, f32(acRe - bdRe), f32(acIm - bdIm), factors, w + 2);
      rotate(to, out + 3 * stride, f32(acRe2 - bdRe2), f32(acIm2 - bdIm2), factors, w + 4);
    }
  }
}

/** Pairs the points j and radix − j: half of the products of the plain sum. */
function oddRadix(stage: FftStage, factors: Float32Array, from: Line, to: Line, work: FftWorkspace) {
  const { radix, groups, stride, twiddleOffset, rootOffset } = stage;
  const { sums, differences } = work;
  const half = (radix - 1) / 2;
  for (let p = 0; p < groups; p++) {
    const w = twiddleOffset + 2 * p * (radix - 1);
    for (let q = 0; q < stride; q++) {
      const first = q + stride * p;
      const out = q + stride * radix * p;
      let totalRe = from.re[first];
      let totalIm = from.im[first];
      for (let j = 1; j <= half; j++) {
        const a = first + stride * groups * j;
        const b = first + stride * groups * (radix - j);
        sums[2 * j] = from.re[a] + from.re[b];
        sums[2 * j + 1] = from.im[a] + from.im[b];
        differences[2 * j] = from.re[a] - from.re[b];
        differences[2 * j + 1] = from.im[a] - from.im[b];
        totalRe = f32(totalRe + sums[2 * j]);
        totalIm = f32(totalIm + sums[2 * j + 1]);
      }
      to.re[out] = totalRe;
      to.im[out] = totalIm;
      for (let k = 1; k <= half; k++) {
        let cRe = from.re[first];
        let cIm = from.im[first];
        let sRe = 0;
        let sIm = 0;
        for (let j = 1; j <= half; j++) {
          const root = rootOffset + 2 * ((j * k) % radix);
          cRe = f32(cRe + f32(factors[root] * sums[2 * j]));
          cIm = f32(cIm + f32(factors[root] * sums[2 * j + 1]));
          sRe = f32(sRe + f32(factors[root + 1] * differences[2 * j]));
          sIm = f32(sIm + f32(factors[root + 1] * differences[2 * j + 1]));
        }
        const mirror = radix - k;
        rotate(to, out + stride * k, f32(cRe + sIm), f32(cIm - sRe), factors, w + 2 * (k - 1));
        rotate(to, out + stride * mirror, f32(cRe - sIm), f32(cIm + sRe), factors, w + 2 * (mirror - 1));
      }
    }
  }
}

/** Stores (re + i·im) times the twiddle at `w`. */
function rotate(to: Line, index: number, re: number, im: number, factors: Float32Array, w: number) {
  to.re[index] = f32(re * factors[w]) - f32(im * factors[w + 1]);
  to.im[index] = f32(re * factors[w + 1]) + f32(im * factors[w]);
}
