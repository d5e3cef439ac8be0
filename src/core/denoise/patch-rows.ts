import type { Section } from "./sections";

/** The groups of similar patches of a row of reference patches. */
export interface PatchRow {
  /** Where the patches of reference r start, as indices of pixels, from r · maxGroup on: the reference itself first. */
  readonly starts: Int32Array;
  /** How many patches each reference found, itself included. */
  readonly counts: Int32Array;
}

export interface PatchSearch {
  readonly side: number;
  /** Candidates lie within this many pixels of the reference along each axis. */
  readonly radius: number;
  readonly maxGroup: number;
  /** The largest sum of squared differences at which patches count as similar. */
  readonly largestDistance: number;
}

/**
 * Returns what finds the patches of `section` that resemble the reference patches at (y, x) for x in `columns`, nearest first.
 * Shift by shift, the columns of squared differences are summed once for all references that they belong to. The row
 * returned is overwritten by the next call.
 */
export function createPatchRowSearch(section: Section, columns: Int32Array, search: PatchSearch) {
  const { pixels, ny, nx } = section;
  const { side, radius, maxGroup, largestDistance } = search;
  const starts = new Int32Array(columns.length * maxGroup);
  const distances = new Float64Array(starts.length);
  const counts = new Int32Array(columns.length);
  const sums = new Float64Array(nx);

  const insert = (reference: number, start: number, distance: number): void => {
    const first = reference * maxGroup;
    const full = counts[reference] === maxGroup;
    if (full && distance >= distances[first + maxGroup - 1]) return;
    let slot = first + (full ? maxGroup - 1 : counts[reference]++);
    for (; slot > first + 1 && distances[slot - 1] > distance; slot--) {
      distances[slot] = distances[slot - 1];
      starts[slot] = starts[slot - 1];
    }
    distances[slot] = distance;
    starts[slot] = start;
  };

  /** Squared differences between the rows of the references and the same shifted, summed along y. */
  const sumColumns = (y: number, shiftY: number, shiftX: number, from: number, to: number): void => {
    sums.fill(0, from, to);
    for (let row = y * nx; row < (y + side) * nx; row += nx) {
      const shift = shiftY * nx + shiftX;
      for (let x = from; x < to; x++) {
        const difference = pixels[row + x] - pixels[row + shift + x];
        sums[x] += difference * difference;
      }
    }
  };

  return (y: number): PatchRow => {
    counts.fill(1);
    columns.forEach((x, reference) => {
      starts[reference * maxGroup] = y * nx + x;
    });
    for (let shiftY = Math.max(-radius, -y); shiftY <= Math.min(radius, ny - side - y); shiftY++)
      for (let shiftX = Math.max(-radius, side - nx); shiftX <= Math.min(radius, nx - side); shiftX++) {
        if (shiftY === 0 && shiftX === 0) continue;
        const from = Math.max(0, -shiftX);
        const to = Math.min(nx, nx - shiftX);
        sumColumns(y, shiftY, shiftX, from, to);
        for (let reference = 0; reference < columns.length; reference++) {
          const x = columns[reference];
          if (x < from || x + side > to) continue;
          let distance = 0;
          for (let i = x; i < x + side; i++) distance += sums[i];
          if (distance <= largestDistance) insert(reference, (y + shiftY) * nx + x + shiftX, distance);
        }
      }
    return { starts, counts };
  };
}
