import { bindBuffers, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import code from "./partial-sums.wgsl?raw";

/** Numbers that a workgroup makes; partial-sums.wgsl has the same number. */
const COLUMNS = 16;
/** Reading a value takes about as long as this many operations of the convolution. */
const FLOPS_PER_VALUE = 20;

interface PartialSumsArgs {
  /** [share, stride], f32. */
  readonly partials: GPUBuffer;
  readonly shares: number;
  readonly stride: number;
  /** The part of a share that is summed: `count` numbers from `first`. */
  readonly first: number;
  readonly count: number;
  readonly output: GPUBuffer;
}

/** Adds the shares of a sum, always in the same order. Compiles at the first call. */
export function partialSums(device: GPUDevice, args: PartialSumsArgs): KernelRun {
  const { partials, shares, stride, first, count, output } = args;
  const pipeline = kernelPipelineNow(device, "partial-sums", code, {});
  return {
    flops: FLOPS_PER_VALUE * shares * count,
    slabs: 1,
    encode({ pass, uniform }) {
      const params = new Uint32Array([count, shares, stride, first]);
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindBuffers(device, pipeline, [uniform(params.buffer), partials, output]));
      pass.dispatchWorkgroups(Math.ceil(count / COLUMNS));
    },
  };
}
