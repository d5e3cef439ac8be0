import type { Backend } from "../backend";
import { ComputeError } from "../errors";
import { periodicSpectrum } from "../fourier/periodic-plus-smooth";
import type { ShellCorrelation } from "../metrics/audit-figures";
import { auditRegions } from "../metrics/audit-spectra";
import { shellCorrelation } from "../metrics/shell-correlation";
import { addShellSums, createShellSums, type ShellRegion } from "../metrics/shell-sums";
import type { Operation } from "../task/operation";
import type { ParamSpec } from "../task/params";
import { boxShape, voxelCount } from "../volume/shape";
import { knownVoxelSizeAngstrom, type VolumeReader } from "../volume/volume";
import { auditBox, checkAuditBox } from "./audit-box";
import { AUDIT_PARAMS } from "./audit-params";
import { readNumbers } from "./audit-volumes";
import { wedgesOf } from "./restore";

/** Two spectra, a volume and what a transform needs. */
const BYTES_PER_VOXEL = 24;
const FLOPS_PER_VOXEL = 500;
const MISSING = 0;

const { tilt, tiltAxis, dualAxis, secondTilt, borders, sigmaFactor } = AUDIT_PARAMS;
const CORRELATE_PARAMS = {
  tilt,
  tiltAxis,
  dualAxis,
  secondTilt,
  borders,
  sigmaFactor,
  box: {
    ...AUDIT_PARAMS.box,
    help: "Only this part of both is compared; of volumes that are too large, the middle.",
  },
} as const satisfies ParamSpec;

interface CorrelateInputs {
  readonly a: VolumeReader;
  readonly b: VolumeReader;
  readonly backend: Backend;
}

interface CorrelateOutput {
  /** Voxels where the first volume does not say how large they are. */
  readonly lengthUnit: "Å" | "voxels";
  /** Over all coefficients of a shell. */
  readonly fsc: ShellCorrelation;
  /** Over those that a tilt series of that range does not measure. */
  readonly cfsc: ShellCorrelation;
  /** Σ|coefficient|² over each shell's number of coefficients. */
  readonly power: { readonly a: readonly number[]; readonly b: readonly number[] };
}

/**
 * Returns the shell correlations of any two volumes of one shape, over all coefficients and over the missing wedge alone, and
 * their power spectra. Throws "bad-input" for volumes that do not fit each other or hold voxels that are no numbers.
 */
export const CORRELATE: Operation<typeof CORRELATE_PARAMS, CorrelateInputs, CorrelateOutput> = {
  id: "correlate",
  label: "Correlate",
  summary:
    "Gives FSC, cFSC (of the missing wedge alone) and power spectra of two volumes, with the resolutions.",
  params: CORRELATE_PARAMS,

  estimate(shape, { box }) {
    const voxels = voxelCount(boxShape(auditBox(shape, box)));
    return { bytes: BYTES_PER_VOXEL * voxels, flops: FLOPS_PER_VOXEL * voxels };
  },

  async run({ a, b, backend }, params, { onProgress, breathe }) {
    if (a.meta.shape.join() !== b.meta.shape.join()) {
      const sentence = `${a.meta.name} has ${a.meta.shape.join(" × ")} voxels (z, y, x) and ${b.meta.name} ${b.meta.shape.join(" × ")}: they must be as many.`;
      throw new ComputeError("bad-input", sentence);
    }
    const box = auditBox(a.meta.shape, params.box);
    checkAuditBox(box, a.meta, b.meta, { x: 0, y: 0, z: 0 });
    const shape = boxShape(box);
    const fourier = await backend.createFourier3(shape);
    const spectrumOf = async (volume: VolumeReader, done: number) => {
      onProgress({ done, total: 3, note: `transforming ${volume.meta.name}` });
      await breathe();
      const values = await readNumbers(volume, box);
      return params.borders === "periodic" ? periodicSpectrum(values, fourier) : fourier.forward(values);
    };
    try {
      const [spectrumA, spectrumB] = [await spectrumOf(a, 0), await spectrumOf(b, 1)];
      onProgress({ done: 2, total: 3, note: "comparing shell by shell" });
      const sumsOf = async (region: ShellRegion | null) => {
        const sums = createShellSums(shape);
        for (let z = 0; z < shape[0]; z++) {
          addShellSums(sums, spectrumA, spectrumB, shape, region, [z, z + 1]);
          await breathe();
        }
        return sums;
      };
      const all = await sumsOf(null);
      const missing = await sumsOf({ mask: auditRegions(shape, wedgesOf(params), 0), value: MISSING });
      const voxelSize = knownVoxelSizeAngstrom(a.meta.voxelSizeAngstrom);
      const about = { shape, voxelSize: voxelSize ?? 1, sigmaFactor: params.sigmaFactor };
      const perCoefficient = (sums: Float64Array) =>
        [...sums.subarray(0, -1)].map((sum, shell) => (all.counts[shell] > 0 ? sum / all.counts[shell] : 0));
      return {
        lengthUnit: voxelSize === null ? "voxels" : "Å",
        fsc: shellCorrelation(all, 1, about),
        cfsc: shellCorrelation(missing, 1, about),
        power: { a: perCoefficient(all.powerA), b: perCoefficient(all.powerB) },
      };
    } finally {
      fourier.dispose();
    }
  },
};
