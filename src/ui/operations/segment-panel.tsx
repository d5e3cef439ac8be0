import { openPanel } from "../../commands/operation-commands";
import { entryOf, voxelSizeOf } from "../../state/document";
import { lastJob } from "../../state/jobs";
import { formatNumber } from "../format-quantity";
import { useDocument, useJobs, useShell, useView, useWorkbench } from "../workbench-context";
import { ModelCard } from "./model-card";
import { OperationForm, useShownVolume } from "./operation-form";
import { RunBox } from "./run-box";

/** A network knows shapes at the scale it was trained at; beyond this factor a run stops unless told otherwise. */
const TOLERATED_SCALE = 1.1;

/** The panel of the segmentation. */
export function SegmentPanel() {
  const workbench = useWorkbench();
  const volume = useShownVolume();
  const models = useShell((shell) => shell.models);
  const labelsId = useView((view) => view.labelsId);
  const labels = useDocument((document) => entryOf(document.labels, labelsId));
  const job = useJobs(({ jobs }) => lastJob(jobs, "segment"));
  const [model] = models;
  const size = volume && voxelSizeOf(volume);
  const scale = size && model?.voxelSizeAngstrom ? size / model.voxelSizeAngstrom : 1;
  const isFarOff = scale > TOLERATED_SCALE || scale < 1 / TOLERATED_SCALE;
  return (
    <>
      {model && <ModelCard model={model} />}
      {volume && model && (size === null || isFarOff) && (
        <p className="sentence warning">
          {size === null
            ? `The voxel size of ${volume.name} is unknown; the model expects ${model.voxelSizeAngstrom} Å. State it at the top.`
            : `${volume.name} has ${formatNumber(size)} Å per voxel, the model was trained at ${model.voxelSizeAngstrom} Å. If the header is wrong, state the size at the top; else bin or resample the volume first, or ignore the voxel size (advanced) and expect little.`}
        </p>
      )}
      <OperationForm operation="segment" />
      <RunBox
        operation="segment"
        shape={volume?.meta.shape ?? null}
        missing={volume ? null : "Open a tomogram first: drop an MRC file anywhere."}
        live={<p className="hint">The labels fill in over the slices as they are computed.</p>}
      />
      {labels?.complete && job?.phase === "done" && (
        <button type="button" className="link-button" onClick={() => openPanel(workbench, "review")}>
          Review the particles
        </button>
      )}
    </>
  );
}
