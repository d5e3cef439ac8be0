import { bindBuffers, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import code from "./partial-sums.wgsl?raw";

/** Threads side by side, one for each number of the output, and how many share the sum of each. */
const FEW_SHARES = { COLUMNS: 64, ROWS: 1 };
const MANY_SHARES = { COLUMNS: 16, ROWS: 16 };
const FEW = 16;
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
  /** What the sums are multiplied by; 1 where absent. */
  readonly factor?: number;
}

/** Adds the shares of a sum, always in the same order. Compiles at the first call. */
export function partialSums(device: GPUDevice, args: PartialSumsArgs): KernelRun {
  const { partials, shares, stride, first, count, output, factor = 1 } = args;
  const sizes = shares > FEW ? MANY_SHARES : FEW_SHARES;
  const pipeline = kernelPipelineNow(device, "partial-sums", code, sizes);
  return {
    flops: FLOPS_PER_VALUE * shares * count,
    slabs: 1,
    encode({ pass, uniform }) {
      const params = new ArrayBuffer(32);
      new Uint32Array(params, 0, 4).set([count, shares, stride, first]);
      new Float32Array(params, 16, 1)[0] = factor;
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindBuffers(device, pipeline, [uniform(params), partials, output]));
      pass.dispatchWorkgroups(Math.ceil(count / sizes.COLUMNS));
    },
  };
}
