import { BM4D, referencePositions } from "../../core/denoise/bm4d-plan";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import type { KernelRun } from "../paced-queue";
import { slabRun } from "../slab-run";
import { type Bm4dStageSpec, COLUMNS, compileStage } from "./bm4d-pipelines";
import type { Bm4dTiling, StageSizes } from "./bm4d-tilings";

/** A difference, its square and their share of what is read: about this many operations of the convolution. */
const FLOPS_PER_DIFFERENCE = 4;
/** A value of a group is read, transformed twice each way, and added. */
const FLOPS_PER_VALUE = 60;
const FLOPS_PER_VOXEL = 20;

const CUBE = BM4D.cubeSide ** 3;

/** What a stage reads and writes, and its sizes for this volume. */
interface Bm4dStageArgs {
  /** Where groups are found, and what tells which coefficients stay. */
  readonly guide: GPUBuffer;
  /** What is filtered: the guide itself, but in the Wiener stage. */
  readonly noisy: GPUBuffer;
  readonly output: GPUBuffer;
  /** Sum of squared differences up to which cubes are alike. */
  readonly largestDistance: number;
  /** Where coefficients are cut off; in the Wiener stage, the variance of the noise. */
  readonly level: number;
}

/** Storage that stages of one volume may share, each of at least `stageBytes`. */
interface Bm4dScratch {
  readonly groups: GPUBuffer;
  readonly weights: GPUBuffer;
  readonly cubeWeights: GPUBuffer;
  readonly perWeight: GPUBuffer;
}

interface Bm4dStage {
  /** Returns the stage's kernels, in order; the output may be neither the guide nor the noisy volume. */
  runs(args: Bm4dStageArgs, scratch: Bm4dScratch): readonly KernelRun[];
}

/** Returns the sizes of a stage's scratch in bytes, in the order groups, weights, cubeWeights, perWeight. */
export function stageBytes(shape: Shape3, { group }: StageSizes): readonly number[] {
  const references = voxelCount(referenceCounts(shape));
  return [4 * group * references, 4 * references, 4 * voxelCount(shape), 4 * voxelCount(shape)];
}

function referenceCounts(shape: Shape3): Shape3 {
  const [nz, ny, nx] = shape.map((length) => referencePositions(length).length);
  return [nz, ny, nx];
}

/** Compiles one stage of BM4D for volumes of `shape`: every group found, weighed, filtered and added. */
export async function createBm4dStage(
  device: GPUDevice,
  shape: Shape3,
  spec: Bm4dStageSpec,
  tiling: Bm4dTiling,
): Promise<Bm4dStage> {
  const pipelines = await compileStage(device, spec, tiling);
  const counts = referenceCounts(shape);
  const references = voxelCount(counts);
  const voxels = voxelCount(shape);

  /** Kernels over all voxels. */
  const perVoxel = (pipeline: GPUComputePipeline, buffers: readonly GPUBuffer[]): KernelRun =>
    slabRun(device, {
      pipeline,
      buffers,
      flops: FLOPS_PER_VOXEL * voxels,
      slabs: shape[0],
      params: (from) => planeParams(shape, from),
      workgroups: (planes) => [Math.ceil(shape[2] / COLUMNS), shape[1], planes],
    });
  const perGroup = (pipeline: GPUComputePipeline, buffers: readonly GPUBuffer[], level: number): KernelRun =>
    slabRun(device, {
      pipeline,
      buffers,
      flops: FLOPS_PER_VALUE * CUBE * spec.group * references,
      slabs: counts[0],
      params: (from) => groupParams(shape, level, counts, from),
      workgroups: (planes) => [Math.ceil(counts[2] / tiling.groupTeams), counts[1], planes],
    });
  const match = (guide: GPUBuffer, groups: GPUBuffer, largestDistance: number): KernelRun => {
    const [slabs, rows] = tiling.references.map((together, axis) => Math.ceil(counts[axis] / together));
    return slabRun(device, {
      pipeline: pipelines.match,
      buffers: [guide, groups],
      flops: FLOPS_PER_DIFFERENCE * CUBE * (2 * spec.radius + 1) ** 3 * references,
      slabs,
      params: (from) => groupParams(shape, largestDistance, counts, from),
      workgroups: (count) => [counts[2], rows, count],
    });
  };
  return {
    runs({ guide, noisy, output, largestDistance, level }, { groups, weights, cubeWeights, perWeight }) {
      return [
        match(guide, groups, largestDistance),
        perVoxel(pipelines.clearWeights, [cubeWeights]),
        perGroup(pipelines.weigh, [guide, groups, weights, cubeWeights], level),
        perVoxel(pipelines.spreadWeights, [cubeWeights, perWeight, output]),
        perGroup(pipelines.aggregate, [guide, groups, weights, perWeight, output, noisy], level),
        perVoxel(pipelines.finish, [output]),
      ];
    },
  };
}

/** The parameters of kernels over voxels: shape x, y, z, and the first plane. */
function planeParams([nz, ny, nx]: Shape3, firstPlane: number): ArrayBuffer {
  return Uint32Array.of(nx, ny, nz, firstPlane).buffer;
}

/** The parameters of match.wgsl and group.wgsl: the shape and a level, the counts of references and the first slab of them. */
function groupParams(shape: Shape3, level: number, counts: Shape3, firstSlab: number): ArrayBuffer {
  const params = new ArrayBuffer(32);
  new Uint32Array(params).set([...shape].reverse());
  new Float32Array(params)[3] = level;
  new Uint32Array(params, 16).set([...[...counts].reverse(), firstSlab]);
  return params;
}
