import type { Backend } from "../backend";
import { lambdaOfSigma } from "../denoise/tv";
import type { Wedge } from "../fourier/wedge";
import { energyPerSquare, varianceOf } from "../restore/energies";
import { KOVACIK_WIDTH_DEG, kovacikFilter } from "../restore/kovacik-filter";
import { restoreByMaggioni } from "../restore/maggioni";
import { restoreByMoisan } from "../restore/moisan-tv";
import type { MwrSteering } from "../restore/mwr-control";
import type { MwrKernelSpec, MwrKernels } from "../restore/mwr-kernels";
import type { BetaChange } from "../restore/mwr-state";
import type { RobustScale } from "../restore/robust-scale";
import { type MwrRun, runMwr } from "../restore/run-mwr";
import type { TaskContext } from "../task/task";
import { type Shape3, voxelCount } from "../volume/shape";
import { type RestoredValues, valuesOfChain } from "./restore-outputs";
import type { RestoreParams } from "./restore-params";
import { createChainReports, createPlainReports, type RestorePart } from "./restore-reports";
import type { MwrTracePoint, RestorePreview } from "./results";

/** Work after which all that a chain needs to go on is copied from a GPU that may be lost, in voxels times iterations. */
const SNAPSHOT_WORK = 1e9;

/** The backend in use; a GPU that was lost is opened anew, or another backend takes its place. */
export interface BackendSource {
  current(): Backend;
  /** Null where nothing can be opened anew. */
  readonly renew: (() => Promise<void>) | null;
}

/** What boxes of one shape are restored with. */
export interface RestoreTask {
  readonly shape: Shape3;
  readonly params: RestoreParams;
  readonly wedges: readonly Wedge[];
  /** How much of each coefficient of the transform was measured. */
  readonly sampled: Float32Array;
  /** Noise level, in scaled units. */
  readonly sigma: number;
  readonly scale: RobustScale;
  readonly backend: BackendSource;
  readonly steering: MwrSteering | null;
  readonly context: TaskContext<RestorePreview>;
}

export interface BoxResult {
  /** In the order of `restoreOutputs`. */
  readonly volumes: readonly RestoredValues[];
  readonly trace: readonly MwrTracePoint[];
  readonly beta: number;
  readonly betaChanges: readonly BetaChange[];
  /** Iterations that were done. */
  readonly iterations: number;
  /** What cancelled a chain that had samples by then; null for one that was not. */
  readonly cancel: unknown;
}

/** Restores one box, whose grey values were scaled, by the method of the parameters. */
export async function restoreBox(
  task: RestoreTask,
  measured: Float32Array<ArrayBuffer>,
  part: RestorePart,
): Promise<BoxResult> {
  if (task.params.method === "mwr") return runChain(task, measured, part);
  const values = await restorePlainly(task, measured, part);
  const { range, offset } = task.scale;
  const toGrey = (value: number) => value * range + offset;
  const { beta, iterations } = task.params;
  return { volumes: [{ values, toGrey }], trace: [], beta, betaChanges: [], iterations, cancel: null };
}

function kernelSpec(task: RestoreTask, measured: Float32Array): MwrKernelSpec {
  const { shape, sampled, params, context } = task;
  const { method, transform, denoiser, profile, wiener, energy, particles } = params;
  // Dark particles have grey values below the background, and the scale keeps the sign.
  const sign = particles === "bright" ? "positive" : "negative";
  return {
    shape,
    sampled,
    measured,
    transform,
    denoiser: method === "moisan-tv" ? { id: "tv" } : { id: denoiser, profile, wiener },
    energy,
    ...(particles !== "either" && { sign }),
    breathe: context.breathe,
  };
}

async function runChain(
  task: RestoreTask,
  measured: Float32Array<ArrayBuffer>,
  part: RestorePart,
): Promise<BoxResult> {
  const { shape, params, sigma, scale, backend, context } = task;
  const { iterations, burnIn, beta, autoBeta, seed, keep, energy } = params;
  const spec = kernelSpec(task, measured);
  const steering = steeringOf(task.steering, part);
  const isOnGpu = backend.current().id === "webgpu";
  let kernels: MwrKernels | null = null;
  let isFirst = true;
  const createKernels = async () => {
    kernels?.dispose();
    kernels = null;
    if (!isFirst) await backend.renew?.();
    isFirst = false;
    kernels = await backend.current().createMwrKernels(spec);
    return kernels;
  };
  try {
    const { state, cancel } = await runMwr({
      measured,
      settings: {
        iterations,
        burnIn,
        sigma,
        beta,
        autoBeta,
        seed: seed + part.index,
        energyPerSquare: energyPerSquare(energy, sigma, varianceOf(measured)),
        keep,
      },
      madeWith: describeChain(task),
      createKernels,
      snapshotEvery: isOnGpu && backend.renew ? Math.ceil(SNAPSHOT_WORK / voxelCount(shape)) : null,
      steering,
      listener: createChainReports({
        shape,
        scale,
        part,
        isOnGpu,
        isClocked: steering?.isReportDue !== undefined,
        context,
      }),
      breathe: context.breathe,
    });
    if (part.count === 1) task.steering?.keep(state);
    const volumes = valuesOfChain(state, params, scale);
    const { trace, betaChanges, iteration } = state;
    return { volumes, trace, beta: state.beta, betaChanges, iterations: iteration, cancel };
  } finally {
    (kernels as MwrKernels | null)?.dispose();
  }
}

/** All that a chain's samples depend on beside the volume and what is compared anyway. */
function describeChain({ shape, params, sigma }: RestoreTask): string {
  const { iterations, saveMode, saveLast, keep, block, largestParticle, ...made } = params;
  return JSON.stringify({ ...made, shape, sigma });
}

/** Each block is a chain from its start; to finish ends the blocks and not the one that is under way. */
function steeringOf(steering: MwrSteering | null, { count }: RestorePart): MwrRun["steering"] {
  if (!steering || count === 1) return steering;
  return { ...steering, read: () => ({ ...steering.read(), finish: false }), resume: null };
}

async function restorePlainly(
  task: RestoreTask,
  measured: Float32Array<ArrayBuffer>,
  part: RestorePart,
): Promise<Float32Array<ArrayBuffer>> {
  const { shape, params, wedges, sigma, backend, context } = task;
  const { method, iterations, seed } = params;
  const { breathe } = context;
  const tell = createPlainReports({ part, context });
  const progress = async (done: number) => tell(done, iterations);
  if (method === "kovacik") {
    const fourier = await backend.current().createFourier3(shape);
    try {
      return await kovacikFilter(measured, wedges, params.softEdge || KOVACIK_WIDTH_DEG, fourier);
    } finally {
      fourier.dispose();
    }
  }
  const kernels = await backend.current().createMwrKernels(kernelSpec(task, measured));
  try {
    if (method === "maggioni") {
      const settings = { iterations, sigma, decayIterations: iterations, seed: seed + part.index };
      return await restoreByMaggioni(kernels, measured, settings, breathe, progress);
    }
    if (method === "moisan-tv") {
      const settings = { iterations, lambda: lambdaOfSigma(sigma) };
      return await restoreByMoisan(kernels, measured, settings, breathe, progress);
    }
    const [from, to] = [kernels.allocate(), kernels.allocate()];
    await kernels.load(measured, from);
    await kernels.denoise(from, sigma, to);
    return await kernels.read(to);
  } finally {
    kernels.dispose();
  }
}
