import type { AuditOutput } from "../../core/operations/audit-output";
import type { Provenance } from "../../core/task/operation";

/** An audit with all that is said of it in a file: what was compared, how, when and with what. */
export interface AuditDocument {
  readonly output: AuditOutput;
  /** The volumes' files; null for those that were not given. */
  readonly names: {
    readonly original: string;
    readonly restored: string;
    readonly reference: string | null;
    readonly std: string | null;
  };
  /** null where it is not known; lengths are in voxels then. */
  readonly voxelSizeAngstrom: number | null;
  readonly provenance: Provenance;
  /** The day, as 2026-01-31. */
  readonly day: string;
}
