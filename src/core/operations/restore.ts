import type { Backend } from "../backend";
import { ComputeError, isTagged } from "../errors";
import { dctWedgeWeights } from "../fourier/dct-wedge";
import { type Wedge, wedgeWeights } from "../fourier/wedge";
import { type BlockPlan, blockBoxes, planBlocks } from "../restore/block-plan";
import { estimateSigma } from "../restore/estimate-sigma";
import { acceptanceRate } from "../restore/mwr-chain";
import type { MwrSteering } from "../restore/mwr-control";
import { robustScale, scaleInPlace } from "../restore/robust-scale";
import type { Operation } from "../task/operation";
import type { TaskContext } from "../task/task";
import { type Box, boxShape, type Shape3, voxelCount, wholeBox } from "../volume/shape";
import type { VolumeReader } from "../volume/volume";
import { checkBoxShape, readNumbers, restoreBytes, tooLarge } from "./check-restore-box";
import { blockRemarks, restoreInBlocks } from "./restore-blocks";
import { type BackendSource, type BoxResult, type RestoreTask, restoreBox } from "./restore-box";
import { createRestoreVolume, restoreOutputs } from "./restore-outputs";
import { RESTORE_PARAMS, type RestoreParams } from "./restore-params";
import { betaRemarks, joinTraces } from "./restore-reports";
import type { RestoreOutput, RestorePreview } from "./results";

/** Below this the proposals differ too little from the sample to fill the wedge in reasonable time. */
const LEAST_SIGMA = 0.05;
/** What is done in one piece where nothing else is asked: 320³. */
const MOST_VOXELS_WHOLE = 320 ** 3;
const BLOCK_SIDE = 256;
/**
 * Per voxel and call. BM4D's are counted: 343 distances of 64 terms every 27 voxels, and Haar transforms. Those of the others are
 * what a processor does in their time at BM4D's pace, measured at 48³ in WebAssembly (NL-Bayes and BM3D: in TypeScript).
 */
const DENOISER_FLOPS: Readonly<Record<RestoreParams["denoiser"], number>> = {
  bm4d: 2900,
  "nl-bayes": 330_000,
  bm3d: 490_000,
  "nl-means": 10_000,
  tv: 1000,
  diffusion: 4100,
  gaussian: 170,
};
const NP_TIMES = 2;
const WIENER_TIMES = 2.2;
/** Per voxel and iteration, likewise: five Fourier passes and what is done to single voxels. */
const STEP_FLOPS = 500;

interface RestoreInputs {
  readonly volume: VolumeReader;
  readonly backend: Backend;
  /** How the chain is steered while it runs; without it, it runs as the parameters say. */
  readonly steering?: MwrSteering;
  /** Opens a backend in the place of one whose GPU was lost: the chain goes on there. Without it, the loss ends the run. */
  readonly renewBackend?: () => Promise<Backend>;
}

/**
 * Fills the missing wedge of a volume (or a box of it) and takes away noise; large volumes are done in blocks that overlap. Writes
 * the mean of the chain's samples ("restored") and their deviation ("std"), and single samples where asked for, float32,
 * in the grey values of the input. Dark and bright particles are restored alike: the energy and the denoisers do not see the sign.
 * With "pp-fft" the periodic part of the box is what gets restored, so a slope across it is gone. A cancel after the first sample
 * ends the chain with the samples so far; in blocks, those that are finished are kept, and the rest stays as it was measured.
 * Throws "bad-parameter" for a burn-in that leaves nothing to average, "bad-input" for boxes below 8 voxels per side and voxels
 * that are not numbers, and "out-of-memory" for boxes that are too large. Thesis chapter 2.
 */
export const RESTORE: Operation<typeof RESTORE_PARAMS, RestoreInputs, RestoreOutput, RestorePreview> = {
  id: "restore",
  label: "Restore missing wedge",
  summary: "Fills the missing wedge and takes away noise; gives the restored volume and its uncertainty.",
  params: RESTORE_PARAMS,

  estimate(shape, params) {
    const plan = planOf(params.box ? boxShape(params.box) : shape, params);
    // Where blocks overlap, voxels are done several times.
    const voxels = blockBoxes(plan).length * voxelCount(plan.blockShape);
    const calls = params.method === "denoise" || params.method === "kovacik" ? 1 : params.iterations + 1;
    return {
      bytes: restoreBytes(plan, params),
      flops: (denoiserFlops(params) + STEP_FLOPS) * voxels * calls,
    };
  },

  async run(inputs, params, context) {
    checkBurnIn(params);
    const box = params.box ?? wholeBox(inputs.volume.meta.shape);
    const whole = boxShape(box);
    const plan = planOf(whole, params);
    checkBoxShape(plan.blockShape, params);
    const boxes = blockBoxes(plan, box);
    const middle = boxes[Math.floor(boxes.length / 2)];

    context.onProgress({ done: 0, total: params.iterations * boxes.length, note: "reading the box" });
    await context.breathe();
    const first = await readNumbers(inputs.volume, middle);
    const task = await prepare(inputs, params, plan.blockShape, first, context);
    const withSize = (error: unknown): never => {
      throw isTagged(error, "out-of-memory") ? tooLarge(plan.blockShape, params, error) : error;
    };
    const results = await (boxes.length === 1
      ? restoreWhole(task, inputs.volume, box, first)
      : restoreInBlocks(task, inputs.volume, box, plan)
    ).catch(withSize);

    const trace = joinTraces(results.map((result) => result.trace));
    const last = results[results.length - 1];
    return {
      boxShape: whole,
      blocks: boxes.length,
      finishedBlocks: results.length,
      sigma: task.sigma,
      beta: last.beta,
      iterations: last.iterations,
      acceptanceRate: trace.length > 0 ? acceptanceRate(trace) : null,
      trace,
      remarks: [...blockRemarks(results.length, boxes.length), ...betaRemarks(results)],
    };
  },
};

