import type { Backend } from "../backend";
import { lookUp, type RadialTable } from "./radial-table";

export interface ImageFilter {
  /** The square of the highest frequency that a table must reach, in cycles² per pixel². */
  readonly maxFrequencySquared: number;
  /**
   * Returns the image with each coefficient times the table's value at its squared frequency in cycles² per pixel², moved by
   * `shift` pixels (parts of a pixel by the phase of the coefficients).
   */
  apply(
    image: Float32Array,
    table: RadialTable,
    shift?: { readonly x: number; readonly y: number },
  ): Promise<Float32Array<ArrayBuffer>>;
  dispose(): void;
}

/**
 * Returns a filter for images of one size. Around them a margin of at least `margin` pixels leads from the mirror image of each
 * border to that of the opposite one, so that nothing wraps around and no border jumps. Costs two transforms per image.
 */
export async function createImageFilter(
  height: number,
  width: number,
  margin: number,
  backend: Pick<Backend, "createFourier3">,
): Promise<ImageFilter> {
  const [rows, columns] = [height, width].map((length) => smoothLength(length + Math.min(margin, length)));
  const fourier = await backend.createFourier3([1, rows, columns]);
  const fromRows = paddingOf(height, rows);
  const fromColumns = paddingOf(width, columns);
  const half = fourier.spectrumShape[2];
  const padded = new Float32Array(rows * columns);

  function pad(image: Float32Array): void {
    for (let y = 0; y < rows; y++) {
      const [a, b, down] = fromRows[y];
      for (let x = 0; x < columns; x++) {
        const [c, d, across] = fromColumns[x];
        const above = (1 - across) * image[a * width + c] + across * image[a * width + d];
        const below = (1 - across) * image[b * width + c] + across * image[b * width + d];
        padded[y * columns + x] = (1 - down) * above + down * below;
      }
    }
  }

  return {
    maxFrequencySquared: 0.5,
    async apply(image, table, shift = { x: 0, y: 0 }) {
      pad(image);
      const spectrum = await fourier.forward(padded);
      for (let y = 0, at = 0; y < rows; y++) {
        const fy = (2 * y <= rows ? y : y - rows) / rows;
        for (let x = 0; x < half; x++, at += 2) {
          const fx = x / columns;
          const factor = lookUp(table, fx * fx + fy * fy);
          const [re, im] = [spectrum[at], spectrum[at + 1]];
          if (shift.x === 0 && shift.y === 0) {
            spectrum[at] = re * factor;
            spectrum[at + 1] = im * factor;
            continue;
          }
          const phase = -2 * Math.PI * (fx * shift.x + fy * shift.y);
          const [cos, sin] = [factor * Math.cos(phase), factor * Math.sin(phase)];
          spectrum[at] = re * cos - im * sin;
          spectrum[at + 1] = re * sin + im * cos;
        }
      }
      const filtered = await fourier.inverse(spectrum);
      const cut = new Float32Array(height * width);
      for (let y = 0; y < height; y++)
        cut.set(filtered.subarray(y * columns, y * columns + width), y * width);
      return cut;
    },
    dispose: () => fourier.dispose(),
  };
}

/** Each padded index as (1 − share) of one index and `share` of another of the image. */
function paddingOf(length: number, padded: number): [first: number, second: number, share: number][] {
  const margin = padded - length;
  return Array.from({ length: padded }, (_, i) => {
    if (i < length) return [i, i, 0];
    const beyond = i - length;
    const share = 0.5 - 0.5 * Math.cos((Math.PI * (beyond + 1)) / (margin + 1));
    return [Math.max(0, length - 1 - beyond), Math.min(length - 1, padded - 1 - i), share];
  });
}

/** The least even length from `length` on without prime factors above 5, for which transforms are quick. */
function smoothLength(length: number): number {
  for (let candidate = length + (length % 2); ; candidate += 2) {
    let rest = candidate;
    for (const prime of [2, 3, 5]) while (rest % prime === 0) rest /= prime;
    if (rest === 1) return candidate;
  }
}
