import type { RunPreviews } from "../contracts/compute";
import type { ClassInfo } from "../core/particles/particle-list";
import {
  addEntry,
  entryOf,
  type LabelClass,
  patchEntry,
  removeEntry,
  type VolumeEntry,
} from "../state/document";
import { notify } from "../state/shell";
import { createLiveLabels, writePiece } from "./live-labels";
import { freeName, openVolume } from "./open-volume";
import { runLocalize } from "./run-localize";
import { fileToCompute, runOperation } from "./run-operation";
import type { Workbench } from "./workbench";

/** Okabe and Ito's colours, told apart by all kinds of colour vision, for classes whose model names none. */
const OKABE_ITO = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"] as const;

/** Returns the classes of a model as a label map has them: without the background, all visible. */
export function labelClasses(classes: readonly ClassInfo[]): LabelClass[] {
  return classes
    .filter(({ label }) => label > 0)
    .map((info) => ({
      ...info,
      color: info.color ?? OKABE_ITO[(info.label - 1) % OKABE_ITO.length],
      visible: true,
      voxels: null,
    }));
}

/** Puts an empty label map over the volume, to be filled in while the network runs; null where it would be too large. */
function startLiveMap(workbench: Workbench, volume: VolumeEntry, model: string, classes: LabelClass[]) {
  const live = createLiveLabels(volume.meta.shape);
  if (!live) return null;
  const id = workbench.nextId("labels");
  workbench.liveLabels.set(id, live);
  addEntry(workbench.document, "labels", {
    id,
    name: "labels, filling in",
    parentId: volume.id,
    model,
    classes,
    scoreId: null,
    provenance: null,
    revision: 0,
    complete: false,
    hasSurfaces: false,
  });
  if (workbench.view.getState().volumeId === volume.id)
    workbench.view.setState({ labelsId: id, overlay: true });
  return {
    id,
    write(preview: RunPreviews["segment"]) {
      writePiece(live, preview);
      const entry = entryOf(workbench.document.getState().labels, id);
      if (entry) patchEntry(workbench.document, "labels", id, { revision: entry.revision + 1 });
    },
    end() {
      workbench.liveLabels.delete(id);
      removeEntry(workbench.document, id);
      if (workbench.view.getState().labelsId === id) workbench.view.setState({ labelsId: null });
    },
  };
}

async function makeSurfaces(workbench: Workbench, labelsId: string): Promise<void> {
  try {
    workbench.surfaces.set(labelsId, await workbench.data.labelSurfaces(labelsId));
    patchEntry(workbench.document, "labels", labelsId, { hasSurfaces: true });
  } catch (error) {
    if (!workbench.files.has(labelsId)) return; // closed meanwhile
    notify(workbench.shell, "error", `The surfaces could not be made: ${(error as Error).message}`);
  }
}

/** Segments the volume that is shown; its labels fill in while the network runs, then particles are localized. */
export async function runSegment(workbench: Workbench): Promise<void> {
  const volume = entryOf(workbench.document.getState().volumes, workbench.view.getState().volumeId);
  const file = volume && fileToCompute(workbench, volume.id, volume);
  const manifest = workbench.shell.getState().models[0];
  if (!volume || !file || !manifest) return;
  const classes = labelClasses(manifest.classes);
  const live = startLiveMap(workbench, volume, manifest.name, classes);
  const result = await runOperation(workbench, {
    operation: "segment",
    inputs: { volume: file, model: manifest.name },
    volume,
    onPreview: (preview) => live?.write(preview),
  });
  const isOpen = entryOf(workbench.document.getState().volumes, volume.id) !== null;
  const made = result?.volumes.find(({ role }) => role === "labels");
  if (!result || !made || !isOpen) {
    live?.end();
    return;
  }
  const labelsFile = { ...made, name: freeName(workbench, made.name) };
  const labelsId = workbench.nextId("labels");
  await workbench.data.open(labelsId, labelsFile);
  workbench.files.set(labelsId, labelsFile);
  let scoreId: string | null = null;
  for (const other of result.volumes) {
    if (other === made) continue;
    const { role } = other;
    const { id } = await openVolume(workbench, other, {
      role,
      parentId: volume.id,
      provenance: result.provenance,
    });
    if (role === "score") scoreId = id;
  }
  live?.end();
  const { voxelsPerClass } = result.output;
  addEntry(workbench.document, "labels", {
    id: labelsId,
    name: labelsFile.name,
    parentId: volume.id,
    model: manifest.name,
    classes: classes.map((each) => ({ ...each, voxels: voxelsPerClass[each.label] ?? 0 })),
    scoreId,
    provenance: result.provenance,
    revision: 0,
    complete: true,
    hasSurfaces: false,
  });
  if (workbench.view.getState().volumeId === volume.id) workbench.view.setState({ labelsId, overlay: true });
  await Promise.all([makeSurfaces(workbench, labelsId), runLocalize(workbench, labelsId)]);
}
