import { type FeatureMap, type StoredType, shapeXyz } from "../feature-map";
import { kernelCode } from "../kernel-code";
import { bindBuffers, channelQuadsPerWorkgroup, kernelPipeline, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import source from "./upconv.wgsl?raw";

/** How the work is cut; none changes the result beyond rounding. */
export interface UpconvTiling {
  /** The block of input voxels of a workgroup, along x those of a thread. */
  readonly voxels: { readonly x: number; readonly y: number; readonly z: number };
  /** Of f16: products and the sums over 4 input channels are f16 too. */
  readonly halfSums: boolean;
}

/** For GPUs: see conv3d's. */
export const WIDE_UPCONV: UpconvTiling = { voxels: { x: 8, y: 8, z: 4 }, halfSums: false };
/** For adapters in software and small layers. */
export const SMALL_UPCONV: UpconvTiling = { voxels: { x: 4, y: 4, z: 4 }, halfSums: false };

const CHUNK = 4;
const MAX_TAPS = 12;

interface UpconvArgs {
  readonly input: FeatureMap;
  /** From `upconvWeights`. */
  readonly weights: GPUBuffer;
  readonly bias: GPUBuffer;
  /** Its box has even corners, on the grid of twice the input's size. */
  readonly output: FeatureMap;
  /** Samples of a batch, which lie one after the other in both maps and do not mix; 1 where absent. */
  readonly samples?: number;
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
 * Channels are multiples of 4. Features and weights are stored as `type`, biases as f32.
 */
export async function createUpconv(
  device: GPUDevice,
  channelsIn: number,
  channelsOut: number,
  type: StoredType = "f32",
  tiling: UpconvTiling = WIDE_UPCONV,
): Promise<Upconv> {
  const sizes = upconvSizes(device, channelsOut, type, tiling);
  const pipeline = await kernelPipeline(device, labelOf(type, sizes), codeOf(type, sizes), {});
  return upconvOf(device, channelsIn, channelsOut, sizes, pipeline);
}

/** The same of f32 at once, for callers that cannot wait (see `kernelPipelineNow`). */
export function createUpconvNow(device: GPUDevice, channelsIn: number, channelsOut: number): Upconv {
  const sizes = upconvSizes(device, channelsOut, "f32", WIDE_UPCONV);
  const pipeline = kernelPipelineNow(device, labelOf("f32", sizes), codeOf("f32", sizes), {});
  return upconvOf(device, channelsIn, channelsOut, sizes, pipeline);
}

/** The constants of upconv.wgsl. */
type UpconvSizes = Readonly<Record<"QUADS" | "VOXELS_X" | "VOXELS_Y" | "VOXELS_Z" | "HALF_SUMS", number>>;

function upconvSizes(
  device: GPUDevice,
  channelsOut: number,
  type: StoredType,
  { voxels: { x, y, z }, halfSums }: UpconvTiling,
): UpconvSizes {
  const half = halfSums && type === "f16";
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = device.limits;
  const quads = channelQuadsPerWorkgroup(channelsOut / 4, (count) => {
    const values = (x + 2) * (y + 1) * (z + 1) + MAX_TAPS * CHUNK * count;
    const bytes = (half ? 8 : 16) * values;
    return bytes <= maxComputeWorkgroupStorageSize && count * y * z <= maxComputeInvocationsPerWorkgroup;
  });
  return { QUADS: quads, VOXELS_X: x, VOXELS_Y: y, VOXELS_Z: z, HALF_SUMS: half ? 1 : 0 };
}

const labelOf = (type: StoredType, sizes: UpconvSizes) => `upconv ${type} ${Object.values(sizes).join(" ")}`;

function codeOf(type: StoredType, sizes: UpconvSizes): string {
  const types = { Stored4: type, Work4: sizes.HALF_SUMS ? "f16" : "f32" } as const;
  return kernelCode(source, types, sizes, { v: sizes.VOXELS_X, r: sizes.VOXELS_X + 1, c: CHUNK });
}

function upconvOf(
  device: GPUDevice,
  channelsIn: number,
  channelsOut: number,
  { QUADS: quads, VOXELS_X: x, VOXELS_Y: y, VOXELS_Z: z }: UpconvSizes,
  pipeline: GPUComputePipeline,
): Upconv {
  return {
    run({ input, weights, bias, output, samples = 1 }) {
      const shape = shapeXyz(output.box);
      const [nx, ny, nz] = shape.map((side) => side / 2);
      const offset = [
        output.box.x0 / 2 - input.box.x0,
        output.box.y0 / 2 - input.box.y0,
        output.box.z0 / 2 - input.box.z0,
      ];
      const workgroupsX = Math.ceil(nx / x) * (channelsOut / 4 / quads);
      return {
        flops: 2 * 27 * channelsIn * channelsOut * samples * nx * ny * nz,
        slabs: samples * Math.ceil(nz / z),
        encode({ pass, uniform }, from, to) {
          const params = new Int32Array([
            ...shapeXyz(input.box),
            channelsIn,
            ...offset,
            channelsOut / 4,
            ...shape,
            from,
          ]);
          const buffers = [uniform(params.buffer), input.buffer, weights, bias, output.buffer];
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, bindBuffers(device, pipeline, buffers));
          pass.dispatchWorkgroups(workgroupsX, 2 * Math.ceil(ny / y), 2 * (to - from));
        },
      };
    },
  };
}
