import { chooseKept } from "../restore/keep-samples";
import { deviationOf } from "../restore/mwr-chain";
import type { MwrChainState } from "../restore/mwr-state";
import type { RobustScale } from "../restore/robust-scale";
import type { TaskContext } from "../task/task";
import { type Box, boxShape } from "../volume/shape";
import type { VolumeMeta, VolumeRole, VolumeSink } from "../volume/volume";
import { volumeStem } from "../volume/volume-stem";
import type { RestoreParams } from "./restore-params";

/** A volume that a restoration gives. */
export interface RestoreOutputSpec {
  readonly role: Extract<VolumeRole, "restored" | "std" | "mode" | "last" | "sample">;
  /** Of the file's name, after the input's. */
  readonly suffix: string;
  readonly label: string;
}

/** Its voxels for one box, in scaled units, and what makes grey values of them. */
export interface RestoredValues {
  readonly values: Float32Array<ArrayBuffer>;
  toGrey(value: number): number;
}

const METHOD_LABELS: Readonly<Record<RestoreParams["method"], string>> = {
  mwr: "Tomoscope: missing wedge restored (MWR)",
  denoise: "Tomoscope: denoised",
  maggioni: "Tomoscope: missing wedge restored (Maggioni)",
  "moisan-tv": "Tomoscope: missing wedge restored (Moisan, TV)",
  kovacik: "Tomoscope: border of the missing wedge softened (Kovacik)",
};

/** Returns what a restoration will write, in this order. */
export function restoreOutputs({ method, saveMode, saveLast, keep }: RestoreParams): RestoreOutputSpec[] {
  const restored: RestoreOutputSpec = { role: "restored", suffix: "restored", label: METHOD_LABELS[method] };
  if (method !== "mwr") return [restored];
  const samples = Array.from({ length: keep }, (_, i): RestoreOutputSpec => {
    const number = String(i + 1).padStart(2, "0");
    return { role: "sample", suffix: `sample-${number}`, label: `Tomoscope: sample ${i + 1} of MWR` };
  });
  return [
    restored,
    { role: "std", suffix: "std", label: "Tomoscope: deviation of MWR samples" },
    ...(saveMode
      ? [{ role: "mode", suffix: "mode", label: "Tomoscope: longest kept MWR sample" } as const]
      : []),
    ...(saveLast ? [{ role: "last", suffix: "last", label: "Tomoscope: last MWR sample" } as const] : []),
    ...samples,
  ];
}

/**
 * Returns what a chain has come to, in the order of `restoreOutputs`. A chain that ended within its burn-in gives its current
 * sample; one with fewer samples than were to be kept gives the current one in the place of those that are missing.
 */
export function valuesOfChain(
  { current, mean, m2, mode, iteration, burnIn, kept }: MwrChainState,
  { saveMode, saveLast, keep }: RestoreParams,
  { range, offset }: RobustScale,
): RestoredValues[] {
  const samples = Math.max(0, iteration - burnIn);
  const deviation = deviationOf(samples);
  const toGrey = (value: number) => value * range + offset;
  const grey = (values: Float32Array<ArrayBuffer>) => ({ values, toGrey });
  const chosen = chooseKept(kept, keep).map((sample) => sample.values);
  return [
    grey(samples > 0 ? mean : current),
    { values: m2, toGrey: (squares) => deviation(squares) * range },
    ...(saveMode ? [grey(samples > 0 ? mode : current)] : []),
    ...(saveLast ? [grey(current)] : []),
    ...Array.from({ length: keep }, (_, i) => grey(chosen[i] ?? current)),
  ];
}

/** Opens the volume of a result, placed where its box lies. */
export function createRestoreVolume(
  { voxelSizeAngstrom: size, originAngstrom: origin, name }: VolumeMeta,
  box: Box,
  { role, suffix, label }: RestoreOutputSpec,
  context: Pick<TaskContext, "createVolume">,
): Promise<VolumeSink> {
  return context.createVolume({
    role,
    name: `${volumeStem(name)}-${suffix}.mrc`,
    shape: boxShape(box),
    dtype: "float32",
    voxelSizeAngstrom: size,
    originAngstrom: {
      x: origin.x + box.x0 * size.x,
      y: origin.y + box.y0 * size.y,
      z: origin.z + box.z0 * size.z,
    },
    labels: [label],
  });
}
