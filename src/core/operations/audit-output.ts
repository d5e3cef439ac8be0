import type { AuditFigures } from "../metrics/audit-figures";
import type { AuditSentence } from "../metrics/audit-verdict";
import type { Axis, Box } from "../volume/shape";

/** Slices through the middle of the box, across the tilt axis where the wedge shows, in the original's grey values. */
export interface AuditPictures {
  readonly axis: Axis;
  readonly index: number;
  readonly width: number;
  readonly height: number;
  readonly original: Float32Array<ArrayBuffer>;
  readonly restored: Float32Array<ArrayBuffer>;
  /** The difference limited to measured coefficients. */
  readonly change: Float32Array<ArrayBuffer>;
  /** 1 where the deviation exceeds the signal; null without a deviation. */
  readonly uncertain: Float32Array<ArrayBuffer> | null;
}

export interface AuditOutput extends AuditFigures {
  /** What was audited, in voxels of the original; whether it is a part of what was restored. */
  readonly box: Box;
  readonly isPart: boolean;
  /** How many measured coefficients next to the wedge were not compared. */
  readonly margin: number;
  /** Voxels where the original does not say how large they are. */
  readonly lengthUnit: "Å" | "voxels";
  readonly uncertain: { readonly voxelShare: number; readonly powerShare: number } | null;
  readonly verdict: readonly AuditSentence[];
  readonly pictures: AuditPictures;
}
