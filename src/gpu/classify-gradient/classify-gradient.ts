import { bindBuffers, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import code from "./classify-gradient.wgsl?raw";

/** classify-gradient.wgsl has the same numbers. */
const THREADS = 128;
const VOXELS = 64;
const MAX_ITEMS = 8;

const MAX_SHARES = 1056;

interface ClassifyGradientArgs {
  readonly x: GPUBuffer;
  /** [channel, class]. */
  readonly filter: GPUBuffer;
  /** The probabilities, [voxel, class], and the loss's gradient by them. */
  readonly p: GPUBuffer;
  readonly dp: GPUBuffer;
  readonly dx: GPUBuffer;
  /** Room for `shares` times (channels + 1)·classes floats. */
  readonly partials: GPUBuffer;
}

export interface ClassifyGradient {
  readonly shares: number;
  /** Fills `dx`, and `partials` [share, channel and then the bias, class], whose sum over the shares is the gradient. */
  run(args: ClassifyGradientArgs): KernelRun;
}

/** Tells whether the kernel can do the last layer with these numbers: some 100 classes of 32 channels. */
export function classifyGradientSupports(channels: number, classes: number): boolean {
  return channels % 4 === 0 && (channels / 4 + 1) * classes <= MAX_ITEMS * THREADS;
}

/** Returns the kernel for the gradients of the last layer, 1×1×1 to the classes and softmax. */
export function createClassifyGradient(
  device: GPUDevice,
  voxels: number,
  channels: number,
  classes: number,
): ClassifyGradient {
  const voxelsPerShare = Math.ceil(voxels / MAX_SHARES / VOXELS) * VOXELS;
  const shares = Math.ceil(voxels / voxelsPerShare);
  const quads = channels / 4;
  const constants = { QUADS: quads, CLASSES: classes, ITEMS: Math.ceil(((quads + 1) * classes) / THREADS) };
  return {
    shares,
    run({ x, filter, p, dp, dx, partials }) {
      const pipeline = kernelPipelineNow(device, "classify-gradient", code, constants);
      return {
        flops: (6 * channels + 20) * classes * voxels,
        slabs: shares,
        encode({ pass, uniform }, from, to) {
          const params = new Uint32Array([voxels, voxelsPerShare, from, 0]);
          const buffers = [uniform(params.buffer), x, filter, p, dp, dx, partials];
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, bindBuffers(device, pipeline, buffers));
          pass.dispatchWorkgroups(to - from);
        },
      };
    },
  };
}
