import { periodicPlusSmooth } from "../../core/fourier/periodic-plus-smooth";
import type { MwrKernelSpec } from "../../core/restore/mwr-kernels";
import { createProjection } from "../../core/restore/projection";
import { voxelCount } from "../../core/volume/shape";
import { createWasmFft } from "../fourier/wasm-fft";
import type { WasmRuntime } from "../runtime";

/** What a transform does for the chain, on volumes in the runtime's memory; see core's Projection. */
export interface WasmProjection {
  project(z: number): Promise<void>;
  meanSquare(z: number): number;
}

/**
 * Returns the twin of core's projection, with its arrays allocated from `runtime`: transforms of Fourier in WebAssembly; those of
 * cosines, which compare but do not restore better, are core's own.
 */
export function createWasmProjection(
  runtime: WasmRuntime,
  spec: MwrKernelSpec,
  allocate: () => number,
): WasmProjection {
  return spec.transform === "dct"
    ? hostProjection(runtime, spec)
    : fourierProjection(runtime, spec, allocate);
}

function hostProjection(runtime: WasmRuntime, spec: MwrKernelSpec): WasmProjection {
  const projection = createProjection(spec);
  const view = (z: number) => runtime.f32(z, voxelCount(spec.shape));
  return {
    project: (z) => projection.project(view(z), spec.breathe),
    meanSquare: (z) => projection.meanSquare(view(z)),
  };
}

function fourierProjection(
  runtime: WasmRuntime,
  { shape, sampled, measured: values, transform, breathe }: MwrKernelSpec,
  allocate: () => number,
): WasmProjection {
  const voxels = voxelCount(shape);
  const fft = createWasmFft(runtime, shape);
  const weights = fft.allocateWeights(sampled);
  const measured = fft.allocateSpectrum();
  const spectrum = fft.allocateSpectrum();

  const setup = runtime.mark();
  const volume = allocate();
  const onArrays = fft.onArrays(volume, shape[0] * shape[1], spectrum);
  const projected = transform === "pp-fft" ? periodicPlusSmooth(values, shape, onArrays).periodic : values;
  runtime.f32(volume, voxels).set(projected);
  fft.forwardXy(volume, measured);
  fft.forwardZ(measured);
  runtime.release(setup);

  return {
    async project(z) {
      fft.forwardXy(z, spectrum);
      await breathe();
      fft.projectZ(spectrum, measured, weights);
      await breathe();
      fft.inverseXy(spectrum, z);
    },
    meanSquare(z) {
      fft.forwardXy(z, spectrum);
      return fft.energyZ(spectrum, measured, weights) / voxels ** 2;
    },
  };
}
