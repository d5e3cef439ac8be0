import type { VolumeFile } from "../contracts/files";
import { isAbort } from "../core/errors";
import type { Provenance } from "../core/task/operation";
import type { Point3 } from "../core/volume/shape";
import type { VolumeRole } from "../core/volume/volume";
import {
  addEntry,
  type Display,
  entryOf,
  patchEntry,
  removeEntry,
  type VolumeEntry,
  type VolumeTilts,
} from "../state/document";
import { clearHistory } from "../state/history";
import { patchJob, startJob } from "../state/jobs";
import { notify } from "../state/shell";
import type { Workbench } from "./workbench";

const ORIGIN: Point3 = { x: 0, y: 0, z: 0 };

/** Returns a name that no open volume or label map has: "a-restored.mrc", then "a-restored-2.mrc". */
export function freeName({ document }: Workbench, name: string): string {
  const { volumes, labels } = document.getState();
  const taken = new Set([...volumes, ...labels].map((entry) => entry.name));
  const numbered = (count: number) => (count === 1 ? name : name.replace(/(\.[^.]*)?$/, `-${count}$1`));
  let count = 1;
  while (taken.has(numbered(count))) count++;
  return numbered(count);
}

interface OpenOptions {
  readonly role?: VolumeRole | "raw";
  readonly parentId?: string | null;
  readonly origin?: Point3;
  readonly provenance?: Provenance | null;
  readonly tilts?: VolumeTilts | null;
  /** Instead of the robust range of the central slab. */
  readonly display?: Display;
}

/**
 * Opens a file as a volume of the document and returns its entry; rejects with the reader's error. A result whose name is
 * taken gets a number, so that two runs can be told apart, also as files.
 */
export async function openVolume(
  workbench: Workbench,
  given: VolumeFile,
  options: OpenOptions = {},
): Promise<VolumeEntry> {
  const file = options.parentId ? { ...given, name: freeName(workbench, given.name) } : given;
  const id = workbench.nextId("volume");
  const { meta, contrast, histogram, fileBytes } = await workbench.data.open(id, file);
  const entry: VolumeEntry = {
    id,
    name: file.name,
    role: options.role ?? "raw",
    meta,
    fileBytes,
    autoContrast: contrast,
    display: options.display ?? { ...contrast, invert: false },
    histogram: { min: histogram.min, max: histogram.max, counts: [...histogram.counts] },
    statistics: null,
    statedVoxelSizeAngstrom: null,
    revision: 0,
    parentId: options.parentId ?? null,
    origin: options.origin ?? ORIGIN,
    provenance: options.provenance ?? null,
    tilts: options.tilts ?? null,
  };
  workbench.files.set(id, file);
  addEntry(workbench.document, "volumes", entry);
  return entry;
}

/** Puts another file in the place of an open volume: same shape, new voxels, shown in their own contrast. */
export async function replaceVolume(
  workbench: Workbench,
  { id, display, revision }: VolumeEntry,
  file: VolumeFile,
  provenance: Provenance,
): Promise<void> {
  const { meta, contrast, histogram, fileBytes } = await workbench.data.open(id, file);
  workbench.files.set(id, file);
  patchEntry(workbench.document, "volumes", id, {
    meta,
    fileBytes,
    autoContrast: contrast,
    display: { ...contrast, invert: display.invert },
    histogram: { min: histogram.min, max: histogram.max, counts: [...histogram.counts] },
    statistics: null,
    revision: revision + 1,
    provenance,
  });
}

