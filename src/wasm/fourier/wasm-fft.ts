import type { RealFft3 } from "../../core/fourier/real-fft3";
import type { Shape3 } from "../../core/volume/shape";
import type { WasmRuntime } from "../runtime";
import { writePlan } from "./write-plan";

/** A job has at most about this many items, each with lines of its own to work in. */
const MOST_ITEMS = 64;
/** Rows that fftRows takes at a time. */
const ROWS_PER_BATCH = 8;

/** Transforms of real volumes of one shape in WebAssembly; src/wasm/assembly/fft.ts says how a spectrum lies in memory. */
export interface WasmFft {
  /**
   * The same transforms on arrays of JavaScript. They work at `spectrum` and pass through `real`, which has room for
   * `realRows` rows: a multiple of 8, or all nz · ny of them.
   */
  onArrays(real: number, realRows: number, spectrum: number): Pick<RealFft3, "forward" | "inverse">;
  allocateSpectrum(): number;
  /** Copies weights from 0 to 1 on the half spectrum to f32 in rows as long as a spectrum's. */
  allocateWeights(sampled: ArrayLike<number>): number;
  /** Along x and y: what remains is z, which `project` and `energy` do on the way. */
  forwardXy(real: number, spectrum: number): void;
  forwardZ(spectrum: number): void;
  inverseZ(spectrum: number): void;
  /** Completes the transform along z, replaces each coefficient by its weight, and goes back along z. */
  projectZ(spectrum: number, measured: number, weights: number): void;
  /** Completes the transform along z and returns Σ |weight · (spectrum − measured)|² over the whole spectrum; `spectrum` stays as it was. */
  energyZ(spectrum: number, measured: number, weights: number): number;
  /** Back along y and x, divided by the number of voxels. */
  inverseXy(spectrum: number, real: number): void;
}

