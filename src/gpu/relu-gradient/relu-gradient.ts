import { bindBuffers, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import code from "./relu-gradient.wgsl?raw";

/** Reading and writing three values takes about as long as this many operations of the convolution. */
const FLOPS_PER_VALUE = 40;
const MAX_SHARES = 2112;
const VOXELS_AT_LEAST = 256;

interface ReluGradientArgs {
  readonly y: GPUBuffer;
  readonly dy: GPUBuffer;
  readonly dz: GPUBuffer;
  /** Room for `shares` times `channels` floats. */
  readonly partials: GPUBuffer;
}

export interface ReluGradient {
  readonly shares: number;
  /** Fills `dz`, and `partials` [share, channel], whose sum over the shares is the gradient of the bias. */
  run(args: ReluGradientArgs): KernelRun;
}

/** Returns the kernel for the gradient before a ReLU; `channels` is a multiple of 4, at most 1024. */
export function createReluGradient(device: GPUDevice, voxels: number, channels: number): ReluGradient {
  const voxelsPerShare = Math.max(VOXELS_AT_LEAST, Math.ceil(voxels / MAX_SHARES));
  const shares = Math.ceil(voxels / voxelsPerShare);
  return {
    shares,
    run({ y, dy, dz, partials }) {
      const pipeline = kernelPipelineNow(device, "relu-gradient", code, {});
      return {
        flops: FLOPS_PER_VALUE * voxels * channels,
        slabs: shares,
        encode({ pass, uniform }, from, to) {
          const params = new Uint32Array([voxels, channels / 4, voxelsPerShare, from]);
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, bindBuffers(device, pipeline, [uniform(params.buffer), y, dy, dz, partials]));
          pass.dispatchWorkgroups(to - from);
        },
      };
    },
  };
}
