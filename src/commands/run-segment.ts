import type { FinishedFiles, RunRequests, RunResult } from "../contracts/compute";
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
import { closeEntry, openVolume } from "./open-volume";
import { runLocalize } from "./run-localize";
import { fileToCompute, runOperation } from "./run-operation";
import type { UnfinishedSegmentation, Workbench } from "./workbench";

/** Puts an empty label map over the volume, to be filled in while the network runs; null where it would be too large. */
function startLiveMap(workbench: Workbench, volume: VolumeEntry, classes: readonly LabelClass[]) {
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
  await segment(workbench, volume, classes, { volume: file, model: modelToRun(workbench, model) });
}

/** Returns the label map that is shown, and what its segmentation needs to go on, if it was stopped; else null. */
export function unfinishedShown({
  view,
  unfinished,
}: Workbench): { labelsId: string; stopped: UnfinishedSegmentation } | null {
  const { labelsId } = view.getState();
  const stopped = labelsId === null ? undefined : unfinished.get(labelsId);
  return labelsId !== null && stopped ? { labelsId, stopped } : null;
}

/** Goes on with the segmentation whose labels are shown, with the model and parameters that it began with. */
export async function goOnWithSegmentation(workbench: Workbench): Promise<void> {
  const shown = unfinishedShown(workbench);
  const volume = shown && entryOf(workbench.document.getState().volumes, shown.stopped.volumeId);
  if (!shown || !volume) return;
  const { classes, request } = shown.stopped;
  if (await segment(workbench, volume, classes, request)) closeEntry(workbench, shown.labelsId);
}

/** Runs a segmentation and opens what comes of it, also of one that is stopped. Returns whether there is anything new. */
async function segment(
  workbench: Workbench,
  volume: VolumeEntry,
  classes: readonly LabelClass[],
  request: RunRequests["segment"],
): Promise<boolean> {
  const live = startLiveMap(workbench, volume, classes);
  let latest = request.finished;
  const result = await runOperation(workbench, {
    operation: "segment",
    inputs: request,
    volume,
    params: request.finished?.params,
    // A run that goes on does a part of the work, which tells nothing of the pace.
    job: request.finished && { operation: "segment", doing: "segmenting" },
    onPreview({ piece, finished }) {
      if (piece) live?.write(piece);
      latest = finished ?? latest;
    },
  });
  const isOpen = entryOf(workbench.document.getState().volumes, volume.id) !== null;
  const isNew = isOpen && (result !== null || latest !== request.finished);
  if (isNew && result) await openResult(workbench, volume, classes, result, () => live?.end());
  else live?.end();
  if (isNew && !result && latest) await openUnfinished(workbench, volume, classes, request, latest);
  return isNew;
}

async function openResult(
  workbench: Workbench,
  { id: parentId }: VolumeEntry,
  classes: readonly LabelClass[],
  { volumes, output, provenance }: RunResult<"segment">,
  whenOpen: () => void,
): Promise<void> {
  let scoreId: string | null = null;
  for (const other of volumes.filter(({ role }) => role !== "labels")) {
    const { role } = other;
    const { id } = await openVolume(workbench, other, { role, parentId, provenance });
    if (role === "score") scoreId = id;
  }
  const [made] = volumes.filter(({ role }) => role === "labels");
  const counted = classes.map((each) => ({ ...each, voxels: output.voxelsPerClass[each.label] ?? 0 }));
  const labelsId = await openLabels(workbench, made, { parentId, classes: counted, scoreId, provenance });
  whenOpen();
  await Promise.all([makeSurfaces(workbench, labelsId), runLocalize(workbench, labelsId)]);
}

/** Opens the labels that a segmentation had finished when it was stopped, so that it can go on. */
async function openUnfinished(
  workbench: Workbench,
  volume: VolumeEntry,
  classes: readonly LabelClass[],
  request: RunRequests["segment"],
  finished: FinishedFiles,
): Promise<void> {
  const [made] = finished.volumes.filter(({ role }) => role === "labels");
  const about = { parentId: volume.id, classes: [...classes], scoreId: null, provenance: null };
  const id = await openLabels(workbench, made, about);
  const sections = `${finished.sections} of ${volume.meta.shape[0]} sections`;
  patchEntry(workbench.document, "labels", id, { name: `${made.name}, ${sections}` });
  workbench.unfinished.set(id, {
    volumeId: volume.id,
    classes,
    request: { ...request, finished },
  });
}
