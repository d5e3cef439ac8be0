import type { Box } from "../../core/volume/shape";
import { type FeatureMap, type StoredType, shapeXyz } from "../feature-map";
import { kernelCode } from "../kernel-code";
import { bindBuffers, kernelPipeline } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import source from "./conv1-label.wgsl?raw";

const THREADS = 64;

interface Conv1LabelArgs {
  /** Its box covers the output's. */
  readonly input: FeatureMap;
  /** f32, from conv1-softmax's `classMajorWeights`. */
  readonly weights: GPUBuffer;
  readonly bias: GPUBuffer;
  /** Its side along x is a multiple of 4. */
  readonly box: Box;
  /** Takes `labelledBytes`: the labels of all voxels, then their scores. */
  readonly output: GPUBuffer;
}

export interface Conv1Label {
  run(args: Conv1LabelArgs): KernelRun;
}

/** Returns the bytes of the labels and scores of a box. */
export function labelledBytes(box: Box): number {
  const [nx, ny, nz] = shapeXyz(box);
  return 2 * nx * ny * nz;
}

/**
 * Compiles the last layer for labels: of every voxel the most probable class, the first of equal ones, and its probability
 * (255 stands for 1), from `channelsIn` channels (a multiple of 4) stored as `type`.
 */
export async function createConv1Label(
  device: GPUDevice,
  channelsIn: number,
  classes: number,
  type: StoredType = "f32",
): Promise<Conv1Label> {
  const quads = channelsIn / 4;
  const code = kernelCode(source, { Input4: type }, { QUADS: quads }, { q: quads });
  const pipeline = await kernelPipeline(device, `conv1-label ${type} ${quads}`, code, {});
  return {
    run({ input, weights, bias, box, output }) {
      const shape = shapeXyz(box);
      const [nx, ny, nz] = shape;
      const offset = [box.x0 - input.box.x0, box.y0 - input.box.y0, box.z0 - input.box.z0];
      return {
        flops: (2 * channelsIn + 20) * classes * nx * ny * nz,
        slabs: nz,
        encode({ pass, uniform }, from, to) {
          const params = new Uint32Array([...shapeXyz(input.box), classes, ...offset, from, ...shape, 0]);
          const buffers = [uniform(params.buffer), input.buffer, weights, bias, output];
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, bindBuffers(device, pipeline, buffers));
          pass.dispatchWorkgroups(Math.ceil((nx * ny) / THREADS), 1, to - from);
        },
      };
    },
  };
}
