import { type TiltRays, tiltRays } from "../../core/tomography/tilt-rays";
import type { TomographyKernels, TomographySpec } from "../../core/tomography/tomography-kernels";
import type { WasmRuntime } from "../runtime";
import { filterImagesInWasm } from "./filter-images";

/** Rows along y in a cell: wide ones share each weight with more rows, narrow ones are for few rows or a huge section. */
const WIDE_LANES = 16;
const NARROW_LANES = 4;
const WIDE_SECTION_BYTES = 128e6;
/** Rows pass through memory of this size on their way to and from cells. */
const STAGING_BYTES = 8e6;
/** A processor from 2015 does this many weighted sums of cells in less than 50 ms on one core. */
const CELLS_PER_CALL = 1.25e6;
/** Tilts or rows that one thread takes at a time: they share what it has in its cache. */
const LARGEST_GROUP = 4;
/** As in src/wasm/assembly/project.ts. */
const TILT_BYTES = 80;
/** Vectors may read this far beyond the last sample. */
const PADDING_BYTES = 64;

/** Sections of the volume, or images: `count` of [ny, length]. */
interface Stack {
  readonly count: number;
  readonly length: number;
}

/**
 * Returns projection and back-projection in WebAssembly. The rows of a few y at a time are put side by side in the vectors of
 * an xz section, which alone lies in the module's memory, with its part of the images: 16 · nz · nx · 4 bytes (4 · where
 * that is above 128 MB) and as much for tilts · imageWidth. Results do not depend on the number of threads; they differ
 * from the reference by the rounding of f32 sums. Memory comes from `runtime`'s stack while a call runs.
 */
export function createWasmTomographyKernels(runtime: WasmRuntime, spec: TomographySpec): TomographyKernels {
  const { shape, imageWidth, tiltsDeg } = spec;
  const [nz, ny, nx] = shape;
  const sections: Stack = { count: nz, length: nx };
  const images: Stack = { count: tiltsDeg.length, length: imageWidth };
  const isWide = ny > NARROW_LANES && 4 * WIDE_LANES * (nz + 2) * (nx + 2) <= WIDE_SECTION_BYTES;
  const lanes = isWide ? WIDE_LANES : NARROW_LANES;
  const laneBytes = 4 * lanes;

  /** Returns the pointer of cell (0, 0) of a stack inside its border of zeros. */
  const allocateCells = ({ count, length }: Stack): number => {
    const rowBytes = (length + 2) * laneBytes;
    const bytes = (count + 2) * rowBytes;
    const pointer = runtime.alloc(bytes, 64);
    runtime.u8(pointer, bytes).fill(0);
    return pointer + rowBytes + laneBytes;
  };

  /**
   * Carries rows y0 to y0 + lanes of a stack, as many of its members at a time as fit into the staging memory, from `values` to
   * cells or back.
   */
  const carry = async (
    direction: "rowsToCells" | "cellsToRows",
    { count, length }: Stack,
    values: Float32Array,
    y0: number,
    cells: number,
    staging: number,
    breathe: () => Promise<void>,
  ) => {
    const rowCount = Math.min(lanes, ny - y0);
    const floats = rowCount * length;
    const step = Math.max(1, Math.floor(STAGING_BYTES / 4 / floats));
    for (let first = 0; first < count; first += step) {
      const members = Math.min(step, count - first);
      const room = runtime.f32(staging, members * floats);
      const to = cells + first * (length + 2) * laneBytes;
      const start = (i: number) => ((first + i) * ny + y0) * length;
      if (direction === "rowsToCells")
        for (let i = 0; i < members; i++) room.set(values.subarray(start(i), start(i) + floats), i * floats);
      runtime.parallel(direction, members, staging, rowCount, length, to, laneBytes);
      if (direction === "cellsToRows")
        for (let i = 0; i < members; i++) values.set(room.subarray(i * floats, (i + 1) * floats), start(i));
      await breathe();
    }
  };

  /** Takes a stack through a kernel whose items are groups of members of the other. */
  const transform = async (
    kernel: "projectTilts" | "backProjectRows",
    values: Float32Array,
    input: Stack,
    output: Stack,
    breathe: (fraction: number) => Promise<void>,
  ): Promise<Float32Array<ArrayBuffer>> => {
    const result = new Float32Array(output.count * ny * output.length);
    const { threads } = runtime;
    const cellsEach = (nz * nx * images.count) / output.count;
    const step = Math.max(threads, Math.floor((CELLS_PER_CALL * threads) / cellsEach));
    const start = runtime.mark();
    try {
      const tilts = writeTilts(runtime, spec, laneBytes);
      const [section, image] = [allocateCells(sections), allocateCells(images)];
      const [from, to] = input === sections ? [section, image] : [image, section];
      const stagingBytes = Math.max(STAGING_BYTES, laneBytes * Math.max(nx, imageWidth));
      const staging = runtime.alloc(stagingBytes + PADDING_BYTES);
      const shared = [tilts, images.count, section, nx, image, imageWidth, laneBytes];
      for (let y0 = 0; y0 < ny; y0 += lanes) {
        const share = (done: number) => Math.min(1, (y0 + (lanes * done) / output.count) / ny);
        await carry("rowsToCells", input, values, y0, from, staging, () => breathe(share(0)));
        for (let first = 0; first < output.count; first += step) {
          const end = Math.min(output.count, first + step);
          const group = Math.min(LARGEST_GROUP, Math.ceil((end - first) / threads));
          runtime.parallel(kernel, Math.ceil((end - first) / group), first, end, group, ...shared);
          await breathe(share(end));
        }
        await carry("cellsToRows", output, result, y0, to, staging, () => breathe(share(output.count)));
      }
    } finally {
      runtime.release(start);
    }
    return result;
  };

  return {
    project: (volume, breathe) => transform("projectTilts", volume, sections, images, breathe),
    backProject: (values, breathe) => transform("backProjectRows", values, images, sections, breathe),
    filterImages: (values, factors, breathe) => filterImagesInWasm(runtime, spec, values, factors, breathe),
    dispose() {},
  };
}

/** Writes the tilts as `Tilt` of src/wasm/assembly/project.ts and returns their pointer. */
function writeTilts(runtime: WasmRuntime, spec: TomographySpec, laneBytes: number): number {
  const pointer = runtime.alloc(TILT_BYTES * Math.max(1, spec.tiltsDeg.length));
  const [layerZ, stepX] = [(spec.shape[2] + 2) * laneBytes, laneBytes];
  spec.tiltsDeg.forEach((_, tilt) => {
    const rays: TiltRays = tiltRays(spec, tilt);
    const { alongZ, layers, across, pixelCentre, layerCentre, acrossCentre, layerCos, acrossCos } = rays;
    const at = pointer + TILT_BYTES * tilt;
    const [perX, perZ] = alongZ ? [acrossCos, layerCos] : [layerCos, acrossCos];
    const atPerLayer = -layerCos / acrossCos;
    runtime
      .f64(at, 7)
      .set([
        acrossCentre - pixelCentre / acrossCos - layerCentre * atPerLayer,
        1 / acrossCos,
        atPerLayer,
        rays.length,
        pixelCentre - acrossCentre * acrossCos - layerCentre * layerCos,
        perX,
        perZ,
      ]);
    const steps = alongZ ? [layerZ, stepX] : [stepX, layerZ];
    runtime.i32(at + 56, 5).set([alongZ ? 1 : 0, layers, across, ...steps]);
  });
  return pointer;
}
