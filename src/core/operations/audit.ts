import type { Backend } from "../backend";
import { periodicSpectrum } from "../fourier/periodic-plus-smooth";
import { auditRegions, auditSpectra } from "../metrics/audit-spectra";
import { auditVerdict } from "../metrics/audit-verdict";
import { uncertainVoxels } from "../metrics/uncertain-voxels";
import type { Operation } from "../task/operation";
import type { TaskContext } from "../task/task";
import { type Axis, boxShape, type Point3, type Shape3, voxelCount } from "../volume/shape";
import { sliceLayout } from "../volume/slice";
import { knownVoxelSizeAngstrom, type VolumeReader } from "../volume/volume";
import { auditBox, checkAuditBox, movedBox } from "./audit-box";
import type { AuditOutput } from "./audit-output";
import { AUDIT_PARAMS } from "./audit-params";
import { readNumbers, readReference, readStd, writeAuditVolume } from "./audit-volumes";
import { wedgesOf } from "./restore";

/** Three spectra, two volumes and what a transform needs. */
const BYTES_PER_VOXEL = 40;
/** Six transforms of 5·log₂n operations, and seven passes of sums. */
const FLOPS_PER_VOXEL = 900;
/**
 * The cut faces of a part mix coefficients with their neighbours across the wedge's border. Of a restoration that kept all
 * it was given, 0.76 % seemed changed in 48 × 12 × 48 of 64 × 16 × 64 voxels of blobs, and 0.27 % with the border left out.
 */
const PART_MARGIN = 1;

export interface AuditInputs {
  readonly original: VolumeReader;
  readonly restored: VolumeReader;
  /** Where the restored volume's first voxel lies in the original. */
  readonly place: Point3;
  /** The specimen as it is, on the grid of the original or of the restored volume. */
  readonly reference: VolumeReader | null;
  /** The deviation of the restored volume, on its grid. */
  readonly std: VolumeReader | null;
  readonly backend: Backend;
}

/**
 * Tells how far a restored volume can be trusted, whatever made it: what was invented and what of the measurement was changed,
 * shell by shell; agreement with a reference; where the deviation exceeds the signal. Writes the difference limited to
 * measured coefficients ("measured-change", float32, in the original's grey values) and, with a deviation, the mask
 * "uncertain" (int8). Throws "bad-input" for volumes that do not fit each other, hold voxels that are no numbers or have
 * sides below 8, and "bad-parameter" for a box beyond them. Memory is bounded: larger volumes are audited in their middle.
 */
export const AUDIT: Operation<typeof AUDIT_PARAMS, AuditInputs, AuditOutput> = {
  id: "audit",
  label: "Audit",
  summary:
    "Compares a restored volume with its original: what was invented, what was changed, how far to trust it.",
  params: AUDIT_PARAMS,

  estimate(shape, { box }) {
    const voxels = voxelCount(boxShape(auditBox(shape, box)));
    return { bytes: BYTES_PER_VOXEL * voxels, flops: FLOPS_PER_VOXEL * voxels };
  },

  async run({ original, restored, place, reference, std, backend }, params, context) {
    const inRestored = auditBox(restored.meta.shape, params.box);
    const box = movedBox(inRestored, place);
    checkAuditBox(inRestored, original.meta, restored.meta, place);
    const shape = boxShape(box);
    const voxelSize = knownVoxelSizeAngstrom(original.meta.voxelSizeAngstrom);
    const lengthUnit = voxelSize === null ? "voxels" : "Å";
    const axis = params.tiltAxis;
    const isPart = voxelCount(shape) < voxelCount(restored.meta.shape);
    const margin = params.margin ?? (isPart ? PART_MARGIN : 0);
    const regions = auditRegions(shape, wedgesOf(params), margin);
    const step = createSteps(reference ? 5 : 4, context);
    const slice = (values: ArrayLike<number>) => middleSlice(values, shape, axis);
    const written = { original: original.meta, restored: restored.meta, box, context };

    const fourier = await backend.createFourier3(shape);
    const spectrumOf = (values: Float32Array) =>
      params.borders === "periodic" ? periodicSpectrum(values, fourier) : fourier.forward(values);
    try {
      await step("transforming the original");
      const before = await readNumbers(original, box);
      const beforeSpectrum = await spectrumOf(before);
      await step("transforming the restored volume");
      const after = await readNumbers(restored, inRestored);
      const afterSpectrum = await spectrumOf(after);
      if (reference) await step("transforming the reference");
      const referenceSpectrum =
        reference &&
        (await spectrumOf(await readReference(reference, { original, restored, box, inRestored })));
      await step("comparing shell by shell");
      const { figures, changed } = await auditSpectra(
        {
          shape,
          voxelSize: voxelSize ?? 1,
          regions,
          original: beforeSpectrum,
          restored: afterSpectrum,
          reference: referenceSpectrum,
        },
        { fitsGreys: params.greys === "fit", sigmaFactor: params.sigmaFactor },
        context.breathe,
      );
      await step("mapping what changed");
      const change = await fourier.inverse(changed);
      await writeAuditVolume(written, "measured-change", change);
      const doubt = std && uncertainVoxels(after, await readStd(std, restored, inRestored));
      if (doubt) await writeAuditVolume(written, "uncertain", doubt.mask);

      const { gain, offset } = figures.greys;
      const uncertain = doubt && { voxelShare: doubt.voxelShare, powerShare: doubt.powerShare };
      const { width, height, count } = sliceLayout(axis, shape);
      return {
        ...figures,
        box,
        isPart,
        margin,
        lengthUnit,
        uncertain,
        verdict: auditVerdict({ ...figures, uncertain, lengthUnit }),
        pictures: {
          axis,
          index: Math.floor(count / 2),
          width,
          height,
          original: slice(before),
          restored: slice(after).map((value) => gain * value + offset),
          change: slice(change),
          uncertain: doubt && slice(doubt.mask),
        },
      };
    } finally {
      fourier.dispose();
    }
  },
};

/** Returns a function that reports the next of `total` steps and lets messages in. */
function createSteps(total: number, { onProgress, breathe }: TaskContext) {
  let done = 0;
  return async (note: string) => {
    onProgress({ done: done++, total, note });
    await breathe();
  };
}

/** Returns the slice through the middle across an axis. */
function middleSlice(values: ArrayLike<number>, [nz, ny, nx]: Shape3, axis: Axis): Float32Array<ArrayBuffer> {
  const { width, height, count } = sliceLayout(axis, [nz, ny, nx]);
  const middle = Math.floor(count / 2);
  const index = {
    z: (row: number, column: number) => (middle * ny + row) * nx + column,
    y: (row: number, column: number) => (row * ny + middle) * nx + column,
    x: (row: number, column: number) => (row * ny + column) * nx + middle,
  }[axis];
  return Float32Array.from(
    { length: width * height },
    (_, i) => values[index(Math.floor(i / width), i % width)],
  );
}
