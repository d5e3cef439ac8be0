import { bindBuffers, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import code from "./max-pool-gradient.wgsl?raw";

const THREADS = 64;
/** Reading and writing some twenty values takes about as long as this many operations of the convolution. */
const FLOPS_PER_VALUE = 200;

interface MaxPoolGradientArgs {
  readonly x: GPUBuffer;
  readonly y: GPUBuffer;
  readonly dy: GPUBuffer;
  readonly dx: GPUBuffer;
  /** Of y: [sample, z, y, x]. */
  readonly shape: readonly [number, number, number, number];
  /** A multiple of 4. */
  readonly channels: number;
}

/** The gradient of max-pooling 2×2×2: all of dy goes to the first of equal voxels. Compiles at the first call. */
export function maxPoolGradient(device: GPUDevice, args: MaxPoolGradientArgs): KernelRun {
  const { x, y, dy, dx, shape, channels } = args;
  const [samples, nz, ny, nx] = shape;
  const pipeline = kernelPipelineNow(device, "max-pool-gradient", code, {});
  return {
    flops: FLOPS_PER_VALUE * samples * nz * ny * nx * channels,
    slabs: samples * nz,
    encode({ pass, uniform }, from, to) {
      const params = new Uint32Array([nx, ny, samples * nz, channels / 4, from, 0, 0, 0]);
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindBuffers(device, pipeline, [uniform(params.buffer), x, y, dy, dx]));
      pass.dispatchWorkgroups(Math.ceil((nx * channels) / 4 / THREADS), ny, to - from);
    },
  };
}
