import { BM4D, BM4D_PROFILES, matchThreshold, wienerMatchThreshold } from "../../core/denoise/bm4d-plan";
import { ComputeError } from "../../core/errors";
import type { DenoiserSpec } from "../../core/restore/mwr-kernels";
import type { Shape3 } from "../../core/volume/shape";
import { voxelCount } from "../../core/volume/shape";
import { BufferSet } from "../buffer-set";
import type { GpuDevice } from "../device";
import type { KernelRun } from "../paced-queue";
import { type Bm4dStageSpec, createBm4dStage, stageBytes } from "./bm4d-stage";
import { type Bm4dTiling, defaultTiling } from "./bm4d-tilings";

const CUBE = BM4D.cubeSide ** 3;

interface GpuBm4d {
  /** Bytes of the GPU's memory that it holds. */
  readonly bytes: number;
  /**
   * Returns the kernels that denoise `input` into `output` (f32, another buffer), for noise of deviation `sigma` ≥ 0. Values
   * beyond ±63 are cut off: the data's range is about 1.
   */
  runs(input: GPUBuffer, output: GPUBuffer, sigma: number): readonly KernelRun[];
  dispose(): void;
}

/**
 * Returns BM4D on the GPU, the twin of core/denoise/bm4d.ts, for volumes of `shape` (sides of at least 4). Runs give the
 * same bits every time, and the reference's values but for rounding: about 1e-6, more where rounding makes another cube the
 * nearer one or lifts a coefficient over the threshold. Throws ComputeError "out-of-memory", and
 * "backend-failed" where the GPU has less workgroup memory than wide windows need (20 KB).
 */
export async function createGpuBm4d(
  { device }: GpuDevice,
  shape: Shape3,
  { profile = "lc", wiener = false }: Pick<DenoiserSpec, "profile" | "wiener">,
  tiling?: Bm4dTiling,
): Promise<GpuBm4d> {
  if (Math.min(...shape) < BM4D.cubeSide)
    throw new ComputeError(
      "bad-input",
      `BM4D needs at least ${BM4D.cubeSide} voxels per side, not ${shape.join(" × ")}.`,
    );
  const { searchRadius: radius, maxGroup, maxWienerGroup } = BM4D_PROFILES[profile];
  const stage = (spec: Bm4dStageSpec) =>
    createBm4dStage(device, shape, spec, tiling ?? defaultTiling(device, spec));
  const hard: Bm4dStageSpec = { radius, group: maxGroup, wiener: false };
  const soft: Bm4dStageSpec = { radius, group: maxWienerGroup, wiener: true };
  const [first, second] = await Promise.all([stage(hard), wiener ? stage(soft) : null]);

  const buffers = new BufferSet(device);
  const sizes = [
    ...stageBytes(shape, { radius, group: second ? Math.max(maxGroup, maxWienerGroup) : maxGroup }),
    ...(second ? [4 * voxelCount(shape)] : []),
  ];
  const [groups, weights, cubeWeights, perWeight, estimate] = await buffers.take(sizes);
  const scratch = { groups, weights, cubeWeights, perWeight };
  return {
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    runs(input, output, sigma) {
      const basic = second ? estimate : output;
      const threshold = { largestDistance: CUBE * matchThreshold(sigma), level: BM4D.hardThreshold * sigma };
      const firstRuns = first.runs({ guide: input, noisy: input, output: basic, ...threshold }, scratch);
      if (!second) return firstRuns;
      const variance = { largestDistance: CUBE * wienerMatchThreshold(sigma), level: sigma ** 2 };
      return [...firstRuns, ...second.runs({ guide: basic, noisy: input, output, ...variance }, scratch)];
    },
    dispose: () => buffers.free(),
  };
}