/** Reads the whole file in the background: fast slices along x and y, and the statistics. A failure is not a surprise worth a notice: slices read what they need. */
export async function readWholeVolume(workbench: Workbench, volume: VolumeEntry): Promise<void> {
  const jobId = workbench.nextId("job");
  const stop = new AbortController();
  workbench.stops.set(jobId, stop);
  startJob(workbench.jobs, {
    id: jobId,
    operation: "read",
    doing: "reading",
    volumeId: volume.id,
    startedAt: workbench.host.now(),
  });
  const end = (phase: "done" | "cancelled" | "failed", error: string | null = null) =>
    patchJob(workbench.jobs, jobId, { phase, error, endedAt: workbench.host.now() });
  try {
    const statistics = await workbench.data.stream(volume.id, {
      signal: stop.signal,
      onProgress: ({ done, total, note }) => patchJob(workbench.jobs, jobId, { done, total, note }),
    });
    patchEntry(workbench.document, "volumes", volume.id, { statistics });
    if (statistics.nonFinite > 0)
      notify(
        workbench.shell,
        "warning",
        `${volume.name} has ${statistics.nonFinite} voxels that are not numbers: they are shown black and left out of the statistics.`,
      );
    end("done");
  } catch (error) {
    end(isAbort(error) ? "cancelled" : "failed", error instanceof Error ? error.message : String(error));
  } finally {
    workbench.stops.delete(jobId);
  }
}

/** Shows a volume in the views, with the labels and particles that belong to it. */
export function showVolume(workbench: Workbench, id: string): void {
  const { volumes, labels, particles } = workbench.document.getState();
  const volume = entryOf(volumes, id);
  if (!volume) return;
  const before = workbench.view.getState();
  if (before.compareId === id) compareWith(workbench, null);
  const old = entryOf(volumes, before.volumeId);
  const [nz, ny, nx] = volume.meta.shape;
  const middle = { x: Math.floor(nx / 2), y: Math.floor(ny / 2), z: Math.floor(nz / 2) };
  const sameShape = old !== null && old.meta.shape.join() === volume.meta.shape.join();
  workbench.view.setState({
    volumeId: id,
    cursor: sameShape ? before.cursor : middle,
    hover: null,
    value: null,
    box: sameShape ? before.box : null,
    labelsId: labels.findLast((entry) => entry.parentId === id)?.id ?? null,
    particlesId: particles.findLast((entry) => entry.parentId === id)?.id ?? null,
    selectedParticle: null,
    isosurface: { ...before.isosurface, visible: false, level: null },
  });
  if (sameShape) return;
  clearHistory(workbench.history); // a box of another volume must not come back
  workbench.viewer?.fit();
}

/** Shows a second volume beside the first, or in the same views right of a divider; null goes back to one. */
export function compareWith(workbench: Workbench, id: string | null, how: "side" | "swipe" = "side"): void {
  workbench.view.setState(
    id === null
      ? { compareId: null, layout: "grid", fullLayout: "grid" }
      : { compareId: id, layout: how, fullLayout: how },
  );
}

/** Closes a volume, label map or particle list and what was made from it, and stops what works on it. */
export function closeEntry(workbench: Workbench, id: string): void {
  const gone = removeEntry(workbench.document, id);
  const isGone = (each: string | null) => each !== null && gone.includes(each);
  for (const each of gone) {
    if (workbench.files.delete(each)) workbench.data.close(each).catch(() => undefined);
    workbench.surfaces.delete(each);
    workbench.liveLabels.delete(each);
    workbench.unfinished.delete(each);
  }
  for (const { id: jobId, volumeId } of workbench.jobs.getState().jobs)
    if (isGone(volumeId)) workbench.stops.get(jobId)?.abort();
  clearHistory(workbench.history);
  const view = workbench.view.getState();
  if (isGone(view.compareId)) compareWith(workbench, null);
  if (isGone(view.labelsId)) workbench.view.setState({ labelsId: null });
  if (isGone(view.particlesId)) workbench.view.setState({ particlesId: null, selectedParticle: null });
  if (!isGone(view.volumeId)) return;
  const next = workbench.document.getState().volumes.at(-1);
  if (next) showVolume(workbench, next.id);
  else
    workbench.view.setState({
      volumeId: null,
      box: null,
      hover: null,
      value: null,
      layout: "grid",
      fullLayout: "grid",
    });
}
