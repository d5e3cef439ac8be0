import { type FeatureMap, type StoredType, shapeXyz } from "../feature-map";
import { kernelCode } from "../kernel-code";
import { bindBuffers, kernelPipeline, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import source from "./max-pool.wgsl?raw";

const THREADS = 64;
/** Reading and writing nine values takes about as long as this many operations of the convolution. */
const FLOPS_PER_VALUE = 100;

export interface MaxPool {
  /** The input's box covers twice the output's; channels are multiples of 4. */
  run(input: FeatureMap, output: FeatureMap): KernelRun;
}

/** Compiles max-pooling of 2×2×2 voxels, stride 2, of features stored as `type`. */
export async function createMaxPool(device: GPUDevice, type: StoredType = "f32"): Promise<MaxPool> {
  return maxPoolOf(device, await kernelPipeline(device, `max-pool ${type}`, codeOf(type), {}));
}

/** The same of f32 at once, for callers that cannot wait (see `kernelPipelineNow`). */
export function createMaxPoolNow(device: GPUDevice): MaxPool {
  return maxPoolOf(device, kernelPipelineNow(device, "max-pool f32", codeOf("f32"), {}));
}

const codeOf = (type: StoredType) => kernelCode(source, { Stored4: type }, {});

function maxPoolOf(device: GPUDevice, pipeline: GPUComputePipeline): MaxPool {
  return {
    run(input, output) {
      const shape = shapeXyz(output.box);
      const [nx, ny, nz] = shape;
      const quads = output.channels / 4;
      const offset = [
        2 * output.box.x0 - input.box.x0,
        2 * output.box.y0 - input.box.y0,
        2 * output.box.z0 - input.box.z0,
      ];
      return {
        flops: FLOPS_PER_VALUE * nx * ny * nz * output.channels,
        slabs: nz,
        encode({ pass, uniform }, from, to) {
          const params = new Uint32Array([...shapeXyz(input.box), quads, ...offset, from, ...shape, 0]);
          const buffers = [uniform(params.buffer), input.buffer, output.buffer];
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, bindBuffers(device, pipeline, buffers));
          pass.dispatchWorkgroups(Math.ceil((nx * quads) / THREADS), ny, to - from);
        },
      };
    },
  };
}
