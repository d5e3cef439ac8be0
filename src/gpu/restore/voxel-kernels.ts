import { bindBuffers, kernelPipeline } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import { slabRun } from "../slab-run";
import accumulateCode from "./accumulate.wgsl?raw";
import addNoiseCode from "./add-noise.wgsl?raw";
import countRunCode from "./count-run.wgsl?raw";
import decideCode from "./decide.wgsl?raw";
import holdSignCode from "./hold-sign.wgsl?raw";
import { oncePerBuffers } from "./once-per-buffers";
import selectCode from "./select.wgsl?raw";

const THREADS = 256;
/** Workgroups that are dispatched at a time, at least. */
const GROUPS_PER_SLAB = 1024;
/** Outcomes that the state holds. */
export const MOST_OUTCOMES = 1024;
/** Where they start in the state, in bytes; before them are the fields that STATE_CODE names. */
export const OUTCOMES_START = 24;
/** Moving a voxel takes about as long as this many operations of the convolution, and drawing a number. */
const FLOPS_PER_VOXEL = 60;
const FLOPS_PER_NORMAL = 100;

/** Threads take four voxels each; volumes of many come in slabs. */
const GRID_CODE = `const THREADS = ${THREADS}u;

struct Grid {
  first: u32, // slab
  perSlab: u32, // workgroups
  quads: u32, // of voxels
  unused: u32,
}
`;
const INDEX_CODE = `
fn quadIndex(workgroup: vec3u, thread: u32) -> u32 {
  return ((params.grid.first + workgroup.y) * params.grid.perSlab + workgroup.x) * THREADS + thread;
}
`;
/** What decisions leave behind: the first three are MwrDecisionState. */
const STATE_CODE = `
struct State {
  energy: f32, // of the current sample
  run: u32,
  longestRun: u32,
  accepted: u32, // 1 or 0: the newest proposal
  isLongest: u32, // 1 or 0: the run of the current sample, when it was counted last
  unused: u32,
  outcomes: array<vec2f>, // energy afterwards; 1 where accepted, else 0
}
`;

/** An energy: `scale` times the sum of the first `count` of `shares`. */
export interface EnergyShares {
  readonly shares: GPUBuffer;
  readonly count: number;
  readonly scale: number;
}

/** What the chain does to voxels and decides, on buffers that hold whole vec4 of f32. */
export interface VoxelKernels {
  addNoise(x: GPUBuffer, sigma: number, seed: number, stream: number, out: GPUBuffer): KernelRun;
  /**
   * Decides on a proposal of this energy; the outcome goes to a slot below MOST_OUTCOMES. Slack `null` takes it for that of a
   * first sample.
   */
  decide(energy: EnergyShares, slack: number | null, slot: number): KernelRun;
  /** Sets the values that do not have the sign to 0. */
  readonly holdSign: Readonly<Record<"positive" | "negative", (values: GPUBuffer) => KernelRun>>;
  /** Copies the proposal if it was accepted. */
  select(proposal: GPUBuffer, current: GPUBuffer): KernelRun;
  accumulate(
    x: GPUBuffer,
    n: number,
    mean: GPUBuffer,
    squares: GPUBuffer,
    mode: GPUBuffer,
  ): readonly KernelRun[];
}

/** Compiles them for volumes of so many voxels. Throws ComputeError "backend-failed" with what the compiler says. */
export async function createVoxelKernels(
  device: GPUDevice,
  voxels: number,
  state: GPUBuffer,
): Promise<VoxelKernels> {
  const compile = (label: string, code: string) => kernelPipeline(device, label, code, {});
  const [noise, holdSign, decide, select, countRunPipeline, accumulate] = await Promise.all([
    compile("add-noise", GRID_CODE + INDEX_CODE + addNoiseCode),
    compile("hold-sign", GRID_CODE + INDEX_CODE + holdSignCode),
    compile("decide", GRID_CODE + STATE_CODE + decideCode),
    compile("select", GRID_CODE + INDEX_CODE + STATE_CODE + selectCode),
    compile("count-run", STATE_CODE + countRunCode),
    compile("accumulate", GRID_CODE + INDEX_CODE + STATE_CODE + accumulateCode),
  ]);
  const quads = Math.ceil(voxels / 4);
  const groups = Math.ceil(quads / THREADS);
  const perSlab = Math.min(groups, GROUPS_PER_SLAB);

  const onVoxels = (
    pipeline: GPUComputePipeline,
    buffers: readonly GPUBuffer[],
    flopsPerVoxel: number,
    write: (words: DataView) => void = () => {},
  ): KernelRun =>
    slabRun(device, {
      flops: voxels * flopsPerVoxel,
      slabs: Math.ceil(groups / perSlab),
      pipeline,
      buffers,
      params(from) {
        const params = new ArrayBuffer(32);
        new Uint32Array(params).set([from, perSlab, quads]);
        write(new DataView(params, 16));
        return params;
      },
      workgroups: (slabs) => [perSlab, slabs],
    });
  const holding = (values: GPUBuffer, negative: number) =>
    onVoxels(holdSign, [values], FLOPS_PER_VOXEL, (words) => words.setUint32(0, negative, true));
  const stateBound = bindBuffers(device, countRunPipeline, [state]);
  const countRun: KernelRun = {
    flops: FLOPS_PER_VOXEL,
    slabs: 1,
    encode({ pass }) {
      pass.setPipeline(countRunPipeline);
      pass.setBindGroup(0, stateBound);
      pass.dispatchWorkgroups(1);
    },
  };

  return {
    addNoise: (x, sigma, seed, stream, out) =>
      onVoxels(noise, [x, out], FLOPS_PER_NORMAL, (words) => {
        words.setUint32(0, seed, true);
        words.setUint32(4, stream, true);
        words.setFloat32(8, sigma, true);
      }),
    holdSign: {
      positive: oncePerBuffers((values) => holding(values, 0)),
      negative: oncePerBuffers((values) => holding(values, 1)),
    },
    decide: ({ shares, count, scale }, slack, slot) => ({
      flops: count * FLOPS_PER_VOXEL,
      slabs: 1,
      encode({ pass, uniform }) {
        const params = new ArrayBuffer(32);
        new Uint32Array(params).set([count, slot, slack === null ? 1 : 0]);
        new Float32Array(params, 12, 2).set([scale, slack ?? 0]);
        pass.setPipeline(decide);
        pass.setBindGroup(0, bindBuffers(device, decide, [uniform(params), shares, state]));
        pass.dispatchWorkgroups(1);
      },
    }),
    select: oncePerBuffers((proposal, current) =>
      onVoxels(select, [state, proposal, current], FLOPS_PER_VOXEL),
    ),
    accumulate: (x, n, mean, squares, mode) => [
      countRun,
      onVoxels(accumulate, [state, x, mean, squares, mode], FLOPS_PER_VOXEL, (words) =>
        words.setFloat32(0, 1 / n, true),
      ),
    ],
  };
}
