import { type FeatureMap, type StoredType, shapeXyz } from "../feature-map";
import { kernelCode } from "../kernel-code";
import { bindBuffers, kernelPipeline, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import source from "./conv1-softmax.wgsl?raw";

const THREADS = 64;

interface Conv1SoftmaxArgs {
  /** Channels are a multiple of 4; its box covers the output's. */
  readonly input: FeatureMap;
  /** From `classMajorWeights`. */
  readonly weights: GPUBuffer;
  readonly bias: GPUBuffer;
  /** Any number of channels: the classes. */
  readonly output: FeatureMap;
}

export interface Conv1Softmax {
  run(args: Conv1SoftmaxArgs): KernelRun;
}

/** Returns the weights for `createConv1Softmax` from a kernel [1, 1, 1, channel in, class]: [class, channel in]. */
export function classMajorWeights(kernel: Float32Array, classes: number): Float32Array {
  const channels = kernel.length / classes;
  return kernel.map((_, i) => kernel[(i % channels) * classes + Math.floor(i / channels)]);
}

/** Compiles the last layer: class probabilities (f32) of every voxel from its channels, stored as `type`. */
export async function createConv1Softmax(device: GPUDevice, type: StoredType = "f32"): Promise<Conv1Softmax> {
  return conv1SoftmaxOf(device, await kernelPipeline(device, `conv1-softmax ${type}`, codeOf(type), {}));
}

/** The same of f32 at once, for callers that cannot wait (see `kernelPipelineNow`). */
export function createConv1SoftmaxNow(device: GPUDevice): Conv1Softmax {
  return conv1SoftmaxOf(device, kernelPipelineNow(device, "conv1-softmax f32", codeOf("f32"), {}));
}

const codeOf = (type: StoredType) => kernelCode(source, { Input4: type }, {});

function conv1SoftmaxOf(device: GPUDevice, pipeline: GPUComputePipeline): Conv1Softmax {
  return {
    run({ input, weights, bias, output }) {
      const shape = shapeXyz(output.box);
      const [nx, ny, nz] = shape;
      const offset = [
        output.box.x0 - input.box.x0,
        output.box.y0 - input.box.y0,
        output.box.z0 - input.box.z0,
      ];
      return {
        flops: (2 * input.channels + 20) * output.channels * nx * ny * nz,
        slabs: nz,
        encode({ pass, uniform }, from, to) {
          const params = new Uint32Array([
            ...shapeXyz(input.box),
            input.channels / 4,
            ...offset,
            output.channels,
            ...shape,
            from,
          ]);
          const buffers = [uniform(params.buffer), input.buffer, weights, bias, output.buffer];
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, bindBuffers(device, pipeline, buffers));
          pass.dispatchWorkgroups(Math.ceil(nx / THREADS), ny, to - from);
        },
      };
    },
  };
}
