import { Play, Square } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { estimateRun } from "../../commands/estimate-run";
import { cancelJob } from "../../commands/run-operation";
import type { OperationId } from "../../contracts/compute";
import type { Shape3 } from "../../core/volume/shape";
import { lastJob } from "../../state/jobs";
import { formatBytes, formatDuration } from "../format-quantity";
import { useCommand, useJobs, useShell, useView, useWorkbench } from "../workbench-context";
import { JobProgress } from "./job-progress";

interface RunBoxProps {
  readonly operation: OperationId;
  readonly shape: Shape3 | null;
  /** Why it cannot be run now, if so: what to do first. */
  readonly missing?: string | null;
  /** What is shown while it runs. */
  readonly live?: ReactNode;
  /** What can be done while it runs, where that is more than to cancel it. */
  readonly controls?: ReactNode;
  /** What is said and offered where a run was stopped and can go on. */
  readonly stopped?: ReactNode;
  /** What is said and offered after it is done. */
  readonly ended?: ReactNode;
}

function EstimateLine({ operation, shape }: { readonly operation: OperationId; readonly shape: Shape3 }) {
  const workbench = useWorkbench();
  const params = useShell((shell) => shell.params[operation]);
  const backend = useShell((shell) => shell.backend);
  const pace = useShell((shell) => shell.measuredFlops);
  const box = useView((view) => view.box);
  // biome-ignore lint/correctness/useExhaustiveDependencies: estimateRun reads these from the stores
  const estimate = useMemo(
    () => estimateRun(workbench, operation, shape),
    [workbench, operation, shape, params, backend, pace, box],
  );
  if (typeof estimate === "string")
    return (
      <p className="sentence danger" role="alert">
        {estimate}
      </p>
    );
  return (
    <p className="hint" data-estimate>
      {estimate.seconds < 1 ? "Under 1 s" : `About ${formatDuration(estimate.seconds)}`} and{" "}
      {formatBytes(estimate.bytes)} of memory
      {estimate.measured ? ", as measured here" : ", a first guess"}.
    </p>
  );
}

/** The estimate, the Run button, and while it runs: progress, time left, cancel; afterwards how it went. */
export function RunBox({ operation, shape, missing = null, live, controls, stopped, ended }: RunBoxProps) {
  const workbench = useWorkbench();
  const { command, enabled, run } = useCommand(`run.${operation}`);
  const job = useJobs(({ jobs }) => lastJob(jobs, operation));
  const isRunning = job?.phase === "running";
  return (
    <div className="run-box">
      {missing && <p className="sentence">{missing}</p>}
      {!missing && shape && !isRunning && <EstimateLine operation={operation} shape={shape} />}
      {isRunning ? (
        <>
          <JobProgress job={job} />
          {live}
          {controls || (
            <button type="button" className="button" onClick={() => cancelJob(workbench, job.id)}>
              <Square size={12} aria-hidden /> Cancel
            </button>
          )}
        </>
      ) : (
        <button type="button" className="button primary" disabled={!enabled} onClick={run}>
          <Play size={14} aria-hidden /> {command.label}
        </button>
      )}
      {job?.phase === "failed" && (
        <p className="sentence danger" role="alert">
          {job.error}
        </p>
      )}
      {!isRunning && stopped}
      {job?.phase === "cancelled" && !stopped && (
        <p className="sentence">Cancelled. What was open is as it was.</p>
      )}
      {!missing && job?.phase === "done" && job.endedAt !== null && (
        <p className="hint">Took {formatDuration((job.endedAt - job.startedAt) / 1000)}.</p>
      )}
      {!isRunning && ended}
    </div>
  );
}
