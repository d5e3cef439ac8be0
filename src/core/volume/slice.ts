import { ComputeError } from "../errors";
import type { Axis, Box, Shape3 } from "./shape";
import { wholeBox } from "./shape";

/** The thickest slab that is averaged, in slices. */
const MAX_SLAB = 51;

/** How large the slices across an axis are, and how many there are. Columns and rows: z: x, y · y: x, z · x: y, z. */
export function sliceLayout(
  axis: Axis,
  [nz, ny, nx]: Shape3,
): { width: number; height: number; count: number } {
  if (axis === "z") return { width: nx, height: ny, count: nz };
  if (axis === "y") return { width: nx, height: nz, count: ny };
  return { width: ny, height: nz, count: nx };
}

/**
 * Returns the voxels that a slab of `slab` slices about slice `index` takes: fewer slices at the faces. An even slab has its
 * extra slice below the index. Throws "bad-parameter" for an index outside the volume or a slab that is not 1…MAX_SLAB.
 */
export function slabBox(axis: Axis, shape: Shape3, index: number, slab: number): Box {
  const { count } = sliceLayout(axis, shape);
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    const sentence = `Slice ${index} across ${axis} does not exist: there are ${count}, from 0.`;
    throw new ComputeError("bad-parameter", sentence, { name: "index", value: index });
  }
  if (!Number.isInteger(slab) || slab < 1 || slab > MAX_SLAB) {
    const sentence = `The slab must be a whole number from 1 to ${MAX_SLAB} slices, not ${slab}.`;
    throw new ComputeError("bad-parameter", sentence, { name: "slab", value: slab });
  }
  const first = index - Math.floor(slab / 2);
  const from = Math.max(0, first);
  const to = Math.min(count, first + slab);
  return { ...wholeBox(shape), [`${axis}0`]: from, [`${axis}1`]: to };
}

/**
 * Adds one section's share to the image of a slab: `section` holds the rows and columns of the slab's box in section `row` of
 * the box. Once every section was added, the image is divided by the number of slices.
 */
export function addSectionToSlice(
  image: Float32Array,
  axis: Axis,
  section: Float32Array,
  [rows, columns]: readonly [rows: number, columns: number],
  row: number,
): void {
  if (axis === "z") {
    for (let i = 0; i < section.length; i++) image[i] += section[i];
  } else if (axis === "y") {
    const base = row * columns;
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) image[base + x] += section[y * columns + x];
  } else {
    const base = row * rows;
    for (let y = 0; y < rows; y++) {
      let sum = 0;
      for (let x = 0; x < columns; x++) sum += section[y * columns + x];
      image[base + y] += sum;
    }
  }
}
