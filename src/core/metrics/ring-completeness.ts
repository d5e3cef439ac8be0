/** Grey values of a section, row 0 first. */
export interface SectionImage {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** A circle in a section, in pixels. */
export interface Ring {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

const ANGLES = 180;
/** The lumen ends, and what is outside begins, at these shares of the wall's radius. */
const LUMEN_SHARE = 0.5;
const OUTSIDE_SHARE = 1.6;

/**
 * Returns the share of a circle that is brighter than the mean of the lumen within it, from 0 to 1: 1 for a tube's whole wall.
 * Behind a missing wedge the wall is lost where it lies across the beam. Values between pixels are interpolated, beyond the border
 * they are the border's.
 */
export function ringCompleteness(image: SectionImage, ring: Ring): number {
  const lumen = discMean(image, ring, LUMEN_SHARE * ring.radius);
  let brighter = 0;
  onCircle(image, ring, ring.radius, (value) => {
    if (value > lumen) brighter++;
  });
  return brighter / ANGLES;
}

/**
 * Returns the circle, of a radius within the limits, that is brightest against what lies within and around it: where a tube crosses a
 * section. Whole circles with their surroundings are looked for, in steps of a pixel and half a pixel of radius; null where the
 * section is too small for one. Costs 360 values for each.
 */
export function findRing(
  image: SectionImage,
  [least, most]: readonly [least: number, most: number],
): Ring | null {
  let best: Ring | null = null;
  let bestContrast = Number.NEGATIVE_INFINITY;
  for (let radius = least; radius <= most; radius += 0.5) {
    const margin = Math.ceil(radius);
    for (let y = margin; y < image.height - margin; y++)
      for (let x = margin; x < image.width - margin; x++) {
        const ring = { x, y, radius };
        const around =
          (circleMean(image, ring, OUTSIDE_SHARE * radius) + circleMean(image, ring, LUMEN_SHARE * radius)) /
          2;
        const contrast = circleMean(image, ring, radius) - around;
        if (contrast <= bestContrast) continue;
        bestContrast = contrast;
        best = ring;
      }
  }
  return best;
}

function circleMean(image: SectionImage, ring: Ring, radius: number): number {
  let sum = 0;
  onCircle(image, ring, radius, (value) => {
    sum += value;
  });
  return sum / ANGLES;
}

function onCircle(image: SectionImage, { x, y }: Ring, radius: number, visit: (value: number) => void): void {
  for (let i = 0; i < ANGLES; i++) {
    const angle = (2 * Math.PI * i) / ANGLES;
    visit(valueAt(image, x + radius * Math.cos(angle), y + radius * Math.sin(angle)));
  }
}

function discMean({ width, height, values }: SectionImage, { x, y }: Ring, radius: number): number {
  let [sum, count] = [0, 0];
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      if (Math.hypot(column - x, row - y) > radius) continue;
      sum += values[row * width + column];
      count++;
    }
  return sum / Math.max(1, count);
}

/** Returns the value at a place between pixels; beyond the border it is the border's. */
export function valueAt({ width, height, values }: SectionImage, x: number, y: number): number {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const at = (dx: number, dy: number) =>
    values[
      Math.min(height - 1, Math.max(0, row + dy)) * width + Math.min(width - 1, Math.max(0, column + dx))
    ];
  const [u, v] = [x - column, y - row];
  return (1 - v) * ((1 - u) * at(0, 0) + u * at(1, 0)) + v * ((1 - u) * at(0, 1) + u * at(1, 1));
}
