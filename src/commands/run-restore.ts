import type { RestoreChange, RunPreviews, RunResult } from "../contracts/compute";
import type { ResultVolume } from "../contracts/files";
import type { MwrPreviewKind } from "../core/restore/mwr-control";
import { type Box, boxShape, type Point3, type Shape3 } from "../core/volume/shape";
import { entryOf, type VolumeEntry } from "../state/document";
import { lastJob, patchJob } from "../state/jobs";
import { isUnderWay, patchRestoration, type Restoration } from "../state/restoration";
import { compareWith, openVolume, replaceVolume } from "./open-volume";
import { planRun } from "./operations";
import { cancelJob, fileToCompute, rememberPace, runOperation } from "./run-operation";
import type { Workbench } from "./workbench";

function follow({ shell, previews }: Workbench, preview: RunPreviews["restore"], jobId: string): void {
  if (preview.slice) previews.set(jobId, preview.slice);
  shell.setState(({ restoration }) => ({
    restoration: restoration?.jobId === jobId ? withPreview(restoration, preview) : restoration,
  }));
}

function withPreview(
  restoration: Restoration,
  { trace, slice, shows, meanChange, blocks }: RunPreviews["restore"],
): Restoration {
  const all = trace.length > 0 ? [...restoration.trace, ...trace] : restoration.trace;
  const at = trace.at(-1)?.iteration;
  return {
    ...restoration,
    trace: all,
    // Looked at twice in the same place it has not changed, which says nothing.
    changes:
      meanChange && at !== undefined ? new Map(restoration.changes).set(at, meanChange) : restoration.changes,
    shown: shows ?? restoration.shown,
    blocks: blocks ?? restoration.blocks,
    previewRevision: restoration.previewRevision + (slice ? 1 : 0),
  };
}

/** Restores the missing wedge in the box of the view, or the whole volume, and shows the result over it. */
export async function runRestore(workbench: Workbench): Promise<void> {
  const { view, document, shell } = workbench;
  const volume = entryOf(document.getState().volumes, view.getState().volumeId);
  if (!volume) return;
  const jobId = workbench.nextId("job");
  shell.setState({ restoration: null });
  const params = plannedParams(workbench, volume.meta.shape);
  if (params)
    shell.setState({
      restoration: {
        chainId: workbench.nextId("chain"),
        jobId,
        volumeId: volume.id,
        box: (params.box ?? null) as Box | null,
        phase: "running",
        params,
        iterations: Number(params.iterations),
        burnIn: Number(params.burnIn),
        beta: null,
        preview: "sample",
        shown: "sample",
        trace: [],
        changes: new Map(),
        blocks: null,
        previewRevision: 0,
        isKept: false,
        wasPaused: false,
        resultIds: {},
      },
    });
  await runChain(workbench, volume, jobId, false);
}

/** Goes on with the chain that has ended for so many more iterations; its results take the place of those there were. */
export async function takeMoreSamples(workbench: Workbench, more: number): Promise<void> {
  const { restoration } = workbench.shell.getState();
  const volume = entryOf(workbench.document.getState().volumes, restoration?.volumeId ?? null);
  if (!volume || !restoration?.isKept || isUnderWay(restoration)) return;
  const jobId = workbench.nextId("job");
  const iterations = restoration.trace.length + more;
  const params = { ...restoration.params, iterations };
  patchRestoration(workbench.shell, { jobId, phase: "running", iterations, params, isKept: false });
  await runChain(workbench, volume, jobId, true);
}

/** The values of the form, or null where one is wrong: the run says which. */
function plannedParams(workbench: Workbench, shape: Shape3): Restoration["params"] | null {
  try {
    return planRun(workbench, "restore", shape).params;
  } catch {
    return null;
  }
}

async function runChain(
  workbench: Workbench,
  volume: VolumeEntry,
  jobId: string,
  goOn: boolean,
): Promise<void> {
  const { shell, jobs } = workbench;
  const file = fileToCompute(workbench, volume.id, volume);
  if (!file) return;
  const before = shell.getState().restoration;
  const chainId = before?.chainId ?? jobId;
  const running = runOperation(workbench, {
    operation: "restore",
    inputs: { volume: file, chainId, goOn },
    volume,
    jobId,
    job: { operation: "restore", doing: "restoring" },
    ...(before && { params: before.params }),
    ...(before && goOn && { asked: { preview: before.preview } }),
    onPreview: (preview) => follow(workbench, preview, jobId),
  });
  if (goOn && before)
    patchJob(jobs, jobId, { paceSince: { at: workbench.host.now(), done: before.trace.length } });
  const result = await running;
  const { restoration } = shell.getState();
  if (restoration?.jobId !== jobId) return; // another one has begun
  if (!result) {
    const failed = lastJob(jobs.getState().jobs, "restore")?.phase === "failed";
    return patchRestoration(shell, { phase: failed ? "failed" : "cancelled" });
  }
  const { trace, isKept, iterations, finishedBlocks: done, blocks: count } = result.output;
  const blocks = count > 1 ? { done, count } : null;
  patchRestoration(shell, { phase: "done", trace, isKept, iterations, blocks });
  if (!goOn && !restoration.wasPaused) remember(workbench, volume.meta.shape, restoration, result);
  await showResults(workbench, volume, restoration, result);
}

