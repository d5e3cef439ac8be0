import { type FeatureMap, shapeXyz } from "../feature-map";
import { bindBuffers, kernelPipeline, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import { conv3dMatrixCode, type MatrixTiling, matrixWorkgroupBytes, ROWS, SIDE } from "./conv3d-matrix-code";

export interface Conv3dMatrixSpec {
  readonly stored: "f16" | "f32";
  /** Channels of the one or two inputs: multiples of 16. */
  readonly channelsIn: readonly number[];
  /** A multiple of 16. */
  readonly channelsOut: number;
  readonly relu: boolean;
}

interface Conv3dMatrixArgs {
  /** One input or two; two count as one with their channels side by side. Boxes are on the grid of the output. */
  readonly inputs: readonly FeatureMap[];
  /** As `packMatrixWeights` lays them out. */
  readonly weights: GPUBuffer;
  readonly bias: GPUBuffer;
  readonly output: FeatureMap;
  /** A power of two that the inputs are multiplied by before they become f16, where they are stored in f32; 1 if left out. */
  readonly scale?: number;
  /** Samples of a batch, one after the other in every buffer; the boxes are those of one. 1 if left out. */
  readonly samples?: number;
}

export interface Conv3dMatrix {
  /** The order that the weights must be in. */
  readonly columns: number;
  run(args: Conv3dMatrixArgs): KernelRun;
}

/** Tells whether the kernel can do a convolution with these channels. */
export function conv3dMatrixSupports(channelsIn: readonly number[], channelsOut: number): boolean {
  return channelsIn.every((channels) => channels % SIDE === 0) && channelsOut % SIDE === 0;
}

/**
 * Compiles a 3×3×3 convolution, 'same', stride 1, on subgroup matrices: products of f16, sums of f32. For devices with
 * `hasSubgroupMatrices`. Throws ComputeError "backend-failed" with what the compiler says.
 */
export async function createConv3dMatrix(device: GPUDevice, spec: Conv3dMatrixSpec): Promise<Conv3dMatrix> {
  const tiling = matrixTiling(device, spec);
  const pipeline = await kernelPipeline(device, labelOf(tiling), conv3dMatrixCode(tiling), {});
  return conv3dMatrixOf(device, spec, tiling, pipeline);
}

/** The same at once, for callers that cannot wait (see `kernelPipelineNow`). */
export function createConv3dMatrixNow(device: GPUDevice, spec: Conv3dMatrixSpec): Conv3dMatrix {
  const tiling = matrixTiling(device, spec);
  const pipeline = kernelPipelineNow(device, labelOf(tiling), conv3dMatrixCode(tiling), {});
  return conv3dMatrixOf(device, spec, tiling, pipeline);
}

const labelOf = ({ stored, columns, subgroups }: MatrixTiling) =>
  `conv3d-matrix ${stored} ${columns} ${subgroups}`;

/**
 * Returns the tiling for a layer: many subgroups share the border of their tile, and few columns leave each the registers for
 * its sums. On an H100 this makes 150 to 180 TFLOP/s of layers with 32 and 48 channels.
 */
function matrixTiling(device: GPUDevice, { stored, channelsOut }: Conv3dMatrixSpec): MatrixTiling {
  const matrices = channelsOut / SIDE;
  const columns = [3, 2].find((count) => matrices % count === 0) ?? 1;
  const limit = device.limits.maxComputeWorkgroupStorageSize;
  const subgroups = [8, 4, 2].find((count) => matrixWorkgroupBytes({ subgroups: count }) <= limit) ?? 1;
  return { stored, columns, subgroups };
}

function conv3dMatrixOf(
  device: GPUDevice,
  { stored, channelsIn, channelsOut, relu }: Conv3dMatrixSpec,
  { columns, subgroups }: MatrixTiling,
  pipeline: GPUComputePipeline,
): Conv3dMatrix {
  const allChannelsIn = channelsIn.reduce((sum, channels) => sum + channels, 0);
  return {
    columns,
    run({ inputs, weights, bias, output, scale = 1, samples = 1 }) {
      const [a, b = { ...a, channels: 0 }] = inputs;
      const [nx, ny, nz] = shapeXyz(output.box);
      const workgroupsX = Math.ceil(nx / SIDE) * (channelsOut / SIDE / columns);
      const blocksZ = Math.ceil(nz / subgroups);
      const workgroupsY = Math.ceil(ny / ROWS);
      return {
        flops: 54 * allChannelsIn * channelsOut * nx * ny * nz * samples,
        slabs: samples * blocksZ,
        encode({ pass, uniform }, from, to) {
          const params = new ArrayBuffer(96);
          writeInput(params, 0, a, output);
          writeInput(params, 32, b, output);
          new Uint32Array(params, 64, 7).set([nx, ny, nz, from, channelsOut / 4, blocksZ, relu ? 1 : 0]);
          new Float32Array(params, 92, 1)[0] = stored === "f32" ? scale : 1;
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

/**
 * Returns weights [kz, ky, kx, channel in, channel out] in the kernel's order: for each slice of 16·`columns` channels out, 16
 * channels in, plane, tap and 16 channels out, a matrix [channel in][channel out].
 */
export function packMatrixWeights(
  weights: Float32Array,
  channelsIn: number,
  channelsOut: number,
  columns: number,
): Float32Array<ArrayBuffer> {
  const packed = new Float32Array(weights.length);
  let to = 0;
  for (let slice = 0; slice < channelsOut; slice += SIDE * columns)
    for (let first = 0; first < channelsIn; first += SIDE)
      for (let tap = 0; tap < 27; tap++)
        for (let column = 0; column < columns; column++)
          for (let i = 0; i < SIDE; i++) {
            const from = (tap * channelsIn + first + i) * channelsOut + slice + column * SIDE;
            packed.set(weights.subarray(from, from + SIDE), to);
            to += SIDE;
          }
  return packed;
}
