import { bindBuffers, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import code from "./pack-matrix-filter.wgsl?raw";

const THREADS = 64;
const FLOPS_PER_VALUE = 20;

interface PackArgs {
  /** [3, 3, 3, channel in, channel out], f32. */
  readonly filter: GPUBuffer;
  readonly channelsIn: number;
  readonly channelsOut: number;
  /** Of the convolution that it is for. */
  readonly columns: number;
  /** Of just this size, two bytes a weight. */
  readonly packed: GPUBuffer;
}

/** Writes a filter as conv3d-matrix reads it. Compiles at the first call. */
export function packMatrixFilter(device: GPUDevice, args: PackArgs): KernelRun {
  const { filter, channelsIn, channelsOut, columns, packed } = args;
  const pipeline = kernelPipelineNow(device, "pack-matrix-filter", code, { COLUMNS: columns });
  const quads = (27 * channelsIn * channelsOut) / 4;
  return {
    flops: FLOPS_PER_VALUE * 4 * quads,
    slabs: 1,
    encode({ pass, uniform }) {
      const params = new Uint32Array([channelsIn, channelsOut, quads, 0]);
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindBuffers(device, pipeline, [uniform(params.buffer), filter, packed]));
      pass.dispatchWorkgroups(Math.ceil(quads / THREADS));
    },
  };
}
