import type { VolumeFile } from "../contracts/files";
import { classColor } from "../core/particles/class-colors";
import type { ClassInfo } from "../core/particles/particle-list";
import { addEntry, type LabelClass, type LabelsEntry, patchEntry } from "../state/document";
import { notify } from "../state/shell";
import { freeName } from "./open-volume";
import type { Workbench } from "./workbench";

/** Returns the classes of a model as a label map has them: without the background, all visible. */
export function labelClasses(classes: readonly ClassInfo[]): LabelClass[] {
  return classes
    .filter(({ label }) => label > 0)
    .map((info) => ({
      ...info,
      color: info.color ?? classColor(info.label),
      visible: true,
      voxels: null,
    }));
}

/** Opens a file as a label map over the volume it belongs to, shows it where that volume is shown, and returns its id. */
export async function openLabels(
  workbench: Workbench,
  made: VolumeFile,
  about: Pick<LabelsEntry, "parentId" | "classes" | "scoreId" | "provenance">,
): Promise<string> {
  const file = { ...made, name: freeName(workbench, made.name) };
  const id = workbench.nextId("labels");
  await workbench.data.open(id, file);
  workbench.files.set(id, file);
  addEntry(workbench.document, "labels", {
    id,
    name: file.name,
    ...about,
    revision: 0,
    complete: true,
    hasSurfaces: false,
  });
  if (workbench.view.getState().volumeId === about.parentId)
    workbench.view.setState({ labelsId: id, overlay: true });
  return id;
}

/** Makes the surfaces of a label map for the 3D view. A failure is told. */
export async function makeSurfaces(workbench: Workbench, labelsId: string): Promise<void> {
  try {
    workbench.surfaces.set(labelsId, await workbench.data.labelSurfaces(labelsId));
    patchEntry(workbench.document, "labels", labelsId, { hasSurfaces: true });
  } catch (error) {
    if (!workbench.files.has(labelsId)) return; // closed meanwhile
    notify(workbench.shell, "error", `The surfaces could not be made: ${(error as Error).message}`);
  }
}
