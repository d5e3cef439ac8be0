import { periodicSpectrum } from "../../core/fourier/periodic-plus-smooth";
import type { MwrKernelSpec } from "../../core/restore/mwr-kernels";
import { voxelCount } from "../../core/volume/shape";
import { BufferSet } from "../buffer-set";
import type { GpuDevice } from "../device";
import { createDepthKernel, createGpuFourier3 } from "../fourier/gpu-fourier3";
import { createWebGpuFourier3 } from "../fourier/webgpu-fourier3";
import type { KernelRun } from "../paced-queue";
import { writeFloats } from "../write-floats";
import { oncePerBuffers } from "./once-per-buffers";
import type { EnergyShares } from "./voxel-kernels";

/** What the Fourier transform does for the chain, on volumes in buffers. */
export interface GpuProjection {
  /** Replaces the sampled coefficients of z by the measured ones: five passes over memory. */
  project(z: GPUBuffer): readonly KernelRun[];
  /** Leaves the energy "l2" of z in `meanSquare`: three passes. */
  score(z: GPUBuffer): readonly KernelRun[];
  readonly meanSquare: EnergyShares;
  dispose(): void;
}

/** Returns the projection for "fft" and "pp-fft". Throws ComputeError "out-of-memory" where its two spectra have no room. */
export async function createGpuProjection(gpu: GpuDevice, spec: MwrKernelSpec): Promise<GpuProjection> {
  const { device } = gpu;
  const { shape } = spec;
  const [fourier, projectKernel, energyKernel] = await Promise.all([
    createGpuFourier3(device, shape),
    createDepthKernel(device, shape, "project"),
    createDepthKernel(device, shape, "energy"),
  ]);
  const measuredSpectrum = await transformMeasured(gpu, spec);
  const held = new BufferSet(device);
  const bytes = [
    fourier.spectrumBytes,
    fourier.spectrumBytes,
    fourier.spectrumBytes / 2,
    4 * energyKernel.groups,
  ];
  const [spectrum, measured, sampled, shares] = await held.take(bytes.map((size) => Math.max(16, size)));
  writeFloats(device, measured, measuredSpectrum);
  writeFloats(device, sampled, Float32Array.from(spec.sampled));
  return {
    project: oncePerBuffers((z) => [
      ...fourier.forwardXy(z, spectrum),
      projectKernel.run([spectrum, measured, sampled]),
      ...fourier.inverseXy(spectrum, z),
    ]),
    score: oncePerBuffers((z) => [
      ...fourier.forwardXy(z, spectrum),
      energyKernel.run([spectrum, measured, sampled, shares]),
    ]),
    meanSquare: { shares, count: energyKernel.groups, scale: 1 / voxelCount(shape) ** 2 },
    dispose() {
      for (const kernel of [fourier, projectKernel, energyKernel]) kernel.dispose();
      held.free();
    },
  };
}

/** The half spectrum of the measured volume, or of its periodic part. */
async function transformMeasured(
  gpu: GpuDevice,
  { shape, measured, transform }: MwrKernelSpec,
): Promise<Float32Array> {
  const fourier = await createWebGpuFourier3(gpu, shape);
  try {
    return transform === "pp-fft"
      ? await periodicSpectrum(measured, fourier)
      : await fourier.forward(measured);
  } finally {
    fourier.dispose();
  }
}