function denoiserFlops({ method, denoiser, profile, wiener }: RestoreParams): number {
  if (method === "kovacik") return 0;
  const flops = DENOISER_FLOPS[method === "moisan-tv" ? "tv" : denoiser];
  if (method === "moisan-tv" || denoiser !== "bm4d") return flops;
  return flops * (profile === "np" ? NP_TIMES : 1) * (wiener ? WIENER_TIMES : 1);
}

function checkBurnIn({ method, burnIn, iterations }: RestoreParams): void {
  if (method !== "mwr" || burnIn < iterations) return;
  const sentence = `Burn-in must be shorter than the ${iterations} iterations, not ${burnIn}.`;
  throw new ComputeError("bad-parameter", sentence, { name: "burnIn", value: burnIn });
}

function planOf(shape: Shape3, { block, largestParticle }: RestoreParams): BlockPlan {
  const isWhole = block === null && voxelCount(shape) <= MOST_VOXELS_WHOLE;
  const most = isWhole ? MOST_VOXELS_WHOLE : (block ?? BLOCK_SIDE) ** 3;
  return planBlocks(shape, most, largestParticle ?? 0);
}

export function wedgesOf({
  tilt,
  tiltAxis,
  dualAxis,
  secondTilt,
}: Pick<RestoreParams, "tilt" | "tiltAxis" | "dualAxis" | "secondTilt">): Wedge[] {
  const other = tiltAxis === "y" ? "x" : "y";
  const wedge = ([minTiltDeg, maxTiltDeg]: readonly [number, number], axis: "x" | "y"): Wedge => ({
    minTiltDeg,
    maxTiltDeg,
    tiltAxis: axis,
  });
  return [wedge(tilt, tiltAxis), ...(dualAxis ? [wedge(secondTilt, other)] : [])];
}

/** Works out from the grey values of one box what all are restored with. */
async function prepare(
  { backend, steering, renewBackend }: RestoreInputs,
  params: RestoreParams,
  shape: Shape3,
  grey: Float32Array,
  context: TaskContext<RestorePreview>,
): Promise<RestoreTask> {
  const wedges = wedgesOf(params);
  const edge = params.softEdge > 0 ? ({ width: params.softEdge, unit: "degrees" } as const) : null;
  const fourierWeights = wedgeWeights(shape, wedges, edge);
  const sampled = params.transform === "dct" ? dctWedgeWeights(shape, wedges, edge) : fourierWeights;
  await context.breathe();
  const scale = robustScale(grey);
  await context.breathe();
  const measuredSigma = () => estimateSigma(grey, shape, fourierWeights) / scale.range;
  const sigma = params.sigma ?? Math.max(LEAST_SIGMA, measuredSigma());
  await context.breathe();
  const source = backendSource(backend, renewBackend);
  return {
    shape,
    params,
    wedges,
    sampled,
    sigma,
    scale,
    backend: source,
    steering: steering ?? null,
    context,
  };
}

function backendSource(first: Backend, renewBackend: RestoreInputs["renewBackend"]): BackendSource {
  let backend = first;
  const renew = async () => {
    if (renewBackend) backend = await renewBackend();
  };
  return { current: () => backend, renew: renewBackend ? renew : null };
}

/** Restores a box in one piece and writes what comes of it, which a cancel does not keep from being written. */
async function restoreWhole(
  task: RestoreTask,
  { meta }: VolumeReader,
  box: Box,
  grey: Float32Array<ArrayBuffer>,
): Promise<BoxResult[]> {
  const { params, scale, context } = task;
  const result = await restoreBox(task, scaleInPlace(grey, scale), {
    index: 0,
    count: 1,
    done: 0,
  });
  const section = task.shape[1] * task.shape[2];
  for (const [i, output] of restoreOutputs(params).entries()) {
    const { values, toGrey } = result.volumes[i];
    const sink = await createRestoreVolume(meta, box, output, context);
    for (let z = 0; z < task.shape[0]; z++) {
      await sink.write(values.subarray(z * section, (z + 1) * section).map(toGrey));
      if (!result.cancel) await context.breathe();
    }
    await sink.close();
  }
  return [result];
}
