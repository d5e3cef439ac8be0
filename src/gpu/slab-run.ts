import { bindBuffers } from "./kernel-pipeline";
import type { KernelRun } from "./paced-queue";

interface SlabKernel {
  readonly flops: number;
  readonly slabs: number;
  readonly pipeline: GPUComputePipeline;
  /** Bindings after the uniform. */
  readonly buffers: readonly GPUBuffer[];
  /** Returns the values of the uniform for slabs from `from` on. */
  params(from: number): ArrayBuffer;
  /** Returns the workgroups of so many slabs: x, y, z. */
  workgroups(count: number): readonly [x: number, y?: number, z?: number];
}

/**
 * Returns a kernel that may be kept and run again, on the same buffers with the same values: from the second time on that all
 * its slabs go at once its bindings are kept, since making them takes longer than a small kernel runs.
 */
export function slabRun(device: GPUDevice, kernel: SlabKernel): KernelRun {
  const { flops, slabs, pipeline, buffers } = kernel;
  let wholeTimes = 0;
  let whole: GPUBindGroup | null = null;
  const bind = (uniform: GPUBuffer | GPUBufferBinding) =>
    bindBuffers(device, pipeline, [uniform, ...buffers]);
  const bindWhole = () => {
    const values = kernel.params(0);
    const usage = GPUBufferUsage.UNIFORM;
    const uniform = device.createBuffer({ size: values.byteLength, usage, mappedAtCreation: true });
    new Uint8Array(uniform.getMappedRange()).set(new Uint8Array(values));
    uniform.unmap();
    return bind(uniform);
  };
  return {
    flops,
    slabs,
    encode({ pass, uniform }, from, to) {
      const isWhole = to - from === slabs;
      if (isWhole && ++wholeTimes === 2) whole = bindWhole();
      const bound = isWhole && whole ? whole : bind(uniform(kernel.params(from)));
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bound);
      pass.dispatchWorkgroups(...kernel.workgroups(to - from));
    },
  };
}
