import { type FeatureMap, shapeXyz } from "../feature-map";
import { bindBuffers, channelQuadsPerWorkgroup, kernelPipeline } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import code from "./upconv.wgsl?raw";

/** The block of input voxels of a workgroup, along each axis; upconv.wgsl has the same number. */
const VOXELS = 4;
const MAX_BYTES_PER_QUAD = 16 * 12 * 4;
const TILE_BYTES = 16 * (VOXELS + 1) ** 3;

interface UpconvArgs {
  readonly input: FeatureMap;
  /** From `upconvWeights`. */
  readonly weights: GPUBuffer;
  readonly bias: GPUBuffer;
  /** Its box has even corners, on the grid of twice the input's size. */
  readonly output: FeatureMap;
}

export interface Upconv {
  run(args: UpconvArgs): KernelRun;
}

/**
 * Returns the weights for `createUpconv` from a kernel [2, 2, 2, channel in, channel out]: along each axis w0 + w1, w0 and w1,
 * so [3, 3, 3, channel in, channel out]. Sums are taken in f64.
 */
export function upconvWeights(kernel: Float32Array): Float32Array {
  const perTap = kernel.length / 8;
  const weights = new Float32Array(27 * perTap);
  const tapsOf = [[0, 1], [0], [1]];
  for (let row = 0; row < 27; row++) {
    const [z, y, x] = [Math.floor(row / 9), Math.floor(row / 3) % 3, row % 3];
    for (let i = 0; i < perTap; i++) {
      let sum = 0;
      for (const tz of tapsOf[z])
        for (const ty of tapsOf[y])
          for (const tx of tapsOf[x]) sum += kernel[((tz * 2 + ty) * 2 + tx) * perTap + i];
      weights[row * perTap + i] = sum;
    }
  }
  return weights;
}

/**
 * Compiles nearest up-sampling by 2, then 'same' convolution with a 2×2×2 kernel (zeros after the end only), bias and ReLU.
 * Channels are multiples of 4.
 */
export async function createUpconv(
  device: GPUDevice,
  channelsIn: number,
  channelsOut: number,
): Promise<Upconv> {
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = device.limits;
  const quads = channelQuadsPerWorkgroup(
    channelsOut / 4,
    (count) =>
      TILE_BYTES + MAX_BYTES_PER_QUAD * count <= maxComputeWorkgroupStorageSize &&
      count * VOXELS * VOXELS <= maxComputeInvocationsPerWorkgroup,
  );
  const pipeline = await kernelPipeline(device, "upconv", code, { QUADS: quads });
  return {
    run({ input, weights, bias, output }) {
      const shape = shapeXyz(output.box);
      const [nx, ny, nz] = shape.map((side) => side / 2);
      const offset = [
        output.box.x0 / 2 - input.box.x0,
        output.box.y0 / 2 - input.box.y0,
        output.box.z0 / 2 - input.box.z0,
      ];
      const workgroupsX = Math.ceil(nx / VOXELS) * (channelsOut / 4 / quads);
      return {
        flops: 2 * 27 * channelsIn * channelsOut * nx * ny * nz,
        slabs: Math.ceil(nz / VOXELS),
        encode({ pass, uniform }, from, to) {
          const params = new Int32Array([
            ...shapeXyz(input.box),
            channelsIn,
            ...offset,
            channelsOut / 4,
            ...shape,
            from * VOXELS,
          ]);
          const buffers = [uniform(params.buffer), input.buffer, weights, bias, output.buffer];
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, bindBuffers(device, pipeline, buffers));
          pass.dispatchWorkgroups(workgroupsX, 2 * Math.ceil(ny / VOXELS), 2 * (to - from));
        },
      };
    },
  };
}
