import type { Backend } from "../backend";
import { ComputeError, isTagged } from "../errors";
import { wedgeMask } from "../fourier/wedge";
import { estimateSigma } from "../restore/estimate-sigma";
import { restoreMissingWedge } from "../restore/mwr";
import { robustScale } from "../restore/robust-scale";
import type { MwrListener } from "../restore/run-mwr";
import type { Operation } from "../task/operation";
import type { ParamSpec, ParamValues } from "../task/params";
import type { TaskContext } from "../task/task";
import { type Box, boxShape, type Shape3, voxelCount, wholeBox } from "../volume/shape";
import type { VolumeReader, VolumeRole } from "../volume/volume";
import { volumeStem } from "../volume/volume-stem";
import { BYTES_PER_VOXEL, checkBoxShape, checkFinite, tooLarge } from "./check-restore-box";
import type { RestoreOutput, RestorePreview } from "./results";

/** Below this the proposals differ too little from the sample to fill the wedge in reasonable time. */
const LEAST_SIGMA = 0.05;
/** Previews of small boxes would come faster than anyone can look: about this many voxels are worked on between two. */
const VOXELS_PER_REPORT = 130_000;
const VOXELS_PER_SLICE = 1_300_000;
/** Per voxel and iteration: 343 distances of 64 terms every 27 voxels, Haar transforms, and five Fourier passes. */
const BM4D_FLOPS_PER_VOXEL = 3200;
const GAUSSIAN_FLOPS_PER_VOXEL = 150;

const RESTORE_PARAMS = {
  method: {
    kind: "choice",
    label: "Method",
    help: "MWR draws samples that agree with what was measured, and averages them.",
    default: "mwr",
    choices: [{ value: "mwr", label: "MWR (Monte Carlo)" }],
  },
  tilt: {
    kind: "range",
    label: "Tilt range",
    help: "The tilts that were recorded; the rest of Fourier space is the missing wedge that gets filled.",
    default: [-60, 60],
    min: -90,
    max: 90,
    step: 1,
    unit: "°",
  },
  tiltAxis: {
    kind: "choice",
    label: "Tilt axis",
    help: "The axis of the volume about which the specimen was tilted.",
    default: "y",
    choices: [
      { value: "y", label: "y" },
      { value: "x", label: "x" },
    ],
  },
  denoiser: {
    kind: "choice",
    label: "Denoiser",
    help: "BM4D averages similar places and fills the wedge; the Gaussian, a linear filter, smooths and fills nothing.",
    default: "bm4d",
    choices: [
      { value: "bm4d", label: "BM4D" },
      { value: "gaussian", label: "Gaussian" },
    ],
  },
  iterations: {
    kind: "number",
    label: "Iterations",
    help: "Length of the chain; more fill more of the wedge, in proportional time.",
    default: 100,
    min: 1,
    max: 10_000,
    integer: true,
  },
  burnIn: {
    kind: "number",
    label: "Burn-in",
    help: "Iterations at the start that are left out of the average; more forget the input better.",
    default: 30,
    min: 0,
    max: 9999,
    integer: true,
  },
  sigma: {
    kind: "auto-number",
    label: "Noise level",
    help: "Noise of the volume as a part of its grey range (0.5–99.5 %); more smooths more. Automatic: measured, at least 0.05.",
    default: null,
    min: 0.001,
    max: 2,
    step: 0.01,
  },
  beta: {
    kind: "number",
    label: "Temperature β",
    help: "How much worse a sample may agree with the measurement and still be accepted; more accepts more.",
    default: 4e-5,
    min: 1e-9,
    max: 1,
    advanced: true,
  },
  autoBeta: {
    kind: "boolean",
    label: "Raise β as needed",
    // On by default: the right β depends on noise and box size, and a chain that accepts nothing is time lost.
    help: "During burn-in β is doubled while less than a quarter of the samples is accepted.",
    default: true,
    advanced: true,
  },
  seed: {
    kind: "number",
    label: "Seed",
    help: "Start of the random numbers: the same seed gives the same result.",
    default: 1,
    min: 0,
    max: 4_294_967_295,
    integer: true,
    advanced: true,
  },
  box: {
    kind: "box",
    label: "Box",
    help: "Only this part is restored; its borders are taken as they are.",
    default: null,
  },
} as const satisfies ParamSpec;

type RestoreParams = ParamValues<typeof RESTORE_PARAMS>;

interface RestoreInputs {
  readonly volume: VolumeReader;
  readonly backend: Backend;
}

/**
 * Fills the missing wedge of a box (or the whole volume, which must then fit in memory) and takes away noise. Writes the mean
 * of the chain's samples ("restored") and their deviation ("std"), float32, in the grey values of the input. Dark and
 * bright particles are restored alike: the energy and the denoisers do not see the sign. The periodic part of the box is
 * what gets restored, so a slope across it is gone. Throws "bad-parameter" for a burn-in that leaves nothing to average,
 * "bad-input" for boxes below 8 voxels per side and voxels that are not numbers, and
 * "out-of-memory" for boxes that are too large. Thesis chapter 2.
 */
