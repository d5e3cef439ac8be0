import { kernelCode } from "../kernel-code";
import { bindBuffers, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import sumsCode from "./class-sums.wgsl?raw";
import gradientCode from "./class-sums-gradient.wgsl?raw";

const THREADS = 64;
/** Enough threads for the largest GPUs, and few enough to be added soon. */
const MAX_SHARES = 8192;
/** Reading and writing a value takes about as long as this many operations of the convolution. */
const FLOPS_PER_VALUE = 20;
/** WebGPU allows 65,535 workgroups along an axis. */
const VALUES_PER_SLAB = 65_535 * THREADS;

interface ClassSumsSpec {
  readonly voxels: number;
  readonly classCount: number;
  /** Whether ln p is summed, or p. */
  readonly logarithm: boolean;
}

interface ClassSumsBuffers {
  /** [voxel, class] */
  readonly probabilities: GPUBuffer;
  /** i32 */
  readonly labels: GPUBuffer;
}

/** Returns the number of shares that the sums are made in. */
export function classSumsShares({ voxels }: ClassSumsSpec): number {
  return Math.min(MAX_SHARES, voxels);
}

/** Makes sums for losses (class-sums.wgsl): `partials` is [share, 2·classCount + 1]. Compiles at the first call. */
export function classSums(
  device: GPUDevice,
  spec: ClassSumsSpec,
  { probabilities, labels, partials }: ClassSumsBuffers & { readonly partials: GPUBuffer },
): KernelRun {
  const pipeline = pipelineOf(device, "class-sums", sumsCode, spec);
  const shares = classSumsShares(spec);
  return {
    flops: FLOPS_PER_VALUE * spec.voxels * spec.classCount,
    slabs: 1,
    encode({ pass, uniform }) {
      const params = uniform(new Uint32Array([spec.voxels, shares]).buffer);
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindBuffers(device, pipeline, [params, probabilities, labels, partials]));
      pass.dispatchWorkgroups(Math.ceil(shares / THREADS));
    },
  };
}

/** The gradient of the sums by the probabilities, from the loss's slopes by the sums. Compiles at the first call. */
export function classSumsGradient(
  device: GPUDevice,
  spec: ClassSumsSpec,
  buffers: ClassSumsBuffers & { readonly slopes: GPUBuffer; readonly output: GPUBuffer },
): KernelRun {
  const pipeline = pipelineOf(device, "class-sums-gradient", gradientCode, spec);
  const values = spec.voxels * spec.classCount;
  return {
    flops: FLOPS_PER_VALUE * values,
    slabs: Math.ceil(values / VALUES_PER_SLAB),
    encode({ pass, uniform }, from, to) {
      for (let slab = from; slab < to; slab++) {
        const first = slab * VALUES_PER_SLAB;
        const params = uniform(new Uint32Array([first, values]).buffer);
        const { probabilities, labels, slopes, output } = buffers;
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindBuffers(device, pipeline, [params, probabilities, labels, slopes, output]));
        pass.dispatchWorkgroups(Math.ceil(Math.min(VALUES_PER_SLAB, values - first) / THREADS));
      }
    },
  };
}

function pipelineOf(device: GPUDevice, name: string, source: string, spec: ClassSumsSpec) {
  const constants = { CLASSES: spec.classCount, LOGARITHM: spec.logarithm ? 1 : 0 };
  // Lengths of arrays in registers cannot be set when a pipeline is made.
  const label = `${name} ${constants.CLASSES} ${constants.LOGARITHM}`;
  return kernelPipelineNow(device, label, kernelCode(source, {}, constants), {});
}
