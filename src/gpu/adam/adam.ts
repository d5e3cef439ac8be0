import { bindBuffers, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import code from "./adam.wgsl?raw";

const THREADS = 64;
/** Reading and writing seven values takes about as long as this many operations of the convolution. */
const FLOPS_PER_WEIGHT = 100;

/** The weights and both moments. */
interface AdamBuffers {
  readonly weights: GPUBuffer;
  readonly first: GPUBuffer;
  readonly second: GPUBuffer;
}

interface AdamNumbers {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Learning rate over 1 − β₁ᵗ. */
  readonly rate: number;
  /** 1 over 1 − β₂ᵗ. */
  readonly secondScale: number;
}

/** A step of Adam for up to four million weights, from one set of buffers into another. Compiles at the first call. */
export function adam(
  device: GPUDevice,
  count: number,
  { beta1, beta2, epsilon, rate, secondScale }: AdamNumbers,
  gradient: GPUBuffer,
  from: AdamBuffers,
  to: AdamBuffers,
): KernelRun {
  const pipeline = kernelPipelineNow(device, "adam", code, {});
  const params = new ArrayBuffer(32);
  new Uint32Array(params)[0] = count;
  new Float32Array(params).set([beta1, beta2, epsilon, rate, secondScale], 1);
  return {
    flops: FLOPS_PER_WEIGHT * count,
    slabs: 1,
    encode({ pass, uniform }) {
      const buffers = [from.weights, from.first, from.second, to.weights, to.first, to.second];
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindBuffers(device, pipeline, [uniform(params), gradient, ...buffers]));
      pass.dispatchWorkgroups(Math.ceil(count / THREADS));
    },
  };
}