export const RESTORE: Operation<typeof RESTORE_PARAMS, RestoreInputs, RestoreOutput, RestorePreview> = {
  id: "restore",
  label: "Restore missing wedge",
  summary: "Fills the missing wedge and takes away noise; gives the restored volume and its uncertainty.",
  params: RESTORE_PARAMS,

  estimate(shape, { box, iterations, denoiser }) {
    const voxels = voxelCount(box ? boxShape(box) : shape);
    const flops = denoiser === "bm4d" ? BM4D_FLOPS_PER_VOXEL : GAUSSIAN_FLOPS_PER_VOXEL;
    return { bytes: BYTES_PER_VOXEL * voxels, flops: flops * voxels * (iterations + 1) };
  },

  async run({ volume, backend }, params, context) {
    const { iterations, burnIn, denoiser, tiltAxis } = params;
    if (burnIn >= iterations) {
      const sentence = `Burn-in must be shorter than the ${iterations} iterations, not ${burnIn}.`;
      throw new ComputeError("bad-parameter", sentence, { name: "burnIn", value: burnIn });
    }
    const box = params.box ?? wholeBox(volume.meta.shape);
    const shape = boxShape(box);
    checkBoxShape(shape);
    const [minTiltDeg, maxTiltDeg] = params.tilt;
    const sampled = wedgeMask(shape, { minTiltDeg, maxTiltDeg, tiltAxis });

    context.onProgress({ done: 0, total: iterations, note: "reading the box" });
    await context.breathe();
    const measured = await volume.readBox(box);
    checkFinite(measured, shape, box);
    await context.breathe();
    const scale = robustScale(measured);
    for (let i = 0; i < measured.length; i++) measured[i] = (measured[i] - scale.offset) / scale.range;
    await context.breathe();
    const sigma = params.sigma ?? Math.max(LEAST_SIGMA, estimateSigma(measured, shape, sampled));
    await context.breathe();

    const { breathe } = context;
    const withSize = (error: unknown): never => {
      throw isTagged(error, "out-of-memory") ? tooLarge(shape, error) : error;
    };
    const kernels = await backend
      .createMwrKernels({
        shape,
        sampled,
        measured,
        transform: "pp-fft",
        denoiser: { id: denoiser },
        energy: "l2",
        breathe,
      })
      .catch(withSize);
    try {
      const report = createReporter(shape, params, context, scale);
      const settings = {
        iterations,
        burnIn,
        sigma,
        beta: params.beta,
        autoBeta: params.autoBeta,
        seed: params.seed,
      };
      const chain = restoreMissingWedge(kernels, measured, settings, breathe, report);
      const result = await chain.catch(withSize);
      const { range, offset } = scale;
      await write(
        volume,
        box,
        "restored",
        result.mean.map((value) => value * range + offset),
        context,
      );
      await write(
        volume,
        box,
        "std",
        result.std.map((value) => value * range),
        context,
      );
      const { beta, acceptanceRate, trace } = result;
      return { boxShape: shape, sigma, beta, acceptanceRate, trace };
    } finally {
      kernels.dispose();
    }
  },
};

/** Returns a listener that reports the chain's progress, and now and then the sample's middle section in grey values. */
function createReporter(
  shape: Shape3,
  { iterations }: RestoreParams,
  context: TaskContext<RestorePreview>,
  { offset, range }: { readonly offset: number; readonly range: number },
): MwrListener {
  const [nz, height, width] = shape;
  const every = (voxels: number, most: number) =>
    Math.min(most, Math.max(1, Math.round(voxels / voxelCount(shape))));
  const reportEvery = every(VOXELS_PER_REPORT, 4);
  const sliceEvery = every(VOXELS_PER_SLICE, 20);
  let accepted = 0;
  return {
    every: reportEvery,
    async onReport(trace, { iteration, readSection }) {
      accepted += trace.filter((point) => point.accepted).length;
      const isEnd = iteration === 1 || iteration === iterations;
      const index = Math.floor(nz / 2);
      const values =
        (isEnd || iteration % sliceEvery < reportEvery) &&
        (await readSection("sample", index)).map((value) => value * range + offset);
      const share = Math.round((100 * accepted) / iteration);
      context.onProgress({
        done: iteration,
        total: iterations,
        note: `iteration ${iteration} of ${iterations}, ${share} % accepted`,
        preview: { trace, ...(values && { slice: { axis: "z", index, width, height, values } }) },
      });
    },
  };
}

/** Writes a result as a volume of its own, placed where its box lies. */
async function write(
  { meta }: VolumeReader,
  box: Box,
  role: Extract<VolumeRole, "restored" | "std">,
  values: Float32Array<ArrayBuffer>,
  context: TaskContext<RestorePreview>,
): Promise<void> {
  const { voxelSizeAngstrom: size, originAngstrom: origin } = meta;
  const stem = volumeStem(meta.name);
  const shape = boxShape(box);
  const sink = await context.createVolume({
    role,
    name: `${stem}-${role}.mrc`,
    shape,
    dtype: "float32",
    voxelSizeAngstrom: size,
    originAngstrom: {
      x: origin.x + box.x0 * size.x,
      y: origin.y + box.y0 * size.y,
      z: origin.z + box.z0 * size.z,
    },
    labels: [
      role === "restored" ? "Tomoscope: missing wedge restored (MWR)" : "Tomoscope: deviation of MWR samples",
    ],
  });
  const sectionVoxels = shape[1] * shape[2];
  for (let z = 0; z < shape[0]; z++) {
    await sink.write(values.subarray(z * sectionVoxels, (z + 1) * sectionVoxels));
    await context.breathe();
  }
  await sink.close();
}
