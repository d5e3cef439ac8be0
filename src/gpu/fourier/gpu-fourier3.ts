import { halfSpectrumShape } from "../../core/fourier/real-fft3";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import type { KernelRun } from "../paced-queue";
import { createLineKernel, type LineKernel, lineFits } from "./line-kernel";
import type { LineTiling } from "./line-plan";

/**
 * Fourier transforms of real volumes of one shape, on buffers: f32 voxels, and the half spectrum [nz, ny, nx/2 + 1] as pairs of
 * f32. Each axis reads and writes everything once; y and z in place.
 */
export interface GpuFourier3 {
  readonly shape: Shape3;
  readonly spectrumShape: Shape3;
  readonly spectrumBytes: number;
  /** Along x and y: what remains is z, which a kernel of `createDepthKernel` may do on the way. */
  forwardXy(real: GPUBuffer, spectrum: GPUBuffer): readonly KernelRun[];
  forwardZ(spectrum: GPUBuffer): readonly KernelRun[];
  inverseZ(spectrum: GPUBuffer): readonly KernelRun[];
  /** Back along y, which overwrites the spectrum, and x, divided by the number of voxels. */
  inverseXy(spectrum: GPUBuffer, real: GPUBuffer): readonly KernelRun[];
  dispose(): void;
}

/** What a kernel does with the coefficients once they are complete along z; `columns-code.ts` says more. */
export interface DepthKernel {
  /** Workgroups: as many partial sums does "energy" leave. */
  readonly groups: number;
  /** `buffers`: the spectrum, the measured one, how much of it was measured, and of "energy" the partial sums. */
  run(buffers: readonly GPUBuffer[]): KernelRun;
  dispose(): void;
}

/** Tells whether lines of this shape fit into a workgroup's memory, as sides of 1900 do everywhere, and volumes into buffers. */
export function gpuFourierFits(device: GPUDevice, shape: Shape3): boolean {
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const spectrumBytes = 8 * voxelCount(halfSpectrumShape(shape));
  const fits = spectrumBytes <= Math.min(maxBufferSize, maxStorageBufferBindingSize);
  return fits && shape.every((side) => lineFits(device, side));
}

/**
 * Compiles the transforms of a shape; a tiling is for tuning. Throws ComputeError "bad-input" where it does not fit (`gpuFourierFits`), and
 * "backend-failed" with what the compiler says.
 */
export async function createGpuFourier3(
  device: GPUDevice,
  shape: Shape3,
  tiling?: LineTiling,
): Promise<GpuFourier3> {
  const [nz, ny, nx] = shape;
  const spectrumShape = halfSpectrumShape(shape);
  const half = spectrumShape[2];
  const kernels = await Promise.all([
    createLineKernel(device, nx, "rows forward", tiling),
    createLineKernel(device, nx, "rows inverse", tiling),
    createLineKernel(device, ny, "transform", tiling),
    createLineKernel(device, nz, "transform", tiling),
  ]);
  const [rowsForward, rowsInverse, columnsY, columnsZ] = kernels;
  const pairs = Math.ceil((nz * ny) / 2);

  const rows = (kernel: LineKernel, real: GPUBuffer, spectrum: GPUBuffer): KernelRun => {
    const words = new ArrayBuffer(16);
    new Float32Array(words)[0] = 1 / voxelCount(shape);
    return kernel.run(nz * ny, pairs, words, [real, spectrum]);
  };
  // A transform of one sample changes nothing: images cost two axes.
  const alongY = (spectrum: GPUBuffer, inverse: boolean): readonly KernelRun[] =>
    ny === 1
      ? []
      : [columnsY.run(nz * half, nz * half, columnWords([half, ny * half, half], inverse, nx), [spectrum])];
  const alongZ = (spectrum: GPUBuffer, inverse: boolean): readonly KernelRun[] =>
    nz === 1
      ? []
      : [columnsZ.run(ny * half, ny * half, columnWords([ny * half, 0, ny * half], inverse, nx), [spectrum])];

  return {
    shape,
    spectrumShape,
    spectrumBytes: 8 * voxelCount(spectrumShape),
    forwardXy: (real, spectrum) => [rows(rowsForward, real, spectrum), ...alongY(spectrum, false)],
    forwardZ: (spectrum) => alongZ(spectrum, false),
    inverseZ: (spectrum) => alongZ(spectrum, true),
    inverseXy: (spectrum, real) => [...alongY(spectrum, true), rows(rowsInverse, real, spectrum)],
    dispose() {
      for (const kernel of kernels) kernel.dispose();
    },
  };
}

/** Compiles a kernel along z. Throws as `createGpuFourier3` does. */
export async function createDepthKernel(
  device: GPUDevice,
  shape: Shape3,
  task: "project" | "energy",
): Promise<DepthKernel> {
  const [nz, ny, nx] = shape;
  const columns = ny * halfSpectrumShape(shape)[2];
  const kernel = await createLineKernel(device, nz, task);
  const words = columnWords([columns, 0, columns], false, nx);
  return {
    groups: kernel.groups(columns),
    run: (buffers) => kernel.run(columns, columns, words, buffers),
    dispose: () => kernel.dispose(),
  };
}

/** Words of `Params` behind the first four; `steps`: inner, outerStep and step. */
function columnWords(steps: readonly number[], inverse: boolean, nx: number): ArrayBuffer {
  return new Uint32Array([...steps, inverse ? 1 : 0, Math.floor(nx / 2) + 1, nx, 0, 0]).buffer;
}
