import { type FeatureMap, shapeXyz } from "../feature-map";
import { bindBuffers, channelQuadsPerWorkgroup, kernelPipeline, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import code from "./conv3d.wgsl?raw";

/** The block of voxels of a workgroup; conv3d.wgsl has the same numbers. */
const VOXELS = { x: 8, y: 4, z: 4 } as const;

export interface Conv3dSpec {
  readonly kernelSize: 1 | 3;
  /** Channels of the one or two inputs: multiples of 4, or a single input of 1. */
  readonly channelsIn: readonly number[];
  /** A multiple of 4. */
  readonly channelsOut: number;
  readonly relu: boolean;
}

interface Conv3dArgs {
  /** One input or two; two count as one with their channels side by side. Boxes are on the grid of the output. */
  readonly inputs: readonly FeatureMap[];
  /** [kz, ky, kx, channel in, channel out]. */
  readonly weights: GPUBuffer;
  readonly bias: GPUBuffer;
  readonly output: FeatureMap;
}

export interface Conv3d {
  run(args: Conv3dArgs): KernelRun;
}

/** Tells whether the kernel can do a convolution with these channels. */
export function conv3dSupports(channelsIn: number, channelsOut: number): boolean {
  return (channelsIn === 1 || channelsIn % 4 === 0) && channelsOut % 4 === 0;
}

/**
 * Compiles a 3D convolution, 'same', stride 1, for its channels. The output's box may be any: voxels of the inputs are
 * found by their place on the common grid, and are zero outside the inputs' boxes.
 */
export async function createConv3d(device: GPUDevice, spec: Conv3dSpec): Promise<Conv3d> {
  const constants = conv3dConstants(device, spec);
  return conv3dOf(device, spec, constants, await kernelPipeline(device, "conv3d", code, constants));
}

/** The same at once, for callers that cannot wait (see `kernelPipelineNow`). */
export function createConv3dNow(device: GPUDevice, spec: Conv3dSpec): Conv3d {
  const constants = conv3dConstants(device, spec);
  return conv3dOf(device, spec, constants, kernelPipelineNow(device, "conv3d", code, constants));
}

type Conv3dConstants = Readonly<Record<"QUADS" | "CHUNK" | "REACH", number>>;

function conv3dConstants(device: GPUDevice, spec: Conv3dSpec): Conv3dConstants {
  const { kernelSize, channelsIn, channelsOut } = spec;
  const reach = (kernelSize - 1) / 2;
  const chunk = channelsIn[0] === 1 ? 1 : 4;
  const tileVoxels = (VOXELS.x + 2 * reach) * (VOXELS.y + 2 * reach) * (VOXELS.z + 2 * reach);
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = device.limits;
  const quads = channelQuadsPerWorkgroup(channelsOut / 4, (count) => {
    const bytes = 16 * (tileVoxels + kernelSize ** 3 * chunk * count);
    const threads = count * VOXELS.y * VOXELS.z;
    return bytes <= maxComputeWorkgroupStorageSize && threads <= maxComputeInvocationsPerWorkgroup;
  });
  return { QUADS: quads, CHUNK: chunk, REACH: reach };
}

function conv3dOf(
  device: GPUDevice,
  { kernelSize, channelsIn, channelsOut, relu }: Conv3dSpec,
  { QUADS: quads }: Conv3dConstants,
  pipeline: GPUComputePipeline,
): Conv3d {
  const allChannelsIn = channelsIn.reduce((sum, channels) => sum + channels, 0);
  return {
    run({ inputs, weights, bias, output }) {
      const [a, b = { ...a, channels: 0 }] = inputs;
      const [nx, ny, nz] = shapeXyz(output.box);
      const workgroupsX = Math.ceil(nx / VOXELS.x) * (channelsOut / 4 / quads);
      const workgroupsY = Math.ceil(ny / VOXELS.y);
      return {
        flops: 2 * kernelSize ** 3 * allChannelsIn * channelsOut * nx * ny * nz,
        slabs: Math.ceil(nz / VOXELS.z),
        encode({ pass, uniform }, from, to) {
          const params = new ArrayBuffer(96);
          writeInput(params, 0, a, output);
          writeInput(params, 32, b, output);
          const first = (output.firstFloat ?? 0) / 4;
          const sizes = [nx, ny, nz, first, from * VOXELS.z, channelsOut / 4, relu ? 1 : 0];
          new Uint32Array(params, 64, 7).set(sizes);
          const buffers = [uniform(params), a.buffer, b.buffer, weights, bias, output.buffer];
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, bindBuffers(device, pipeline, buffers));
          pass.dispatchWorkgroups(workgroupsX, workgroupsY, to - from);
        },
      };
    },
  };
}

function writeInput(params: ArrayBuffer, byteOffset: number, input: FeatureMap, output: FeatureMap): void {
  const { box, channels, firstFloat = 0 } = input;
  const first = channels === 1 ? firstFloat : firstFloat / 4;
  const offset = [output.box.x0 - box.x0, output.box.y0 - box.y0, output.box.z0 - box.z0];
  new Int32Array(params, byteOffset, 8).set([...shapeXyz(box), first, ...offset, channels]);
}
