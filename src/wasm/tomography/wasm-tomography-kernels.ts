import { type TiltRays, tiltRays } from "../../core/tomography/tilt-rays";
import type { TomographyKernels, TomographySpec } from "../../core/tomography/tomography-kernels";
import type { WasmRuntime } from "../runtime";

/** Rows along y in a cell: wide ones share each weight with more rows, narrow ones are for few rows or a huge section. */
const WIDE_LANES = 16;
const NARROW_LANES = 4;
const WIDE_SECTION_BYTES = 128e6;
/** Rows pass through memory of this size on their way to and from cells. */
const STAGING_BYTES = 8e6;
/** A processor from 2015 does this many weighted sums in about 50 ms on one core. */
const SUMS_PER_CALL = 2e7;
/** Tilts or rows that one thread takes at a time: they share what it has in its cache. */
const LARGEST_GROUP = 4;
/** As in src/wasm/assembly/project.ts. */
const TILT_BYTES = 80;
/** Vectors may read this far beyond the last sample. */
const PADDING_BYTES = 64;

/**
 * Returns projection and back-projection in WebAssembly. The rows of a few y at a time are put side by side in the vectors of
 * an xz section, which alone lies in the module's memory, with its part of the images: 16 · nz · nx · 4 bytes (4 · where
 * that is above 128 MB) and as much for tilts · imageWidth. Results do not depend on the number of threads; they differ
 * from the reference by the rounding of f32 sums. Memory comes from `runtime`'s stack while a call runs.
 */
export function createWasmTomographyKernels(runtime: WasmRuntime, spec: TomographySpec): TomographyKernels {
  const { shape, imageWidth, tiltsDeg } = spec;
  const [nz, ny, nx] = shape;
  const tiltCount = tiltsDeg.length;
  const isWide = ny > NARROW_LANES && 4 * WIDE_LANES * (nz + 2) * (nx + 2) <= WIDE_SECTION_BYTES;
  const lanes = isWide ? WIDE_LANES : NARROW_LANES;
  const laneBytes = 4 * lanes;
  const sectionRow = (nx + 2) * laneBytes;
  const imageRow = (imageWidth + 2) * laneBytes;

  /** Takes the memory of a call, zero at the borders, for the time of `work`. */
  const withMemory = async <Result>(work: (memory: CallMemory) => Promise<Result>): Promise<Result> => {
    const start = runtime.mark();
    try {
      const cleared = (bytes: number) => {
        const pointer = runtime.alloc(bytes, 64);
        runtime.u8(pointer, bytes).fill(0);
        return pointer;
      };
      const rowFloats = lanes * Math.max(nx, imageWidth);
      return await work({
        tilts: writeTilts(runtime, spec, laneBytes),
        section: cleared((nz + 2) * sectionRow) + sectionRow + laneBytes,
        images: cleared(tiltCount * imageRow) + laneBytes,
        staging: runtime.alloc(Math.max(STAGING_BYTES, 4 * rowFloats) + PADDING_BYTES),
      });
    } finally {
      runtime.release(start);
    }
  };

  /**
   * Calls `run` for pieces of `count` tilts or rows z that take a bounded number of weighted sums, each to be taken by the
   * threads in groups.
   */
  const inPieces = async (
    count: number,
    cellsEach: number,
    run: (first: number, end: number, group: number) => void,
    done: (end: number) => Promise<void>,
  ) => {
    const { threads } = runtime;
    const step = Math.max(threads, Math.floor((SUMS_PER_CALL * threads) / (cellsEach * lanes)));
    for (let first = 0; first < count; first += step) {
      const end = Math.min(count, first + step);
      run(first, end, Math.min(LARGEST_GROUP, Math.ceil((end - first) / threads)));
      await done(end);
    }
  };

  /** Copies the rows of `lanes` y from y0 on, of every section or image, into cells. */
  const load = (
    staging: number,
    values: Float32Array,
    count: number,
    length: number,
    y0: number,
    to: number,
  ) => {
    const rowCount = Math.min(lanes, ny - y0);
    const floats = rowCount * length;
    forEachStaged(count, floats, (first, items) => {
      const room = runtime.f32(staging, items * floats);
      for (let i = 0; i < items; i++) {
        const from = ((first + i) * ny + y0) * length;
        room.set(values.subarray(from, from + floats), i * floats);
      }
      const cells = to + first * (length + 2) * laneBytes;
      runtime.parallel("rowsToCells", items, staging, rowCount, length, cells, laneBytes);
    });
  };

  /** The way back. */
  const store = (
    staging: number,
    from: number,
    count: number,
    length: number,
    y0: number,
    values: Float32Array,
  ) => {
    const rowCount = Math.min(lanes, ny - y0);
    const floats = rowCount * length;
    forEachStaged(count, floats, (first, items) => {
      const cells = from + first * (length + 2) * laneBytes;
      runtime.parallel("cellsToRows", items, cells, laneBytes, staging, rowCount, length);
      const room = runtime.f32(staging, items * floats);
      for (let i = 0; i < items; i++)
        values.set(room.subarray(i * floats, (i + 1) * floats), ((first + i) * ny + y0) * length);
    });
  };

  return {
    async project(volume, breathe) {
      const result = new Float32Array(tiltCount * ny * imageWidth);
      await withMemory(async ({ tilts, section, images, staging }) => {
        for (let y0 = 0; y0 < ny; y0 += lanes) {
          load(staging, volume, nz, nx, y0, section);
          const run = (first: number, end: number, group: number) =>
            runtime.parallel(
              "projectTilts",
              Math.ceil((end - first) / group),
              first,
              end,
              group,
              tilts,
              section,
              images,
              imageWidth,
              laneBytes,
            );
          await inPieces(tiltCount, nz * nx, run, (done) =>
            breathe(Math.min(1, (y0 + (lanes * done) / tiltCount) / ny)),
          );
          store(staging, images, tiltCount, imageWidth, y0, result);
        }
      });
      return result;
    },

    async backProject(values, breathe) {
      const result = new Float32Array(nz * ny * nx);
      await withMemory(async ({ tilts, section, images, staging }) => {
        for (let y0 = 0; y0 < ny; y0 += lanes) {
          load(staging, values, tiltCount, imageWidth, y0, images);
          const run = (first: number, end: number, group: number) =>
            runtime.parallel(
              "backProjectRows",
              Math.ceil((end - first) / group),
              first,
              end,
              group,
              tilts,
              tiltCount,
              images,
              imageWidth,
              section,
              nx,
              laneBytes,
            );
          await inPieces(nz, tiltCount * nx, run, (done) =>
            breathe(Math.min(1, (y0 + (lanes * done) / nz) / ny)),
          );
          store(staging, section, nz, nx, y0, result);
        }
      });
      return result;
    },

    dispose() {},
  };
}

/** Pointers; `section` and `images` name the first sample inside their borders. */
interface CallMemory {
  readonly tilts: number;
  readonly section: number;
  readonly images: number;
  readonly staging: number;
}

function forEachStaged(count: number, floats: number, visit: (first: number, items: number) => void): void {
  const step = Math.max(1, Math.floor(STAGING_BYTES / 4 / floats));
  for (let first = 0; first < count; first += step) visit(first, Math.min(step, count - first));
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