/** The pace of this machine becomes the next estimate; pauses would falsify it. */
function remember(
  workbench: Workbench,
  shape: Shape3,
  { params }: Restoration,
  { output, provenance }: RunResult<"restore">,
): void {
  const { flops } = planRun(workbench, "restore", shape, params).estimate;
  const share = (output.iterations / Number(params.iterations)) * (output.finishedBlocks / output.blocks);
  rememberPace(workbench, "restore", share * flops, provenance.seconds);
}

/** Opens what a restoration gave, or puts it in the place of what it gave before; a first mean is shown over its input. */
async function showResults(
  workbench: Workbench,
  volume: VolumeEntry,
  { box, resultIds }: Restoration,
  { volumes, provenance }: RunResult<"restore">,
): Promise<void> {
  const { document, shell, view } = workbench;
  const origin: Point3 = box ? { x: box.x0, y: box.y0, z: box.z0 } : { x: 0, y: 0, z: 0 };
  const ids: Record<string, string> = {};
  const place = async (made: ResultVolume): Promise<VolumeEntry> => {
    const there = entryOf(document.getState().volumes, resultIds[made.name] ?? null);
    const options = { role: made.role, parentId: volume.id, origin, provenance };
    if (!there) return openVolume(workbench, made, options);
    await replaceVolume(workbench, there, { ...made, name: there.name }, provenance);
    return there;
  };
  for (const made of volumes) {
    const entry = await place(made);
    ids[made.name] = entry.id;
    patchRestoration(shell, { resultIds: { ...resultIds, ...ids } });
    if (made.role !== "restored" || made.name in resultIds || view.getState().volumeId !== volume.id)
      continue;
    compareWith(workbench, entry.id, "swipe");
    // What the wedge takes away shows in the plane of the tilting.
    view.setState({ compareAxis: provenance.params.tiltAxis === "x" ? "x" : "y" });
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

function steer({ shell, steers }: Workbench, change: RestoreChange): void {
  const { restoration } = shell.getState();
  if (isUnderWay(restoration)) steers.get(restoration.jobId)?.(change);
}

/** Pauses the chain, or goes on with it. */
export function pauseRestoration(workbench: Workbench, paused: boolean): void {
  const { shell, jobs, host } = workbench;
  const { restoration } = shell.getState();
  if (restoration?.phase !== (paused ? "running" : "paused")) return;
  steer(workbench, { paused });
  patchRestoration(shell, { phase: paused ? "paused" : "running", wasPaused: true });
  const done = lastJob(jobs.getState().jobs, "restore")?.done ?? 0;
  patchJob(jobs, restoration.jobId, { paused, ...(!paused && { paceSince: { at: host.now(), done } }) });
}

/** Ends the chain with the samples it has, or the blocks with those that are finished; asked for again, nothing is kept. */
export function finishRestoration(workbench: Workbench): void {
  const { shell, jobs } = workbench;
  const { restoration } = shell.getState();
  if (!isUnderWay(restoration)) return;
  if (restoration.phase === "finishing") {
    cancelJob(workbench, restoration.jobId);
    return;
  }
  steer(workbench, { finish: true, paused: false });
  patchRestoration(shell, { phase: "finishing" });
  patchJob(jobs, restoration.jobId, { paused: false });
}

/** Sets β from the next iteration on. */
export function changeBeta(workbench: Workbench, beta: number): void {
  steer(workbench, { beta });
  patchRestoration(workbench.shell, { beta });
}

/** Sets how long the chain becomes, while it runs. */
export function changeIterations(workbench: Workbench, iterations: number): void {
  steer(workbench, { iterations });
  patchRestoration(workbench.shell, { iterations });
}

/** Chooses what the preview shows. */
export function choosePreview(workbench: Workbench, preview: MwrPreviewKind): void {
  steer(workbench, { preview });
  patchRestoration(workbench.shell, { preview });
}
