import { createFftWorkspace, fftLine } from "../fourier/fft-line";
import { planFft } from "../fourier/fft-plan";

/** Returns the length to which rows are padded with zeros when they are filtered: a power of two, at least twice theirs. */
export function filterLength(width: number): number {
  return 2 ** Math.ceil(Math.log2(2 * width));
}

/** Multiplies the transforms of rows by real factors, symmetric and as many as `filterLength`; in place. */
export type RowFilter = (rows: Float32Array, factors: Float32Array) => void;

/**
 * Returns the reference of filtering rows of `width` values. Rows are transformed two by two, from the first on, as real and
 * imaginary part: the values depend on the pair's alone. Costs two transforms of `filterLength` for two rows.
 */
export function createReferenceRowFilter(width: number): RowFilter {
  const length = filterLength(width);
  const plan = planFft(length);
  const work = createFftWorkspace(plan);
  const [re, im] = [new Float32Array(length), new Float32Array(length)];
  return (rows, factors) => {
    for (let start = 0; start < rows.length; start += 2 * width) {
      const middle = start + width;
      const isPair = middle < rows.length;
      re.fill(0, width);
      im.fill(0, isPair ? width : 0);
      re.set(rows.subarray(start, middle));
      if (isPair) im.set(rows.subarray(middle, middle + width));
      fftLine(plan, re, im, work);
      for (let k = 0; k < length; k++) {
        const factor = factors[k] / length; // exact: a power of two
        re[k] *= factor;
        im[k] *= factor;
      }
      fftLine(plan, im, re, work);
      rows.set(re.subarray(0, width), start);
      if (isPair) rows.set(im.subarray(0, width), middle);
    }
  };
}
