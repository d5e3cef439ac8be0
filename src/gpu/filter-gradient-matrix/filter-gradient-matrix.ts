import { SIDE } from "../conv3d-matrix/conv3d-matrix-code";
import { bindBuffers, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import { BLOCK, filterGradientBytes, filterGradientMatrixCode } from "./filter-gradient-matrix-code";

/** Enough to fill a large GPU; more shares cost memory traffic. */
const WORKGROUPS = 132;

export interface FilterGradientMatrixSpec {
  /** [sample, z, y, x]. */
  readonly shape: readonly [number, number, number, number];
  /** Channels of the one or two inputs, which lie side by side: multiples of 16. */
  readonly channelsIn: readonly number[];
  /** A multiple of 16. */
  readonly channelsOut: number;
}

interface FilterGradientMatrixArgs {
  /** f32 [sample, z, y, x, channel]. */
  readonly inputs: readonly GPUBuffer[];
  /** The gradient before the ReLU, likewise. */
  readonly dz: GPUBuffer;
  /** A power of two that dz is multiplied by before it becomes f16; the sums are so many times too large. */
  readonly scale: number;
  /** Room for `shares` times `length` floats. */
  readonly partials: GPUBuffer;
}

export interface FilterGradientMatrix {
  readonly shares: number;
  /** Floats of a share: 27 taps × channels in × channels out. */
  readonly length: number;
  /** Fills `partials`: [share, tap z, y, x, channel in, channel out]; their sum over the shares is `scale` times the gradient. */
  run(args: FilterGradientMatrixArgs): KernelRun;
}

/**
 * Returns the kernel for the gradient of a 3×3×3 filter on subgroup matrices: products of f16, sums of f32, deterministic. For
 * devices with subgroup matrices. Compiles at the first call for its channels.
 */
export function createFilterGradientMatrix(
  device: GPUDevice,
  { shape, channelsIn, channelsOut }: FilterGradientMatrixSpec,
): FilterGradientMatrix {
  const [samples, nz, ny, nx] = shape;
  const [channelsA, channelsB = 0] = channelsIn;
  const allChannelsIn = channelsA + channelsB;
  const matrices = channelsOut / SIDE;
  const fits = (columns: number) =>
    matrices % columns === 0 && filterGradientBytes(columns) <= device.limits.maxComputeWorkgroupStorageSize;
  const columns = [3, 2, 1].find(fits) ?? 1;
  const slices = matrices / columns;
  const chunks = allChannelsIn / SIDE;
  const blocks = samples * Math.ceil(nz / BLOCK) * Math.ceil(ny / BLOCK) * Math.ceil(nx / SIDE);
  const shares = Math.max(1, Math.min(blocks, Math.round(WORKGROUPS / (slices * chunks))));
  const code = filterGradientMatrixCode(columns);
  const pipeline = kernelPipelineNow(device, `filter-gradient-matrix ${columns}`, code, {});
  return {
    shares,
    length: 27 * allChannelsIn * channelsOut,
    run: ({ inputs: [a, b = a], dz, scale, partials }) => ({
      flops: 54 * allChannelsIn * channelsOut * samples * nz * ny * nx,
      slabs: 1,
      encode({ pass, uniform }) {
        const params = new ArrayBuffer(48);
        new Uint32Array(params, 0, 8).set([nx, ny, nz, samples, channelsA, channelsB, channelsOut, shares]);
        new Float32Array(params, 32, 1)[0] = scale;
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindBuffers(device, pipeline, [uniform(params), a, b, dz, partials]));
        pass.dispatchWorkgroups(shares, chunks, slices);
      },
    }),
  };
}
