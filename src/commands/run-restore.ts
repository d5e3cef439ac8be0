import type { RunPreviews } from "../contracts/compute";
import type { Point3 } from "../core/volume/shape";
import { entryOf } from "../state/document";
import { patchJob } from "../state/jobs";
import { boxFor } from "./choose-box";
import { compareWith, openVolume } from "./open-volume";
import { runOperation } from "./run-operation";
import type { Workbench } from "./workbench";

function follow(workbench: Workbench, preview: RunPreviews["restore"], jobId: string): void {
  const job = workbench.jobs.getState().jobs.find((each) => each.id === jobId);
  if (!job) return;
  if (preview.slice) workbench.previews.set(jobId, preview.slice);
  patchJob(workbench.jobs, jobId, {
    trace: [...job.trace, ...preview.trace],
    previewRevision: job.previewRevision + (preview.slice ? 1 : 0),
  });
}

/** Restores the missing wedge in the box of the view, or the whole volume, and shows the result beside it. */
export async function runRestore(workbench: Workbench): Promise<void> {
  const { volumeId } = workbench.view.getState();
  const box = boxFor("restore", workbench.view.getState(), workbench.shell.getState());
  const volume = entryOf(workbench.document.getState().volumes, volumeId);
  const file = volume && workbench.files.get(volume.id);
  if (!volume || !file) return;
  const result = await runOperation(workbench, {
    operation: "restore",
    inputs: { volume: file },
    inputName: volume.name,
    shape: volume.meta.shape,
    onPreview: (preview, jobId) => follow(workbench, preview, jobId),
  });
  if (!result) return;
  const origin: Point3 = box ? { x: box.x0, y: box.y0, z: box.z0 } : { x: 0, y: 0, z: 0 };
  const parent = entryOf(workbench.document.getState().volumes, volume.id);
  for (const made of result.volumes) {
    const isStd = made.role === "std";
    const entry = await openVolume(workbench, made, {
      role: made.role,
      parentId: volume.id,
      origin,
      provenance: result.provenance,
      // The same greys as its input, so that the eye compares like with like; a deviation has a range of its own.
      ...(isStd || !parent ? {} : { display: parent.display }),
    });
    if (made.role === "restored" && workbench.view.getState().volumeId === volume.id)
      compareWith(workbench, entry.id);
  }
}
