import { type FftPlan, planFft } from "../../core/fourier/fft-plan";
import type { RealFft3 } from "../../core/fourier/real-fft3";
import type { Shape3 } from "../../core/volume/shape";
import type { WasmRuntime } from "../runtime";

/** Batches of rows that one item of a job takes, so that there are at most about this many items. */
const ROW_ITEMS = 64;
const ROWS_PER_BATCH = 8;

/** Transforms of real volumes of one shape in WebAssembly; src/wasm/assembly/fft.ts says how a spectrum lies in memory. */
export interface WasmFft {
  /** The same transforms on arrays of JavaScript, working at `spectrum` and `real`. */
  onArrays(real: number, spectrum: number): Pick<RealFft3, "forward" | "inverse">;
  allocateSpectrum(): number;
  /** Copies a mask on the half spectrum to bytes, rows as long as a spectrum's: 0, 1, or 2 where k also stands for −k. */
  allocateWeights(sampled: Uint8Array): number;
  /** Along x and y: what remains is z, which `project` and `energy` do on the way. */
  forwardXy(real: number, spectrum: number): void;
  forwardZ(spectrum: number): void;
  /** Completes the transform along z, replaces the coefficients with weight, and goes back along z. */
  projectZ(spectrum: number, measured: number, weights: number): void;
  /** Completes the transform along z and returns Σ weight · |spectrum − measured|²; `spectrum` stays as it was. */
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
  const batchesPerItem = Math.ceil(rows / ROWS_PER_BATCH / ROW_ITEMS);
  const rowItems = Math.ceil(rows / ROWS_PER_BATCH / batchesPerItem);
  const plans = { x: writePlan(runtime, nx), y: writePlan(runtime, ny), z: writePlan(runtime, nz) };
  const scratchBytes = 96 * Math.max(nx, ny, nz) + 512;
  const scratch = [runtime.alloc(scratchBytes * Math.max(rowItems, nz, ny)), scratchBytes];
  const partials = runtime.alloc(8 * ny);

  const columns = {
    y: (spectrum: number, inverse: number) =>
      runtime.parallel(
        "fftColumns",
        nz,
        plans.y,
        spectrum,
        ny * rowBytes,
        rowBytes,
        rowFloats,
        inverse,
        ...scratch,
      ),
    z: (spectrum: number, inverse: number) =>
      runtime.parallel(
        "fftColumns",
        ny,
        plans.z,
        spectrum,
        rowBytes,
        ny * rowBytes,
        rowFloats,
        inverse,
        ...scratch,
      ),
  };

  const fft: WasmFft = {
    allocateSpectrum: () => runtime.alloc(rows * rowBytes),
    allocateWeights(sampled) {
      const pointer = runtime.alloc(rows * rowFloats);
      const weights = runtime.u8(pointer, rows * rowFloats).fill(0);
      for (let row = 0; row < rows; row++)
        for (let k = 0; k < half; k++)
          weights[row * rowFloats + k] = sampled[row * half + k] * (k === 0 || 2 * k === nx ? 1 : 2);
      return pointer;
    },
    forwardXy(real, spectrum) {
      const size = [rows, rowFloats, batchesPerItem];
      runtime.parallel("fftRows", rowItems, plans.x, real, spectrum, ...size, ...scratch);
      columns.y(spectrum, 0);
    },
    forwardZ: (spectrum) => columns.z(spectrum, 0),
    projectZ(spectrum, measured, weights) {
      runtime.parallel("projectColumns", ny, plans.z, spectrum, measured, weights, ny, rowFloats, ...scratch);
    },
    energyZ(spectrum, measured, weights) {
      const size = [ny, rowFloats];
      runtime.parallel(
        "energyColumns",
        ny,
        plans.z,
        spectrum,
        measured,
        weights,
        ...size,
        ...scratch,
        partials,
      );
      return runtime.f64(partials, ny).reduce((sum, part) => sum + part, 0);
    },
    inverseXy(spectrum, real) {
      columns.y(spectrum, 1);
      const size = [rows, rowFloats, batchesPerItem];
      const scale = 1 / (rows * nx);
      runtime.parallel("inverseFftRows", rowItems, plans.x, spectrum, real, ...size, ...scratch, scale);
    },
    onArrays(real, spectrum) {
      const inMemory = runtime.f32(spectrum, (rows * rowBytes) / 4);
      const eachCoefficient = (visit: (at: number, inArray: number) => void) => {
        for (let row = 0; row < rows; row++)
          for (let k = 0; k < half; k++) visit(2 * row * rowFloats + k, 2 * (row * half + k));
      };
      return {
        forward(values, coefficients) {
          runtime.f32(real, rows * nx).set(values);
          fft.forwardXy(real, spectrum);
          fft.forwardZ(spectrum);
          eachCoefficient((at, inArray) => {
            coefficients[inArray] = inMemory[at];
            coefficients[inArray + 1] = inMemory[at + rowFloats];
          });
        },
        inverse(coefficients, values) {
          eachCoefficient((at, inArray) => {
            inMemory[at] = coefficients[inArray];
            inMemory[at + rowFloats] = coefficients[inArray + 1];
          });
          columns.z(spectrum, 1);
          fft.inverseXy(spectrum, real);
          values.set(runtime.f32(real, rows * nx));
        },
      };
    },
  };
  return fft;
}

/** Writes a plan as `FftPlan` of src/wasm/assembly/fft.ts and returns its pointer. */
function writePlan(runtime: WasmRuntime, length: number): number {
  const plan: FftPlan = planFft(length);
  const factors = runtime.alloc(4 * Math.max(1, plan.factors.length));
  runtime.f32(factors, plan.factors.length).set(plan.factors);
  const fields = [length, plan.stages.length, factors];
  for (const { radix, groups, stride, twiddleOffset, rootOffset } of plan.stages)
    fields.push(radix, groups, stride, twiddleOffset, rootOffset);
  const pointer = runtime.alloc(4 * fields.length);
  runtime.i32(pointer, fields.length).set(fields);
  return pointer;
}
