import type { AuditOutput } from "../core/operations/audit-output";
import type { Provenance } from "../core/task/operation";
import { entryOf, type VolumeEntry } from "./document";
import type { ShellStore } from "./shell";

/** Which open volumes are audited, by id: undefined is what Tomoscope chooses, null none. */
export interface AuditSetup {
  readonly originalId?: string;
  readonly restoredId?: string;
  readonly referenceId?: string | null;
  readonly stdId?: string | null;
}

/** The volumes of an audit; it can be run once there are an original and a restored one. */
export interface AuditedVolumes {
  readonly original: VolumeEntry | null;
  readonly restored: VolumeEntry | null;
  readonly reference: VolumeEntry | null;
  readonly std: VolumeEntry | null;
}

/** The newest audit of a restored volume. */
export interface AuditResult {
  readonly restoredId: string;
  readonly originalId: string;
  readonly referenceId: string | null;
  readonly stdId: string | null;
  readonly names: {
    readonly original: string;
    readonly restored: string;
    readonly reference: string | null;
    readonly std: string | null;
  };
  readonly voxelSizeAngstrom: number | null;
  readonly output: AuditOutput;
  readonly provenance: Provenance;
  /** The volumes it made, by their roles. */
  readonly volumeIds: Readonly<Record<string, string>>;
}

const shapeOf = ({ meta }: VolumeEntry) => meta.shape.join();
const isAuditMade = ({ role }: VolumeEntry) => role === "measured-change" || role === "uncertain";

/** Tells whether a volume can be the original of a restored one: its parent, or one of the same shape that is not made of it. */
export function isOriginalFor(volume: VolumeEntry, restored: VolumeEntry): boolean {
  if (volume.id === restored.id || isAuditMade(volume) || volume.role === "std") return false;
  return restored.parentId === volume.id || shapeOf(volume) === shapeOf(restored);
}

/**
 * Returns the volumes that are audited: those that were chosen, else the newest restored volume (without one, the newest that
 * another one of the same shape lies beside), its parent or the first of its shape, and the deviation of the same run.
 */
export function auditedVolumes(volumes: readonly VolumeEntry[], setup: AuditSetup): AuditedVolumes {
  const chosen = (id: string | null | undefined) => entryOf(volumes, id ?? null);
  const originalsOf = (each: VolumeEntry) => volumes.filter((volume) => isOriginalFor(volume, each));
  const restored =
    chosen(setup.restoredId) ??
    volumes.findLast(({ role }) => role === "restored") ??
    volumes.findLast((each) => each.role === "raw" && originalsOf(each).some(({ id }) => id !== each.id)) ??
    null;
  if (!restored) return { original: null, restored: null, reference: null, std: null };
  const originals = originalsOf(restored);
  const isAble = (volume: VolumeEntry | null) => volume && originals.some(({ id }) => id === volume.id);
  const original = chosen(setup.originalId);
  const ofSameRun = volumes.find(
    ({ role, provenance }) => role === "std" && provenance !== null && provenance === restored.provenance,
  );
  const fits = (volume: VolumeEntry | null) => volume && shapeOf(volume) === shapeOf(restored);
  const std = chosen(setup.stdId);
  return {
    original: isAble(original)
      ? original
      : (originals.find(({ id }) => id === restored.parentId) ?? originals[0] ?? null),
    restored,
    reference: chosen(setup.referenceId),
    std: setup.stdId === null ? null : fits(std) ? std : (ofSameRun ?? null),
  };
}

/** Returns the newest audit of just these volumes, or null. */
export function auditOf(audits: readonly AuditResult[], volumes: AuditedVolumes): AuditResult | null {
  return (
    audits.find(
      (audit) =>
        audit.restoredId === volumes.restored?.id &&
        audit.originalId === volumes.original?.id &&
        audit.referenceId === (volumes.reference?.id ?? null) &&
        audit.stdId === (volumes.std?.id ?? null),
    ) ?? null
  );
}

/** Chooses a volume of the audit. */
export function chooseAudited(store: ShellStore, choice: Partial<AuditSetup>): void {
  store.setState(({ auditSetup }) => ({ auditSetup: { ...auditSetup, ...choice } }));
}

/** Puts an audit in the place of the one there was of the restored volume. */
export function keepAudit(store: ShellStore, audit: AuditResult): void {
  store.setState(({ audits }) => ({
    audits: [...audits.filter(({ restoredId }) => restoredId !== audit.restoredId), audit],
  }));
}
