import type { RunPreviews } from "../contracts/compute";
import { type Box, boxShape, type Point3, type Shape3 } from "../core/volume/shape";
import { entryOf } from "../state/document";
import { patchJob } from "../state/jobs";
import { boxFor } from "./choose-box";
import { compareWith, openVolume } from "./open-volume";
import { fileToCompute, runOperation } from "./run-operation";
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
  const file = volume && fileToCompute(workbench, volume.id, volume);
  if (!volume || !file) return;
  const result = await runOperation(workbench, {
    operation: "restore",
    inputs: { volume: file },
    volume,
    onPreview: (preview, jobId) => follow(workbench, preview, jobId),
  });
  if (!result) return;
  const origin: Point3 = box ? { x: box.x0, y: box.y0, z: box.z0 } : { x: 0, y: 0, z: 0 };
  for (const made of result.volumes) {
    const entry = await openVolume(workbench, made, {
      role: made.role,
      parentId: volume.id,
      origin,
      provenance: result.provenance,
    });
    if (made.role !== "restored" || workbench.view.getState().volumeId !== volume.id) continue;
    compareWith(workbench, entry.id, "swipe");
    // What the wedge takes away shows in the plane of the tilting.
    const { tiltAxis } = result.provenance.params;
    workbench.view.setState({ compareAxis: tiltAxis === "x" ? "x" : "y" });
    if (box) showBox(workbench, box, volume.meta.shape);
  }
}

/** How much of the view a box fills when it is shown. */
const BOX_SHARE = 0.7;

/** Brings every view to a box. */
function showBox({ view, viewer }: Workbench, box: Box, [, ny, nx]: Shape3): void {
  const [, height, width] = boxShape(box);
  const centre = {
    x: Math.floor((box.x0 + box.x1) / 2),
    y: Math.floor((box.y0 + box.y1) / 2),
    z: Math.floor((box.z0 + box.z1) / 2),
  };
  view.setState({ cursor: centre });
  viewer?.fit();
  viewer?.zoom(Math.max(1, BOX_SHARE * Math.min(nx / width, ny / height)));
  viewer?.flyTo(centre);
}
