import { ComputeError, FormatError } from "../../core/errors";
import { type Axis, type Box, boxShape, isBoxWithin, type Shape3, voxelCount } from "../../core/volume/shape";
import type { ByteSource } from "../source/byte-source";
import { decodeVoxels, rowBytes, type VoxelEncoding, type VoxelValues } from "./voxel-encoding";

/** Voxels of a file: sections of rows of columns, one after the other, from `dataOffset` on. */
export interface Raster {
  readonly source: ByteSource;
  readonly dataOffset: number;
  /** [sections, rows, columns], as the file orders them. */
  readonly fileShape: Shape3;
  /** The volume's axes along which sections, rows and columns run. */
  readonly axes: readonly [section: Axis, row: Axis, column: Axis];
  readonly encoding: VoxelEncoding;
}

/** More along one axis is a damaged header: four letters of text read as a size lie far above it. */
export const MAX_SIDE = 2 ** 24;
/** No volume takes 16 TiB. */
export const MAX_BYTES = 2 ** 44;

/** Tells whether a header's number may be the length of an axis. */
export function isSide(size: number): boolean {
  return size >= 1 && size <= MAX_SIDE;
}

/** A range of the file that is read at once, and the rows of the box that it holds: first, and one beyond the last. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly firstRow: number;
  readonly endRow: number;
}

/** One read costs about as much as this many bytes more (1.5 ms per call, measured in Chromium), so gaps are read over. */
const GAP_BYTES = 64 * 1024;
/** Larger ranges are read in pieces, so that bytes on their way take little beside the result. */
const SPAN_BYTES = 8 * 2 ** 20;
/** How many ranges are on their way at once. */
const SPANS_AT_ONCE = 4;

/** Returns the volume's shape [nz, ny, nx] of a raster. */
export function rasterShape({ fileShape, axes }: Pick<Raster, "fileShape" | "axes">): Shape3 {
  const along = (axis: Axis) => fileShape[axes.indexOf(axis)];
  return [along("z"), along("y"), along("x")];
}

/** Returns how many bytes the voxels of a raster take. */
export function rasterBytes({ fileShape, encoding }: Pick<Raster, "fileShape" | "encoding">): number {
  const [sections, rows, columns] = fileShape;
  return sections * rows * rowBytes(encoding.dtype, columns);
}

/** The box with its axes in the order of the file. */
function fileBox({ axes }: Raster, box: Box): Box {
  const [section, row, column] = axes.map((axis) => [box[`${axis}0`], box[`${axis}1`]] as const);
  return { z0: section[0], z1: section[1], y0: row[0], y1: row[1], x0: column[0], x1: column[1] };
}

/** Returns the ranges to read for a box in the order of the file. Row k of a box is row k mod height of its section k / height. */
function planSpans({ dataOffset, fileShape, encoding }: Raster, box: Box): Span[] {
  const [, rows, columns] = fileShape;
  const stride = rowBytes(encoding.dtype, columns);
  // Rows of 4-bit voxels are read whole.
  const [x0, x1] = encoding.dtype === "uint4" ? [0, columns] : [box.x0, box.x1];
  const before = rowBytes(encoding.dtype, x0);
  const length = rowBytes(encoding.dtype, x1 - x0);
  const [depth, height] = boxShape(box);
  const spans: Span[] = [];
  let start = -1;
  let end = -1;
  let firstRow = 0;
  for (let k = 0; k < depth * height; k++) {
    const row = (box.z0 + Math.floor(k / height)) * rows + box.y0 + (k % height);
    const rowStart = dataOffset + row * stride + before;
    if (start >= 0 && (rowStart - end > GAP_BYTES || rowStart + length - start > SPAN_BYTES)) {
      spans.push({ start, end, firstRow, endRow: k });
      start = -1;
    }
    if (start < 0) {
      start = rowStart;
      firstRow = k;
    }
    end = rowStart + length;
  }
  spans.push({ start, end, firstRow, endRow: depth * height });
  return spans;
}

