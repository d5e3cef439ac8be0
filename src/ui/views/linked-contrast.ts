import type { VolumeEntry } from "../../state/document";

/**
 * Returns the contrast of a volume that shares the views with another: its own range, moved and widened as the user moved
 * and widened the other's, so that one drag changes both and neither is flat.
 */
export function linkedContrast(
  { autoContrast: from, display }: Pick<VolumeEntry, "autoContrast" | "display">,
  { autoContrast: to }: Pick<VolumeEntry, "autoContrast">,
): VolumeEntry["display"] {
  const scale = (to.high - to.low) / (from.high - from.low || 1);
  const moved = (value: number) => to.low + scale * (value - from.low);
  return { low: moved(display.low), high: moved(display.high), invert: display.invert };
}

/** The mask of a restored volume that was audited. */
const maskOf = (volumes: readonly VolumeEntry[], { id }: VolumeEntry): VolumeEntry | undefined =>
  volumes.findLast(({ role, parentId }) => role === "uncertain" && parentId === id);

function hatchProps(mask: VolumeEntry | undefined): HatchProps | undefined {
  return mask && { id: mask.id, shape: mask.meta.shape, origin: mask.origin, revision: mask.revision };
}
