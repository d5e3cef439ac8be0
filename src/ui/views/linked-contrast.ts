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