/** Returns transforms for volumes of `shape`; what they need is allocated from `runtime` and lives as long as its stack. */
export function createWasmFft(runtime: WasmRuntime, shape: Shape3): WasmFft {
  const [nz, ny, nx] = shape;
  const half = Math.floor(nx / 2) + 1;
  const rowFloats = Math.ceil(half / 4) * 4;
  const rowBytes = 8 * rowFloats;
  const rows = nz * ny;
  const plans = { x: writePlan(runtime, nx), y: writePlan(runtime, ny), z: writePlan(runtime, nz) };
  const scratchBytes = 96 * Math.max(nx, ny, nz) + 512;
  const scratch = [runtime.alloc(scratchBytes * MOST_ITEMS), scratchBytes];
  const partials = runtime.alloc(8 * ny);
  const mirrored = runtime.alloc(4 * rowFloats);
  const isOwnMirror = (k: number) => k === 0 || 2 * k === nx;
  runtime
    .f32(mirrored, rowFloats)
    .set(Float32Array.from({ length: rowFloats }, (_, k) => (isOwnMirror(k) ? 1 : 2)));

  /** Calls `run` for at most MOST_ITEMS of `count` items at a time. */
  const inParts = (count: number, run: (first: number, items: number) => void) => {
    for (let first = 0; first < count; first += MOST_ITEMS) run(first, Math.min(MOST_ITEMS, count - first));
  };

  const rowItems = (count: number): readonly [items: number, batchesPerItem: number] => {
    const batches = Math.ceil(count / ROWS_PER_BATCH);
    const batchesPerItem = Math.ceil(batches / MOST_ITEMS);
    return [Math.ceil(batches / batchesPerItem), batchesPerItem];
  };
  const forwardX = (real: number, spectrum: number, count: number) => {
    const [items, batchesPerItem] = rowItems(count);
    const size = [count, rowFloats, batchesPerItem];
    runtime.parallel("fftRows", items, plans.x, real, spectrum, ...size, ...scratch);
  };
  const inverseX = (spectrum: number, real: number, count: number) => {
    const [items, batchesPerItem] = rowItems(count);
    const size = [count, rowFloats, batchesPerItem];
    const scale = 1 / (rows * nx);
    runtime.parallel("inverseFftRows", items, plans.x, spectrum, real, ...size, ...scratch, scale);
  };

  const columns = (
    plan: number,
    spectrum: number,
    count: number,
    [itemStep, step]: readonly [number, number],
    inverse: number,
  ) =>
    inParts(count, (first, items) => {
      const from = spectrum + first * itemStep;
      runtime.parallel("fftColumns", items, plan, from, itemStep, step, rowFloats, inverse, ...scratch);
    });
  // A transform of one sample changes nothing: images cost two axes.
  const alongY = (spectrum: number, inverse: number) => {
    if (ny > 1) columns(plans.y, spectrum, nz, [ny * rowBytes, rowBytes], inverse);
  };
  const alongZ = (spectrum: number, inverse: number) => {
    if (nz > 1) columns(plans.z, spectrum, ny, [rowBytes, ny * rowBytes], inverse);
  };

  return {
    allocateSpectrum: () => runtime.alloc(rows * rowBytes),
    allocateWeights(sampled) {
      const pointer = runtime.alloc((rows * rowBytes) / 2);
      const weights = runtime.f32(pointer, rows * rowFloats).fill(0);
      for (let row = 0; row < rows; row++)
        for (let k = 0; k < half; k++) weights[row * rowFloats + k] = sampled[row * half + k];
      return pointer;
    },
    forwardXy(real, spectrum) {
      forwardX(real, spectrum, rows);
      alongY(spectrum, 0);
    },
    forwardZ: (spectrum) => alongZ(spectrum, 0),
    inverseZ: (spectrum) => alongZ(spectrum, 1),
    projectZ(spectrum, measured, weights) {
      inParts(ny, (first, items) => {
        const at = [
          spectrum + first * rowBytes,
          measured + first * rowBytes,
          weights + (first * rowBytes) / 2,
        ];
        runtime.parallel("projectColumns", items, plans.z, ...at, ny, rowFloats, ...scratch);
      });
    },
    energyZ(spectrum, measured, weights) {
      inParts(ny, (first, items) => {
        const at = [
          spectrum + first * rowBytes,
          measured + first * rowBytes,
          weights + (first * rowBytes) / 2,
        ];
        const sums = partials + 8 * first;
        runtime.parallel("energyColumns", items, plans.z, ...at, mirrored, ny, rowFloats, ...scratch, sums);
      });
      return runtime.f64(partials, ny).reduce((sum, part) => sum + part, 0);
    },
    inverseXy(spectrum, real) {
      alongY(spectrum, 1);
      inverseX(spectrum, real, rows);
    },
    onArrays(real, realRows, spectrum) {
      const eachPart = (visit: (first: number, count: number) => void) => {
        for (let first = 0; first < rows; first += realRows) visit(first, Math.min(realRows, rows - first));
      };
      const inMemory = () => runtime.f32(spectrum, rows * 2 * rowFloats);
      return {
        forward(values, coefficients) {
          eachPart((first, count) => {
            runtime.f32(real, count * nx).set(values.subarray(first * nx, (first + count) * nx));
            forwardX(real, spectrum + first * rowBytes, count);
          });
          alongY(spectrum, 0);
          alongZ(spectrum, 0);
          const from = inMemory();
          for (let row = 0, to = 0; row < rows; row++) {
            const re = 2 * row * rowFloats;
            for (let k = re; k < re + half; k++, to += 2) {
              coefficients[to] = from[k];
              coefficients[to + 1] = from[k + rowFloats];
            }
          }
        },
        inverse(coefficients, values) {
          const to = inMemory();
          for (let row = 0, from = 0; row < rows; row++) {
            const re = 2 * row * rowFloats;
            for (let k = re; k < re + half; k++, from += 2) {
              to[k] = coefficients[from];
              to[k + rowFloats] = coefficients[from + 1];
            }
          }
          alongZ(spectrum, 1);
          alongY(spectrum, 1);
          eachPart((first, count) => {
            inverseX(spectrum + first * rowBytes, real, count);
            values.set(runtime.f32(real, count * nx), first * nx);
          });
        },
      };
    },
  };
}
