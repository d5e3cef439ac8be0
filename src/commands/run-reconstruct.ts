import type { ResultVolume } from "../contracts/files";
import type { Provenance } from "../core/task/operation";
import { readTilts } from "../io/tilts/read-tilts";
import { entryOf, patchEntry, type VolumeEntry, type VolumeTilts } from "../state/document";
import { notify } from "../state/shell";
import { openVolume, showVolume } from "./open-volume";
import { fileToCompute, runOperation } from "./run-operation";
import { takeTiltRange } from "./tilt-range";
import type { Workbench } from "./workbench";

type Series = VolumeEntry & { readonly tilts: VolumeTilts };

/** Returns the shown volume where it is a tilt series whose tilts are known, or null. */
export function shownSeries({ document, view }: Workbench): Series | null {
  const volume = entryOf(document.getState().volumes, view.getState().volumeId);
  return volume?.tilts ? (volume as Series) : null;
}

/**
 * Takes a list of tilts for a volume: with a tilt for each section it is a tilt series from then on, else it is a tomogram whose
 * restoration takes their range. Throws where the file is none.
 */
export function openTilts(workbench: Workbench, volume: VolumeEntry, name: string, text: string): void {
  const { tiltsDeg, defociMicrometre } = readTilts(text, name);
  if (tiltsDeg.length !== volume.meta.shape[0]) {
    takeTiltRange(workbench, volume, name, tiltsDeg);
    return;
  }
  patchEntry(workbench.document, "volumes", volume.id, { tilts: { name, tiltsDeg, defociMicrometre } });
  workbench.shell.setState({ panel: "reconstruct" });
  notify(workbench.shell, "info", `${volume.name} is now a tilt series, with the tilts of ${name}.`);
}

async function showResult(
  workbench: Workbench,
  series: Series,
  made: ResultVolume | undefined,
  provenance: Provenance,
): Promise<void> {
  if (!made || !entryOf(workbench.document.getState().volumes, series.id)) return;
  const { id } = await openVolume(workbench, made, {
    role: made.role,
    parentId: series.id,
    provenance,
    tilts: made.role === "tilt-series" ? series.tilts : null,
  });
  if (workbench.view.getState().volumeId === series.id) showVolume(workbench, id);
}

/** Corrects the CTF of the shown tilt series and shows the corrected one. */
export async function runCorrectCtf(workbench: Workbench): Promise<void> {
  const series = shownSeries(workbench);
  const stack = series && fileToCompute(workbench, series.id, series);
  if (!series || !stack) return;
  const { tiltsDeg, defociMicrometre } = series.tilts;
  const result = await runOperation(workbench, {
    operation: "correct-ctf",
    inputs: { stack, tiltsDeg, defociMicrometre },
    volume: series,
  });
  if (result) await showResult(workbench, series, result.volumes[0], result.provenance);
}

/** Reconstructs the shown tilt series and shows the tomogram. */
export async function runReconstruct(workbench: Workbench): Promise<void> {
  const series = shownSeries(workbench);
  const stack = series && fileToCompute(workbench, series.id, series);
  if (!series || !stack) return;
  const result = await runOperation(workbench, {
    operation: "reconstruct",
    inputs: { stack, tiltsDeg: series.tilts.tiltsDeg },
    volume: series,
  });
  if (result) await showResult(workbench, series, result.volumes[0], result.provenance);
}
