import type { LabelledPiece } from "../core/operations/results";
import {
  addEntry,
  entryOf,
  type LabelClass,
  patchEntry,
  removeEntry,
  type VolumeEntry,
} from "../state/document";
import { createLiveLabels, writePiece } from "./live-labels";
import { modelFor, modelToRun } from "./models";
import { labelClasses, makeSurfaces, openLabels } from "./open-labels";
import { openVolume } from "./open-volume";
import { runLocalize } from "./run-localize";
import { fileToCompute, runOperation } from "./run-operation";
import type { Workbench } from "./workbench";

/** Puts an empty label map over the volume, to be filled in while the network runs; null where it would be too large. */
function startLiveMap(workbench: Workbench, volume: VolumeEntry, classes: LabelClass[]) {
  const live = createLiveLabels(volume.meta.shape);
  if (!live) return null;
  const id = workbench.nextId("labels");
  workbench.liveLabels.set(id, live);
  addEntry(workbench.document, "labels", {
    id,
    name: "labels, filling in",
    parentId: volume.id,
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
    write(piece: LabelledPiece) {
      writePiece(live, piece);
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

/** Segments the volume that is shown; its labels fill in while the network runs, then particles are localized. */
export async function runSegment(workbench: Workbench): Promise<void> {
  const volume = entryOf(workbench.document.getState().volumes, workbench.view.getState().volumeId);
  const file = volume && fileToCompute(workbench, volume.id, volume);
  const model = modelFor(workbench, volume);
  if (!volume || !file || !model) return;
  const classes = labelClasses(model.manifest.classes);
  const live = startLiveMap(workbench, volume, classes);
  const result = await runOperation(workbench, {
    operation: "segment",
    inputs: { volume: file, model: modelToRun(workbench, model) },
    volume,
    onPreview: ({ piece }) => piece && live?.write(piece),
  });
  const isOpen = entryOf(workbench.document.getState().volumes, volume.id) !== null;
  const made = result?.volumes.find(({ role }) => role === "labels");
  if (!result || !made || !isOpen) {
    live?.end();
    return;
  }
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
  const { voxelsPerClass } = result.output;
  const labelsId = await openLabels(workbench, made, {
    parentId: volume.id,
    classes: classes.map((each) => ({ ...each, voxels: voxelsPerClass[each.label] ?? 0 })),
    scoreId,
    provenance: result.provenance,
  });
  live?.end();
  await Promise.all([makeSurfaces(workbench, labelsId), runLocalize(workbench, labelsId)]);
}
