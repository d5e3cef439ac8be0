import { type FeatureMap, type StoredType, shapeXyz } from "../feature-map";
import { kernelCode } from "../kernel-code";
import { bindBuffers, channelQuadsPerWorkgroup, kernelPipeline, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import source from "./conv3d.wgsl?raw";

export interface Conv3dSpec {
  readonly kernelSize: 1 | 3;
  /** Channels of the one or two inputs: multiples of 4, or a single input of 1. */
  readonly channelsIn: readonly number[];
  /** A multiple of 4. */
  readonly channelsOut: number;
  readonly relu: boolean;
  /** Of the inputs; f32 where absent. */
  readonly inputType?: StoredType;
  /** Of the weights and the output; f32 where absent. Biases are f32. */
  readonly type?: StoredType;
}

/** How the work is cut; none changes the result beyond rounding. */
export interface Conv3dTiling {
  /** Voxels of a workgroup along y and z; along x it has those of a thread, 8. */
  readonly voxelsY: number;
  readonly voxelsZ: number;
  /** Output channels of a thread, in vec4, if they divide those of the layer; else 1. */
  readonly threadQuads: number;
  /** Of f16 weights: products and the sums over 4 input channels are f16 too, twice as fast as f32 where GPUs have that. */
  readonly halfSums: boolean;
}

/** For GPUs: as many products for each value from workgroup memory as the registers allow. */
export const WIDE_TILING: Conv3dTiling = { voxelsY: 8, voxelsZ: 4, threadQuads: 2, halfSums: false };
/** For adapters in software and small layers: blocks that hang over less. */
export const SMALL_TILING: Conv3dTiling = { voxelsY: 4, voxelsZ: 4, threadQuads: 1, halfSums: false };

const VOXELS_X = 8;

interface Conv3dArgs {
  /** One input or two; two count as one with their channels side by side. Boxes are on the grid of the output. */
  readonly inputs: readonly FeatureMap[];
  /** [kz, ky, kx, channel in, channel out]. */
  readonly weights: GPUBuffer;
  readonly bias: GPUBuffer;
  readonly output: FeatureMap;
  /** Samples of a batch, which lie one after the other in all maps and do not mix; 1 where absent. */
  readonly samples?: number;
}

export interface Conv3d {
  run(args: Conv3dArgs): KernelRun;
}

/**
 * Compiles a 3D convolution, 'same', stride 1, for its channels. The output's box may be any: voxels of the inputs are
 * found by their place on the common grid, and are zero outside the inputs' boxes.
 */
export async function createConv3d(
  device: GPUDevice,
  spec: Conv3dSpec,
  tiling: Conv3dTiling = WIDE_TILING,
): Promise<Conv3d> {
  const sizes = conv3dSizes(device, spec, tiling);
  const pipeline = await kernelPipeline(device, labelOf(spec, sizes), codeOf(spec, sizes), {});
  return conv3dOf(device, spec, sizes, pipeline);
}

/** The same at once, for callers that cannot wait (see `kernelPipelineNow`). */
export function createConv3dNow(
  device: GPUDevice,
  spec: Conv3dSpec,
  tiling: Conv3dTiling = WIDE_TILING,
): Conv3d {
  const sizes = conv3dSizes(device, spec, tiling);
  const pipeline = kernelPipelineNow(device, labelOf(spec, sizes), codeOf(spec, sizes), {});
  return conv3dOf(device, spec, sizes, pipeline);
}

/** The constants of conv3d.wgsl. */
type Conv3dSizes = Readonly<
  Record<"QUADS" | "THREAD_QUADS" | "CHUNK" | "REACH" | "VOXELS_Y" | "VOXELS_Z" | "HALF_SUMS", number>
>;

function conv3dSizes(device: GPUDevice, spec: Conv3dSpec, tiling: Conv3dTiling): Conv3dSizes {
  const { kernelSize, channelsIn, channelsOut, type = "f32" } = spec;
  const { voxelsY, voxelsZ } = tiling;
  const halfSums = tiling.halfSums && type === "f16";
  const reach = (kernelSize - 1) / 2;
  const chunk = channelsIn[0] === 1 ? 1 : 4;
  const quads = channelsOut / 4;
  const threadQuads = quads % tiling.threadQuads === 0 ? tiling.threadQuads : 1;
  const groups = channelQuadsPerWorkgroup(quads / threadQuads, (count) =>
    workgroupFits(device, tiling, kernelSize ** 3 * chunk * count * threadQuads, count, halfSums ? 8 : 16),
  );
  return {
    QUADS: groups * threadQuads,
    THREAD_QUADS: threadQuads,
    CHUNK: chunk,
    REACH: reach,
    VOXELS_Y: voxelsY,
    VOXELS_Z: voxelsZ,
    HALF_SUMS: halfSums ? 1 : 0,
  };
}

/** Tells whether a device has room for a workgroup with `weightQuads` vec4 of weights and `groups` groups of channels. */
function workgroupFits(
  { limits }: GPUDevice,
  { voxelsY, voxelsZ }: Conv3dTiling,
  weightQuads: number,
  groups: number,
  bytesPerQuad: number,
): boolean {
  // A border of one voxel; rows are padded to an odd length.
  const tileQuads = (VOXELS_X + 3) * (voxelsY + 2) * (voxelsZ + 2);
  return (
    bytesPerQuad * (tileQuads + weightQuads) <= limits.maxComputeWorkgroupStorageSize &&
    groups * voxelsY * voxelsZ <= limits.maxComputeInvocationsPerWorkgroup
  );
}

/** Tells whether a device can run 3×3×3 convolutions of f32 in this tiling. */
export function tilingFits(device: GPUDevice, tiling: Conv3dTiling): boolean {
  return workgroupFits(device, tiling, 27 * 4 * tiling.threadQuads, 1, 16);
}

const labelOf = ({ inputType = "f32", type = "f32" }: Conv3dSpec, sizes: Conv3dSizes) =>
  `conv3d ${inputType} ${type} ${Object.values(sizes).join(" ")}`;

function codeOf({ kernelSize, inputType = "f32", type = "f32" }: Conv3dSpec, sizes: Conv3dSizes): string {
  const types = {
    Input4: inputType,
    Weight4: type,
    Output4: type,
    Work4: sizes.HALF_SUMS ? "f16" : "f32",
  } as const;
  const taps = { d: kernelSize, r: VOXELS_X + kernelSize - 1 };
  return kernelCode(source, types, sizes, { v: VOXELS_X, q: sizes.THREAD_QUADS, c: sizes.CHUNK, ...taps });
}

/** Returns a compiled convolution; others that take the same bindings are run the same way. */
export function conv3dOf(
  device: GPUDevice,
  { kernelSize, channelsIn, channelsOut, relu }: Conv3dSpec,
  { QUADS, VOXELS_Y, VOXELS_Z }: Pick<Conv3dSizes, "QUADS" | "VOXELS_Y" | "VOXELS_Z">,
  pipeline: GPUComputePipeline,
): Conv3d {
  const allChannelsIn = channelsIn.reduce((sum, channels) => sum + channels, 0);
  return {
    run({ inputs, weights, bias, output, samples = 1 }) {
      const [a, b = { ...a, channels: 0 }] = inputs;
      const [nx, ny, nz] = shapeXyz(output.box);
      const workgroupsX = Math.ceil(nx / VOXELS_X) * (channelsOut / 4 / QUADS);
      const workgroupsY = Math.ceil(ny / VOXELS_Y);
      return {
        flops: 2 * kernelSize ** 3 * allChannelsIn * channelsOut * samples * nx * ny * nz,
        slabs: samples * Math.ceil(nz / VOXELS_Z),
        encode({ pass, uniform }, from, to) {
          const params = new ArrayBuffer(96);
          writeInput(params, 0, a, output);
          writeInput(params, 32, b, output);
          new Uint32Array(params, 64, 6).set([nx, ny, nz, from, channelsOut / 4, relu ? 1 : 0]);
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
  const { box, channels } = input;
  const offset = [output.box.x0 - box.x0, output.box.y0 - box.y0, output.box.z0 - box.z0];
  new Int32Array(params, byteOffset, 7).set([...shapeXyz(box), channels, ...offset]);
}
