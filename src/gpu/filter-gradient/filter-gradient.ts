import { bindBuffers, channelQuadsPerWorkgroup, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import { type Blocks, COLUMNS, filterBlocks } from "./filter-blocks";
import code from "./filter-gradient.wgsl?raw";
import oneChannelCode from "./one-channel-filter-gradient.wgsl?raw";

/** Of the kernel for one channel; one-channel-filter-gradient.wgsl has the same numbers. */
const ONE_CHANNEL_TILE = { x: 8, y: 2, z: 2 } as const;
/** Some rounds of a large GPU, so that it is busy to the end. */
const WORKGROUPS = 2112;
/** Of a share: writing and adding it takes about as long as one. */
const TILES_AT_LEAST = 16;

export interface FilterGradientSpec {
  /** 1 of a convolution, whose inputs move; 2 of an up-convolution, whose output's gradient moves. */
  readonly stride: 1 | 2;
  /** Of the still map: [sample, z, y, x]; the moving maps have `stride` times as many voxels along z, y and x. */
  readonly shape: readonly [number, number, number, number];
  /** Channels of the one or two moving maps, which lie side by side: multiples of 4, or a single map of 1 (stride 1). */
  readonly movingChannels: readonly number[];
  /** A multiple of 4. */
  readonly stillChannels: number;
}

interface FilterGradientArgs {
  readonly moving: readonly GPUBuffer[];
  readonly still: GPUBuffer;
  /** Room for `shares` times `length` floats. */
  readonly partials: GPUBuffer;
}

export interface FilterGradient {
  readonly shares: number;
  /** Floats of a share: 27 taps × moving channels × still channels. */
  readonly length: number;
  /** Fills `partials`: [share, tap z, y, x, moving channel, still channel], whose sum over the shares is the gradient. */
  run(args: FilterGradientArgs): KernelRun[];
}

/** Returns the kernel for the gradient of a 3×3×3 filter, compiled when it first runs. Deterministic: no atomics. */
export function createFilterGradient(device: GPUDevice, spec: FilterGradientSpec): FilterGradient {
  return spec.movingChannels[0] === 1 ? ofOneChannel(device, spec) : ofChannels(device, spec);
}

function ofChannels(device: GPUDevice, spec: FilterGradientSpec): FilterGradient {
  const { stride, shape, movingChannels, stillChannels } = spec;
  const [samples, nz, ny, nx] = shape;
  const blocks = movingChannels.map((channels) =>
    filterBlocks(device.limits, stride, channels, stillChannels),
  );
  const workgroups = blocks.reduce((sum, { count }) => sum + 3 * count, 0);
  const tilesOf = ({ rows }: Blocks) => samples * nz * Math.ceil(ny / rows) * Math.ceil(nx / COLUMNS);
  const shares = sharesOf(Math.min(...blocks.map(tilesOf)), workgroups);
  const rows = movingChannels.reduce((sum, channels) => sum + channels, 0);
  const run = (index: number, { moving, still, partials }: FilterGradientArgs): KernelRun => {
    const block = blocks[index];
    const channels = movingChannels[index];
    const constants = { STRIDE: stride, MOVING: block.moving, STILL: block.still, ROWS: block.rows };
    const pipeline = kernelPipelineNow(device, "filter-gradient", code, constants);
    const firstRow = movingChannels.slice(0, index).reduce((sum, before) => sum + before, 0);
    const tilesPerShare = Math.ceil(tilesOf(block) / shares);
    return {
      flops: 2 * 27 * channels * stillChannels * samples * nz * ny * nx,
      slabs: shares,
      encode({ pass, uniform }, from, to) {
        const sizes = [channels / 4, stillChannels / 4, rows, firstRow, tilesPerShare, from, 0, 0];
        const params = new Uint32Array([nx, ny, nz, samples, ...sizes]);
        pass.setPipeline(pipeline);
        pass.setBindGroup(
          0,
          bindBuffers(device, pipeline, [uniform(params.buffer), moving[index], still, partials]),
        );
        pass.dispatchWorkgroups(3 * block.count, to - from);
      },
    };
  };
  return {
    shares,
    length: 27 * rows * stillChannels,
    run: (args) => movingChannels.map((_, index) => run(index, args)),
  };
}

/** Returns into how many shares the tiles are cut, for each of which there are so many workgroups. */
function sharesOf(tiles: number, workgroups: number): number {
  return Math.max(1, Math.min(Math.ceil(WORKGROUPS / workgroups), Math.floor(tiles / TILES_AT_LEAST)));
}

function ofOneChannel(device: GPUDevice, { shape, stillChannels }: FilterGradientSpec): FilterGradient {
  const [samples, nz, ny, nx] = shape;
  const { x, y, z } = ONE_CHANNEL_TILE;
  const quads = channelQuadsPerWorkgroup(stillChannels / 4, () => true);
  const slices = stillChannels / 4 / quads;
  const tiles = samples * Math.ceil(nz / z) * Math.ceil(ny / y) * Math.ceil(nx / x);
  const shares = sharesOf(tiles, slices);
  const tilesPerShare = Math.ceil(tiles / shares);
  return {
    shares,
    length: 27 * stillChannels,
    run({ moving, still, partials }) {
      const pipeline = kernelPipelineNow(device, "one-channel-filter-gradient", oneChannelCode, {
        QUADS: quads,
      });
      const encode: KernelRun["encode"] = ({ pass, uniform }, from, to) => {
        const params = new Uint32Array([nx, ny, nz, samples, stillChannels / 4, tilesPerShare, from, 0]);
        pass.setPipeline(pipeline);
        pass.setBindGroup(
          0,
          bindBuffers(device, pipeline, [uniform(params.buffer), moving[0], still, partials]),
        );
        pass.dispatchWorkgroups(slices, to - from);
      };
      return [{ flops: 2 * 27 * stillChannels * samples * nz * ny * nx, slabs: shares, encode }];
    },
  };
}
