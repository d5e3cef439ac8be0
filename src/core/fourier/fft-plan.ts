import { ComputeError } from "../errors";

/** One pass of the transform: `groups` butterflies of `radix` points for each of `stride` interleaved sub-transforms. */
export interface FftStage {
  readonly radix: number;
  readonly groups: number;
  readonly stride: number;
  /** Where in `factors` the groups × (radix − 1) twiddles of this stage start, as complex pairs. */
  readonly twiddleOffset: number;
  /** Where in `factors` the cosines and sines of 2πj/radix start, as pairs; used by odd radices. */
  readonly rootOffset: number;
}

/** What a complex transform of one length needs to know; every backend runs the same stages in the same order. */
export interface FftPlan {
  readonly length: number;
  readonly stages: readonly FftStage[];
  readonly factors: Float32Array;
}

/**
 * Returns the plan of a complex transform of any length: radix 4, then 2, then the odd prime factors (Stockham's self-sorting
 * form). Factors come from f64 and are rounded once. The cost is O(n · Σ prime factors): a large prime length is slow
 * but right.
 */
export function planFft(length: number): FftPlan {
  if (!Number.isInteger(length) || length < 1)
    throw new ComputeError(
      "bad-parameter",
      `A Fourier transform needs a length of 1 or more, not ${length}.`,
    );
  const factors: number[] = [];
  const stages: FftStage[] = [];
  let remaining = length;
  for (const radix of radices(length)) {
    const groups = remaining / radix;
    const twiddleOffset = factors.length;
    for (let p = 0; p < groups; p++)
      for (let k = 1; k < radix; k++) factors.push(...unitRoot(-p * k, remaining));
    const rootOffset = factors.length;
    if (radix % 2 === 1) for (let j = 0; j < radix; j++) factors.push(...unitRoot(j, radix));
    stages.push({ radix, groups, stride: length / remaining, twiddleOffset, rootOffset });
    remaining = groups;
  }
  return { length, stages, factors: Float32Array.from(factors) };
}

function radices(length: number): number[] {
  const found: number[] = [];
  let rest = length;
  for (let radix = 4; rest > 1; radix = nextRadix(radix, rest)) {
    while (rest % radix === 0) {
      found.push(radix);
      rest /= radix;
    }
  }
  return found;
}

const nextRadix = (radix: number, rest: number): number => {
  if (radix === 4) return 2;
  if (radix === 2) return 3;
  return (radix + 2) ** 2 > rest ? rest : radix + 2;
};

const unitRoot = (numerator: number, denominator: number): [cos: number, sin: number] => {
  const angle = (2 * Math.PI * (numerator % denominator)) / denominator;
  return [Math.cos(angle), Math.sin(angle)];
};