function checkBox(raster: Raster, box: Box): void {
  const shape = rasterShape(raster);
  const { z0, y0, x0, z1, y1, x1 } = box;
  if (isBoxWithin(box, shape) && [z0, y0, x0, z1, y1, x1].every(Number.isInteger)) return;
  const sentence = `The box ${z0},${y0},${x0} to ${z1},${y1},${x1} does not lie within the volume of ${shape.join(" × ")} (z, y, x).`;
  throw new ComputeError("bad-input", sentence, { box, shape });
}

/** The sentence about a file that ends before its voxels do. */
export function truncatedSentence(raster: Raster): string {
  const { source, dataOffset, fileShape, encoding } = raster;
  const expected = dataOffset + rasterBytes(raster);
  const voxels = `${fileShape.join(" × ")} ${encoding.dtype} voxels`;
  return `${source.name} is truncated: its header promises ${voxels}, ${expected} bytes in all, but the file has ${source.size} bytes.`;
}

/** How the box's voxels lie in the result: the steps between neighbours along the file's axes. */
function outputSteps({ axes }: Raster, box: Box): readonly [section: number, row: number, column: number] {
  const [, height, width] = boxShape(box);
  const steps: Record<Axis, number> = { z: height * width, y: width, x: 1 };
  return [steps[axes[0]], steps[axes[1]], steps[axes[2]]];
}

/**
 * Fills `out` with the voxels of a box, x fastest; the file's axes are put in order. Reads the rows that the box needs and
 * gaps of at most 64 KiB between them. Throws "truncated" before it reads anything if the file ends before the box does.
 */
export async function readRaster(raster: Raster, box: Box, out: Float32Array | Float64Array): Promise<void> {
  const { source, fileShape, encoding } = raster;
  const inFile = fileBox(raster, box);
  const spans = planSpans(raster, inFile);
  const [, height, width] = boxShape(inFile);
  const [sectionStep, rowStep, columnStep] = outputSteps(raster, box);
  const stride = rowBytes(encoding.dtype, fileShape[2]);
  const voxelsPerStride = encoding.dtype === "uint4" ? stride * 2 : fileShape[2];
  const skip = encoding.dtype === "uint4" ? inFile.x0 : 0;
  const rowInFile = (k: number) => Math.floor(k / height) * fileShape[1] + (k % height);

  function copyRows(values: VoxelValues, from: number, k: number, rows: number) {
    let to = Math.floor(k / height) * sectionStep + (k % height) * rowStep;
    const length = rows * width;
    if (columnStep === 1) return out.set(values.subarray(from, from + length), to);
    for (let i = 0; i < length; i++, to += columnStep) out[to] = values[from + i];
  }

  /** Whole rows of a section lie side by side in the file as in the result: they are copied together. */
  const areJoined = columnStep === 1 && rowStep === width && voxelsPerStride === width;

  async function readSpan({ start, end, firstRow, endRow }: Span) {
    const values = decodeVoxels(await source.read(start, end - start), encoding);
    for (let k = firstRow, rows = 1; k < endRow; k += rows) {
      rows = areJoined ? Math.min(endRow - k, height - (k % height)) : 1;
      copyRows(values, (rowInFile(k) - rowInFile(firstRow)) * voxelsPerStride + skip, k, rows);
    }
  }

  for (let i = 0; i < spans.length; i += SPANS_AT_ONCE)
    await Promise.all(spans.slice(i, i + SPANS_AT_ONCE).map(readSpan));
}

/** Throws unless a box lies within the volume and its bytes within the file, so that nothing is allocated for it in vain. */
export function checkReadable(raster: Raster, box: Box): number {
  checkBox(raster, box);
  const inFile = fileBox(raster, box);
  const [, rows, columns] = raster.fileShape;
  const stride = rowBytes(raster.encoding.dtype, columns);
  const lastRow = (inFile.z1 - 1) * rows + inFile.y1 - 1;
  const end = raster.dataOffset + lastRow * stride + rowBytes(raster.encoding.dtype, inFile.x1);
  if (end <= raster.source.size) return voxelCount(boxShape(box));
  const fields = { expected: raster.dataOffset + rasterBytes(raster), actual: raster.source.size };
  throw new FormatError("truncated", truncatedSentence(raster), fields);
}
