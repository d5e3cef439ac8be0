import { StepForward } from "lucide-react";
import { openPanel } from "../../commands/operation-commands";
import { fitsVoxelSize } from "../../core/nn/fits-voxel-size";
import { entryOf, type VolumeEntry, voxelSizeOf } from "../../state/document";
import { lastJob } from "../../state/jobs";
import { chosenModel, type ModelEntry } from "../../state/models";
import { formatNumber } from "../format-quantity";
import { useCommand, useDocument, useJobs, useShell, useView, useWorkbench } from "../workbench-context";
import { ModelCard } from "./model-card";
import { ModelChooser } from "./model-chooser";
import { OperationForm, useShownVolume } from "./operation-form";
import { RunBox } from "./run-box";

/** What the user should know where the volume's voxel size is not what the model was trained on; null where it fits. */
function voxelSizeNote(
  volume: VolumeEntry,
  { manifest }: ModelEntry,
  isIgnored: boolean,
): { readonly text: string; readonly isWarning: boolean } | null {
  const { voxelSizeAngstrom: expected } = manifest;
  const size = voxelSizeOf(volume);
  if (expected === null) return null;
  if (size === null) {
    const text = `The voxel size of ${volume.name} is unknown; the model expects ${formatNumber(expected)} Å. State it at the top.`;
    return { text, isWarning: true };
  }
  if (fitsVoxelSize(manifest, size)) return null;
  const both = `${volume.name} has ${formatNumber(size)} Å per voxel, the model was trained at ${formatNumber(expected)} Å`;
  return isIgnored
    ? { text: `${both}; as the voxel size is ignored (advanced), expect little.`, isWarning: true }
    : {
        text: `${both}: it is resampled as it is read. If the header is wrong, state the size at the top.`,
        isWarning: false,
      };
}

/** What a segmentation that was stopped has finished, and the button that goes on with it. */
function GoOn({ finished, sections }: { readonly finished: number; readonly sections: number }) {
  const { command, enabled, run } = useCommand("run.segment-go-on");
  return (
    <>
      <p className="sentence">
        The segmentation was stopped: the first {finished} of {sections} sections are finished.
      </p>
      <button type="button" className="button" disabled={!enabled} onClick={run}>
        <StepForward size={14} aria-hidden /> {command.label}
      </button>
    </>
  );
}

/** The panel of the segmentation. */
export function SegmentPanel() {
  const workbench = useWorkbench();
  const volume = useShownVolume();
  const size = volume && voxelSizeOf(volume);
  const model = useShell((shell) => chosenModel(shell, size));
  const isIgnored = useShell((shell) => shell.params.segment?.ignoreVoxelSize === true);
  const labelsId = useView((view) => view.labelsId);
  const labels = useDocument((document) => entryOf(document.labels, labelsId));
  const job = useJobs(({ jobs }) => lastJob(jobs, "segment"));
  const stopped = labels && workbench.unfinished.get(labels.id)?.request.finished;
  const note = volume && model && voxelSizeNote(volume, model, isIgnored);
  return (
    <>
      <ModelChooser model={model} />
      {model && <ModelCard key={model.id} model={model} />}
      {note && <p className={note.isWarning ? "sentence warning" : "sentence"}>{note.text}</p>}
      <OperationForm operation="segment" />
      <RunBox
        operation="segment"
        shape={volume?.meta.shape ?? null}
        missing={volume ? null : "Open a tomogram first: drop an MRC file anywhere."}
        live={<p className="hint">The labels fill in over the slices as they are computed.</p>}
        stopped={stopped && volume && <GoOn finished={stopped.sections} sections={volume.meta.shape[0]} />}
      />
      {labels?.complete && job?.phase === "done" && (
        <button type="button" className="link-button" onClick={() => openPanel(workbench, "review")}>
          Review the particles
        </button>
      )}
    </>
  );
}
