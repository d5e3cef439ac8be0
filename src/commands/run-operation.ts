import type { OperationId, RestoreChange, RunPreviews, RunRequests, RunResult } from "../contracts/compute";
import type { VolumeFile } from "../contracts/files";
import { isAbort } from "../core/errors";
import type { Progress } from "../core/task/task";
import type { Shape3 } from "../core/volume/shape";
import type { VolumeEntry } from "../state/document";
import { patchJob, startJob } from "../state/jobs";
import { notify } from "../state/shell";
import { OPERATIONS, planRun } from "./operations";
import type { Workbench } from "./workbench";

const DOING: Readonly<Record<OperationId, string>> = {
  restore: "restoring",
  segment: "segmenting",
  localize: "localizing",
  distances: "measuring distances",
  audit: "auditing",
  simulate: "simulating",
  train: "training",
  reconstruct: "reconstructing",
  "correct-ctf": "correcting the CTF",
  density: "putting atoms on a grid",
};

const NO_SHAPE: Shape3 = [0, 0, 0];

/** How much a new measurement of the machine's pace counts against the earlier ones. */
const PACE_WEIGHT = 0.5;

interface RunRequest<Id extends OperationId> {
  readonly operation: Id;
  readonly inputs: RunRequests[Id];
  /** What it works on, or what its labels were made from; null where nothing is open that it needs. */
  readonly volume: VolumeEntry | null;
  /** Of the volume, or of what is to be made. */
  readonly shape?: Shape3;
  /** Under which name the job is kept, where it is not the operation's; a panel shows the jobs of its own name. */
  readonly job?: { readonly operation: string; readonly doing: string };
  /** In the place of what the form says. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Of the job; a new one without it. */
  readonly jobId?: string;
  /** What is asked of a restoration from its start on. */
  readonly asked?: RestoreChange;
  readonly onPreview?: (preview: RunPreviews[Id], jobId: string) => void;
  /** How long it may take to hand over what it has when it is cancelled, where that is more than a moment. */
  readonly patienceMs?: number;
}

/**
 * Returns the file of that id as an operation needs it: with the voxel size that the user stated for the volume, which
 * the label maps and scores made from it share. Null where it was closed.
 */
export function fileToCompute(
  { files }: Workbench,
  id: string,
  { statedVoxelSizeAngstrom: stated }: VolumeEntry,
): VolumeFile | null {
  const file = files.get(id);
  if (!file) return null;
  return stated === null ? file : { ...file, voxelSizeAngstrom: stated };
}

/** The pace of this machine becomes the next estimate. */
export function rememberPace(
  { shell }: Workbench,
  operation: OperationId,
  flops: number,
  seconds: number,
): void {
  const { backend, measuredFlops } = shell.getState();
  if (!backend || seconds < 0.05) return;
  const key = `${operation}/${backend.chosen}`;
  const before = measuredFlops[key] ?? flops / seconds;
  const pace = (1 - PACE_WEIGHT) * before + PACE_WEIGHT * (flops / seconds);
  shell.setState({ measuredFlops: { ...measuredFlops, [key]: pace } });
}

/**
 * Runs an operation as a job that the status bar follows and Esc cancels. Returns its result, or null where it was
 * cancelled or failed; a failure has been told to the user then.
 */
export async function runOperation<Id extends OperationId>(
  workbench: Workbench,
  {
    operation,
    inputs,
    volume,
    shape = volume?.meta.shape ?? NO_SHAPE,
    params: fixed,
    job,
    jobId = workbench.nextId("job"),
    asked,
    onPreview,
    patienceMs,
  }: RunRequest<Id>,
): Promise<RunResult<Id> | null> {
  const { jobs, shell, host, stops, steers } = workbench;
  const stop = new AbortController();
  stops.set(jobId, stop);
  startJob(jobs, {
    id: jobId,
    ...(job ?? { operation, doing: DOING[operation] }),
    volumeId: volume?.id ?? null,
    startedAt: host.now(),
  });
  const onProgress = ({ done, total, note, preview }: Progress<RunPreviews[Id]>) => {
    patchJob(jobs, jobId, { done, total, note });
    if (preview !== undefined) onPreview?.(preview, jobId);
  };
  try {
    const { params, estimate } = planRun(workbench, operation, shape, fixed);
    const result = await workbench.compute.run(operation, inputs, params, {
      signal: stop.signal,
      onProgress,
      onSteerable(steer) {
        steers.set(jobId, steer);
        if (asked) steer(asked);
      },
      ...(patienceMs !== undefined && { patienceMs }),
    });
    // A job under a name of its own does a part of the operation's work.
    if (!job) rememberPace(workbench, operation, estimate.flops, result.provenance.seconds);
    patchJob(jobs, jobId, { phase: "done", endedAt: host.now() });
    return result;
  } catch (error) {
    const cancelled = isAbort(error);
    const sentence = error instanceof Error ? error.message : String(error);
    patchJob(jobs, jobId, {
      phase: cancelled ? "cancelled" : "failed",
      error: cancelled ? null : sentence,
      endedAt: host.now(),
    });
    // The operation's own panel says it already.
    if (!cancelled && shell.getState().panel !== operation)
      notify(shell, "error", `${OPERATIONS[operation].label} failed: ${sentence}`);
    return null;
  } finally {
    stops.delete(jobId);
    steers.delete(jobId);
    workbench.previews.delete(jobId);
  }
}

/** Stops a job; what it finished is kept where the operation can. */
export function cancelJob(workbench: Workbench, jobId: string): void {
  workbench.stops.get(jobId)?.abort();
}
