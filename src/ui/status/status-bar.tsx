import { X } from "lucide-react";
import { stopJob } from "../../commands/operation-commands";
import { entryOf, voxelSizeOf } from "../../state/document";
import { currentJob } from "../../state/jobs";
import { clampPoint, isComparing } from "../../state/view";
import { IconButton } from "../controls/icon-button";
import { LongName } from "../controls/long-name";
import { formatLength, formatNumber } from "../format-quantity";
import { JobProgress } from "../operations/job-progress";
import { useDocument, useJobs, useView, useWorkbench } from "../workbench-context";
import { BackendMenu } from "./backend-menu";

/** Whose grey value it is, where two volumes are shown. */
function SeenVolume() {
  const id = useView((view) => (view.hover?.of === "compare" ? view.compareId : view.volumeId));
  const isTold = useView(isComparing);
  const name = useDocument(({ volumes }) => entryOf(volumes, id)?.name);
  if (!isTold || name === undefined) return null;
  return (
    <span className="status-item seen">
      <span className="unit">of</span> <LongName name={name} />
    </span>
  );
}

/** Where the pointer (or the cursor) is, in voxels and nm, and the grey value there. */
function Position() {
  const volumeId = useView((view) => view.volumeId);
  const point = useView((view) => view.hover ?? view.cursor);
  const value = useView((view) => view.value);
  const slab = useView((view) => view.slab);
  const volume = useDocument(({ volumes }) => entryOf(volumes, volumeId));
  if (!volume) return <span className="unit">Nothing is open.</span>;
  const at = clampPoint(point, volume.meta.shape);
  const size = voxelSizeOf(volume);
  const axes = [
    ["x", at.x],
    ["y", at.y],
    ["z", at.z],
  ] as const;
  return (
    <span className="position">
      {axes.map(([axis, voxel]) => (
        <span key={axis} className="status-item">
          <span className={`unit axis-${axis}`}>{axis}</span> <b>{voxel}</b>
        </span>
      ))}
      <span className="status-item wide">
        {size === null
          ? "voxel size unknown"
          : axes.map(([, voxel]) => formatLength(voxel * size)).join(", ")}
      </span>
      <span className="status-item">
        <span className="unit">value</span> <b>{value === null ? "–" : formatNumber(value)}</b>
      </span>
      <SeenVolume />
      <span className="status-item">
        <span className="unit">slab</span> <b>{slab}</b>
      </span>
    </span>
  );
}

/** The line at the bottom: position, value, slab, backend, and what runs. */
export function StatusBar() {
  const workbench = useWorkbench();
  const job = useJobs(({ jobs }) => currentJob(jobs));
  const queued = useJobs(({ jobs }) => jobs.filter(({ phase }) => phase === "running").length);
  return (
    <div className="status-bar" role="status" aria-live="off" aria-label="Status">
      <Position />
      <span className="spring" />
      <BackendMenu />
      {job && (
        <>
          <JobProgress job={job} compact />
          {queued > 1 && <span className="unit">+{queued - 1}</span>}
          <IconButton
            label={`Stop ${job.doing}`}
            hint={job.operation === "read" ? undefined : "Esc"}
            className="small"
            onClick={() => stopJob(workbench, job.id)}
          >
            <X size={14} aria-hidden />
          </IconButton>
        </>
      )}
    </div>
  );
}
