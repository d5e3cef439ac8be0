import type { Fourier3 } from "../../core/fourier/fourier3";
import { halfSpectrumShape } from "../../core/fourier/real-fft3";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import type { WasmRuntime } from "../runtime";
import { createWasmFft } from "./wasm-fft";

/** Rows of a volume pass through memory of about this size on their way to and from the spectrum. */
const STAGING_BYTES = 16e6;
/** Vectors may read this far beyond the last voxel. */
const PADDING_BYTES = 64;

/**
 * Returns Fourier transforms of real volumes of any shape in WebAssembly, with the operations and roundings of the reference.
 * The module's memory holds one spectrum, from `runtime`'s stack until `dispose`. Throws ComputeError "out-of-memory"
 * where it does not fit.
 */
export function createWasmFourier3(runtime: WasmRuntime, shape: Shape3): Fourier3 {
  const [nz, ny, nx] = shape;
  const start = runtime.mark();
  const fft = createWasmFft(runtime, shape);
  const realRows = Math.min(nz * ny, Math.ceil(STAGING_BYTES / (32 * nx)) * 8);
  const real = runtime.alloc(4 * realRows * nx + PADDING_BYTES);
  const { forward, inverse } = fft.onArrays(real, realRows, fft.allocateSpectrum());
  const spectrumShape = halfSpectrumShape(shape);
  return {
    shape,
    spectrumShape,
    async forward(values) {
      const spectrum = new Float32Array(2 * voxelCount(spectrumShape));
      forward(values, spectrum);
      return spectrum;
    },
    async inverse(spectrum) {
      const values = new Float32Array(voxelCount(shape));
      inverse(spectrum, values);
      return values;
    },
    dispose: () => runtime.release(start),
  };
}
