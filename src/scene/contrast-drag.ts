/** Grey values of black and white. */
export interface Contrast {
  readonly low: number;
  readonly high: number;
  readonly invert: boolean;
}

const WIDTH_PER_PIXEL = 0.006;
const LEVEL_PER_PIXEL = 1 / 300;

/**
 * Returns the window after a drag by (dx, dy) CSS pixels: to the right widens it, upwards makes the picture brighter.
 */
export function dragContrast(start: Contrast, dx: number, dy: number): { low: number; high: number } {
  const width = Math.abs(start.high - start.low);
  const brighter = start.invert ? -1 : 1;
  const level = (start.high + start.low) / 2 + brighter * dy * LEVEL_PER_PIXEL * width;
  const half = (width * Math.exp(dx * WIDTH_PER_PIXEL)) / 2;
  return { low: level - half, high: level + half };
}
