import { blurSigmaVoxels, gaussianKernel } from "../../core/denoise/gaussian";
import { ComputeError } from "../../core/errors";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import { BufferSet } from "../buffer-set";
import type { GpuDevice } from "../device";
import { kernelPipeline } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import { slabRun } from "../slab-run";
import code from "./gaussian.wgsl?raw";

const COLUMNS = 64;
/** Weights that the parameters have room for. */
const MOST_WEIGHTS = 256;
/** Reading two values and adding them takes about as long as this many operations of the convolution. */
const FLOPS_PER_WEIGHT = 8;

interface GpuGaussian {
  /** Bytes of the GPU's memory that it holds. */
  readonly bytes: number;
  /**
   * Returns the kernels that blur `input` into `output` (f32, another buffer) so far that white noise of deviation `sigma`
   * becomes 0.02. Throws ComputeError "bad-parameter" for a kernel of more than 255 voxels to each side (sigma above 60).
   */
  runs(input: GPUBuffer, output: GPUBuffer, sigma: number): readonly KernelRun[];
  dispose(): void;
}

/** Returns the twin of core/denoise/gaussian.ts for volumes of `shape`. Throws ComputeError "out-of-memory". */
export async function createGpuGaussian({ device }: GpuDevice, shape: Shape3): Promise<GpuGaussian> {
  const pipeline = await kernelPipeline(device, "gaussian", code, { COLUMNS });
  const buffers = new BufferSet(device);
  const bytes = 4 * voxelCount(shape);
  const [between] = await buffers.take([bytes]);
  const [nz, ny, nx] = shape;

  const alongAxis = (from: GPUBuffer, to: GPUBuffer, axis: 0 | 1 | 2, kernel: Float32Array): KernelRun =>
    slabRun(device, {
      pipeline,
      buffers: [from, to],
      flops: FLOPS_PER_WEIGHT * kernel.length * voxelCount(shape),
      slabs: nz,
      params: (first) => blurParams(shape, axis, kernel, first),
      workgroups: (planes) => [Math.ceil(nx / COLUMNS), ny, planes],
    });
  return {
    bytes,
    runs(input, output, sigma) {
      const kernel = gaussianKernel(blurSigmaVoxels(sigma));
      if (kernel.length > MOST_WEIGHTS)
        throw new ComputeError("bad-parameter", `Noise of ${sigma} is too much for a blur on the GPU.`, {
          sigma,
        });
      return [
        alongAxis(input, output, 2, kernel),
        alongAxis(output, between, 1, kernel),
        alongAxis(between, output, 0, kernel),
      ];
    },
    dispose: () => buffers.free(),
  };
}

function blurParams(shape: Shape3, axis: 0 | 1 | 2, kernel: Float32Array, firstPlane: number): ArrayBuffer {
  const [nz, ny, nx] = shape;
  const params = new ArrayBuffer(32 + 4 * MOST_WEIGHTS);
  const step = [ny * nx, nx, 1][axis];
  new Uint32Array(params).set([nx, ny, nz, firstPlane, shape[axis], step, kernel.length - 1]);
  new Float32Array(params, 32).set(kernel);
  return params;
}
