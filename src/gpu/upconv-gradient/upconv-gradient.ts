import { bindBuffers, channelQuadsPerWorkgroup, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import code from "./upconv-gradient.wgsl?raw";

/** The block of voxels of a workgroup, along each axis; upconv-gradient.wgsl has the same number. */
const VOXELS = 4;
const TILE_BYTES = 16 * (2 * VOXELS + 1) ** 3;
const BYTES_PER_QUAD = 16 * 27 * 4;

interface UpconvGradientArgs {
  /** The gradient before the ReLU. */
  readonly dz: GPUBuffer;
  readonly dzChannels: number;
  /** Folded by FOLDINGS.upconvGradient. */
  readonly weights: GPUBuffer;
  readonly dx: GPUBuffer;
  readonly dxChannels: number;
  /** Of dx: [sample, z, y, x]. */
  readonly shape: readonly [number, number, number, number];
}

/** The gradient of an up-convolution by its input; channels are multiples of 4. Compiles at the first call. */
export function upconvGradient(device: GPUDevice, args: UpconvGradientArgs): KernelRun {
  const { dz, dzChannels, weights, dx, dxChannels, shape } = args;
  const [samples, nz, ny, nx] = shape;
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = device.limits;
  const quads = channelQuadsPerWorkgroup(
    dxChannels / 4,
    (count) =>
      TILE_BYTES + BYTES_PER_QUAD * count <= maxComputeWorkgroupStorageSize &&
      count * VOXELS * VOXELS <= maxComputeInvocationsPerWorkgroup,
  );
  const pipeline = kernelPipelineNow(device, "upconv-gradient", code, { QUADS: quads });
  return {
    flops: 2 * 27 * dzChannels * dxChannels * samples * nz * ny * nx,
    slabs: samples * Math.ceil(nz / VOXELS),
    encode({ pass, uniform }, from, to) {
      const params = new Uint32Array([nx, ny, nz, dxChannels / 4, dzChannels, from, 0, 0]);
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindBuffers(device, pipeline, [uniform(params.buffer), dz, weights, dx]));
      const columns = Math.ceil(nx / VOXELS) * (dxChannels / 4 / quads);
      pass.dispatchWorkgroups(columns, Math.ceil(ny / VOXELS), to - from);
    },
  };
}
