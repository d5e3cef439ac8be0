import type { ResultVolume } from "../contracts/files";
import { placeInOriginal } from "../core/operations/audit-box";
import type { Provenance } from "../core/task/operation";
import { type Point3, wholeBox } from "../core/volume/shape";
import {
  type AuditedVolumes,
  type AuditResult,
  auditedVolumes,
  auditOf,
  chooseAudited,
  keepAudit,
} from "../state/audit";
import { entryOf, type VolumeEntry, voxelSizeOf } from "../state/document";
import { setParam } from "../state/shell";
import { closeEntry, openVolume, replaceVolume } from "./open-volume";
import { OPERATIONS } from "./operations";
import { fileToCompute, runOperation } from "./run-operation";
import type { Workbench } from "./workbench";

/** The job that follows the form; the panel does not show it as a run. */
const FOLLOWING = { operation: "follow-audit", doing: "auditing" } as const;
/** An audit that took longer than this is run again only on request. */
const INSTANT_SECONDS = 2;

/** What an audit must know of the tilt series. */
const TAKEN_PARAMS = ["tilt", "tiltAxis", "dualAxis", "secondTilt"] as const;

/** Returns the volumes that the audit would look at now. */
export function volumesToAudit({ document, shell }: Workbench): AuditedVolumes {
  return auditedVolumes(document.getState().volumes, shell.getState().auditSetup);
}

/** Takes the tilts that a restored volume was made for as those of its audit; the defaults where they are not known. */
export function takeTilts(workbench: Workbench): void {
  const made = volumesToAudit(workbench).restored?.provenance;
  const take = (name: string, value: unknown) => {
    const isDefault = JSON.stringify(value) === JSON.stringify(OPERATIONS.audit.params[name].default);
    setParam(workbench.shell, "audit", name, isDefault ? undefined : value);
  };
  for (const name of TAKEN_PARAMS) take(name, made?.params[name]);
  // A restoration from here has its grey values from the original: matching them would hide what it lost.
  take("greys", made?.operation === "restore" ? "as-is" : undefined);
}

/** Chooses the restored volume; its original, its deviation and its tilts follow. */
export function chooseRestored(workbench: Workbench, restoredId: string): void {
  chooseAudited(workbench.shell, { restoredId, originalId: undefined, stdId: undefined });
  takeTilts(workbench);
}

const placeOf = (original: VolumeEntry, restored: VolumeEntry): Point3 =>
  restored.parentId === original.id ? restored.origin : placeInOriginal(original.meta, restored.meta);

/** Compares the restored volume with its original and keeps what comes out, with its map and its mask. */
export async function runAudit(workbench: Workbench, job?: typeof FOLLOWING): Promise<void> {
  const { document, shell, view } = workbench;
  const volumes = volumesToAudit(workbench);
  const { original, restored, reference, std } = volumes;
  const file = (volume: VolumeEntry | null) => volume && fileToCompute(workbench, volume.id, volume);
  const files = { original: file(original), restored: file(restored) };
  if (!original || !restored || !files.original || !files.restored) return;
  const shown = entryOf(document.getState().volumes, view.getState().volumeId);
  const isInView = shown?.meta.shape.join() === restored.meta.shape.join();
  const result = await runOperation(workbench, {
    operation: "audit",
    inputs: {
      original: files.original,
      restored: files.restored,
      reference: file(reference),
      std: file(std),
      place: placeOf(original, restored),
    },
    volume: restored,
    job,
    // The box in the views is one of the volume that they show.
    ...(!isInView && { params: { box: null } }),
  });
  if (!result || !entryOf(document.getState().volumes, restored.id)) return;
  const before = shell.getState().audits.find(({ restoredId }) => restoredId === restored.id);
  const volumeIds = await openMaps(workbench, volumes, result, before);
  keepAudit(shell, {
    restoredId: restored.id,
    originalId: original.id,
    referenceId: reference?.id ?? null,
    stdId: std?.id ?? null,
    names: {
      original: original.name,
      restored: restored.name,
      reference: reference?.name ?? null,
      std: std?.name ?? null,
    },
    voxelSizeAngstrom: voxelSizeOf(original),
    output: result.output,
    provenance: result.provenance,
    volumeIds,
  });
}

/** Opens the map of the change below the original and the mask below the restored volume, in the place of those there were. */
async function openMaps(
  workbench: Workbench,
  { original, restored }: AuditedVolumes,
  made: {
    readonly output: AuditResult["output"];
    readonly volumes: readonly ResultVolume[];
    readonly provenance: Provenance;
  },
  before: AuditResult | undefined,
): Promise<Readonly<Record<string, string>>> {
  const { document } = workbench;
  const { box } = made.output;
  const ids: Record<string, string> = {};
  if (!original || !restored) return ids;
  const place = placeOf(original, restored);
  const corner = { x: box.x0, y: box.y0, z: box.z0 };
  const inRestored = { x: box.x0 - place.x, y: box.y0 - place.y, z: box.z0 - place.z };
  for (const volume of made.volumes) {
    const isMask = volume.role === "uncertain";
    const there = entryOf(document.getState().volumes, before?.volumeIds[volume.role] ?? null);
    const origin = isMask ? inRestored : corner;
    const parentId = isMask ? restored.id : original.id;
    if (there?.parentId === parentId && isSamePlace(there, origin, box)) {
      await replaceVolume(workbench, there, { ...volume, name: there.name }, made.provenance);
      ids[volume.role] = there.id;
    } else {
      if (there) closeEntry(workbench, there.id);
      const options = { role: volume.role, parentId, origin, provenance: made.provenance };
      ids[volume.role] = (await openVolume(workbench, volume, options)).id;
    }
  }
  const stale = Object.entries(before?.volumeIds ?? {}).filter(([role]) => !(role in ids));
  for (const [, id] of stale) if (entryOf(document.getState().volumes, id)) closeEntry(workbench, id);
  return ids;
}

function isSamePlace(there: VolumeEntry, origin: Point3, box: AuditResult["output"]["box"]): boolean {
  const { z1, y1, x1 } = wholeBox(there.meta.shape);
  const isSameShape = z1 === box.z1 - box.z0 && y1 === box.y1 - box.y0 && x1 === box.x1 - box.x0;
  return isSameShape && (["x", "y", "z"] as const).every((axis) => there.origin[axis] === origin[axis]);
}

/**
 * Audits again whenever a parameter or the choice of volumes changes; only where the restored volume was audited before, and
 * quickly. One run at a time: changes that come while it is on its way are taken together. Returns how to end it.
 */
export function followAudit(workbench: Workbench): () => void {
  const { shell } = workbench;
  let isRunning = false;

  async function follow(): Promise<void> {
    const { params, auditSetup, audits } = shell.getState();
    const { restored } = volumesToAudit(workbench);
    const before = audits.find(({ restoredId }) => restoredId === restored?.id);
    if (isRunning || !before || before.provenance.seconds > INSTANT_SECONDS) return;
    isRunning = true;
    await runAudit(workbench, FOLLOWING).finally(() => {
      isRunning = false;
    });
    const now = shell.getState();
    if (now.params.audit !== params.audit || now.auditSetup !== auditSetup) await follow();
  }

  return shell.subscribe((now, before) => {
    if (now.params.audit !== before.params.audit || now.auditSetup !== before.auditSetup) void follow();
  });
}

/** Returns the audit that is shown: of the volumes that are chosen. */
export function shownAudit(workbench: Workbench): AuditResult | null {
  return auditOf(workbench.shell.getState().audits, volumesToAudit(workbench));
}
