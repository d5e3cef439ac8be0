import { BM4D, kaiserCube, referencePositions } from "../../core/denoise/bm4d-plan";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import { kernelCode } from "../kernel-code";
import { kernelPipeline } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import { slabRun } from "../slab-run";
import aggregateSource from "./aggregate.wgsl?raw";
import { type Bm4dTiling, matchLanes, type StageSizes } from "./bm4d-tilings";
import clearWeightsCode from "./clear-weights.wgsl?raw";
import finishCode from "./finish.wgsl?raw";
import groupSource from "./group.wgsl?raw";
import matchSource from "./match.wgsl?raw";
import spreadWeightsCode from "./spread-weights.wgsl?raw";
import weighSource from "./weigh.wgsl?raw";

/** The output is summed in steps of 1 / VALUE_ONE in 32 bits; larger values are cut off. */
const VALUE_ONE = 2 ** 25;
const LARGEST = 63;
/** Threads of a workgroup of kernels that take each voxel for itself. */
const COLUMNS = 64;
/** A difference, its square and their share of what is read: about this many operations of the convolution. */
const FLOPS_PER_DIFFERENCE = 4;
/** A value of a group is read, transformed twice each way, and added. */
const FLOPS_PER_VALUE = 60;
const FLOPS_PER_VOXEL = 20;

const CUBE = BM4D.cubeSide ** 3;

export interface Bm4dStageSpec extends StageSizes {
  readonly wiener: boolean;
}

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
    const [slabs, rows, columns] = counts.map((count, axis) => Math.ceil(count / tiling.references[axis]));
    return slabRun(device, {
      pipeline: pipelines.match,
      buffers: [guide, groups],
      flops: FLOPS_PER_DIFFERENCE * CUBE * (2 * spec.radius + 1) ** 3 * references,
      slabs,
      params: (from) => groupParams(shape, largestDistance, counts, from),
      workgroups: (count) => [columns, rows, count],
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

async function compileStage(device: GPUDevice, spec: Bm4dStageSpec, tiling: Bm4dTiling) {
  const { radius, group, wiener } = spec;
  const [refsZ, refsY, refsX] = tiling.references;
  const window = 2 * radius + 1;
  const matchSizes = {
    RADIUS: radius,
    GROUP: group,
    STEP: BM4D.stepVoxels,
    REFS_Z: refsZ,
    REFS_Y: refsY,
    REFS_X: refsX,
    LANES: matchLanes(spec),
  };
  const groupSizes = {
    GROUP: group,
    STEP: BM4D.stepVoxels,
    TEAMS: tiling.groupTeams,
    WIENER: wiener ? 1 : 0,
  };
  const [outer, inner] = [kaiserCube()[0], kaiserCube()[21]].map(Math.cbrt);
  const kaiser = { WINDOW_OUTER: outer, WINDOW_INNER: inner };
  const compile = (
    name: string,
    source: string,
    sizes: Readonly<Record<string, number>>,
    ranges: Readonly<Record<string, number>>,
    constants: Readonly<Record<string, number>> = {},
  ) => {
    const label = `bm4d-${name} ${Object.values(sizes).join(" ")}`;
    return kernelPipeline(device, label, kernelCode(source, {}, sizes, ranges), constants);
  };
  const inGroup = (name: string, source: string, constants?: Readonly<Record<string, number>>) =>
    compile(name, `${groupSource}\n${source}`, groupSizes, GROUP_RANGES, constants);
  const [match, clearWeights, weigh, spreadWeights, aggregate, finish] = await Promise.all([
    compile("match", matchSource, matchSizes, { c: window, r: window + 3 }),
    kernelPipeline(device, "bm4d-clear-weights", clearWeightsCode, { COLUMNS }),
    inGroup("weigh", weighSource, { LEAST_KEPT: wiener ? BM4D.leastWienerPower : 1 }),
    kernelPipeline(device, "bm4d-spread-weights", spreadWeightsCode, { COLUMNS, VALUE_ONE, ...kaiser }),
    inGroup("aggregate", aggregateSource, { LARGEST, ...kaiser }),
    kernelPipeline(device, "bm4d-finish", finishCode, { COLUMNS, VALUE_ONE }),
  ]);
  return { match, clearWeights, weigh, spreadWeights, aggregate, finish };
}

/** The names of group.wgsl: cubes of a team, pairs of each level, elements, rows and columns of a plane. */
const GROUP_RANGES = { c: 16, p8: 8, p4: 4, p2: 2, e: 16, y: 4, x: 4 };

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
