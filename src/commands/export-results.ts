import type { ParticleFormat } from "../core/particles/particle-format";
import { volumeStem } from "../core/volume/volume-stem";
import { PARTICLE_FORMATS } from "../io/particle-formats";
import { entryOf, voxelSizePerAxisOf } from "../state/document";
import { notify } from "../state/shell";
import { shownParticles } from "./review-particles";
import type { Workbench } from "./workbench";

/** What a list of particles can be saved as. */
export const EXPORT_FORMATS: readonly Pick<ParticleFormat, "id" | "label" | "note">[] = PARTICLE_FORMATS;

/** Saves the file of a volume: as it was opened, or the MRC that an operation wrote. */
export function exportVolume({ files, document, host }: Workbench, id: string): void {
  const file = files.get(id);
  const volume = entryOf(document.getState().volumes, id);
  if (!file || !volume) return;
  host.saveFile(file.name, file.blob);
}

/** Saves a label map as MRC (int8, 0 is the background). */
export function exportLabels({ files, host }: Workbench, id: string): void {
  const file = files.get(id);
  if (file) host.saveFile(file.name, file.blob);
}

/** Saves the particles that are shown in the format of that id, and says what the format loses or needs. */
export function exportParticles(workbench: Workbench, formatId: string): void {
  const entry = shownParticles(workbench);
  const format = PARTICLE_FORMATS.find(({ id }) => id === formatId);
  const volume = entryOf(workbench.document.getState().volumes, entry?.parentId ?? null);
  if (!entry || !format || !volume) return;
  try {
    const name = `${volumeStem(entry.list.volumeName)}-particles${format.extension}`;
    // The voxel size may have been stated since the particles were found.
    const list = { ...entry.list, voxelSizeAngstrom: voxelSizePerAxisOf(volume) };
    workbench.host.saveFile(name, new Blob([format.write(list)], { type: format.mimeType }));
    notify(workbench.shell, "info", `Saved ${name}. ${format.note}`);
  } catch (error) {
    notify(workbench.shell, "error", error instanceof Error ? error.message : String(error));
  }
}

/** Saves the views as they are as a PNG. */
export async function saveScreenshot({ viewer, host }: Workbench): Promise<void> {
  const picture = await viewer?.toBlob();
  if (picture) host.saveFile("tomoscope.png", picture);
}
