import type { Point2, Size2 } from "./slice-plane";

/**
 * How a pane shows a slice: the place in the middle of the pane (voxels, voxel centres at integers), the scale
 * (CSS pixels per voxel) and the pane's size (CSS pixels, origin at its top left).
 */
export interface PaneView {
  readonly center: Point2;
  readonly scale: number;
  readonly size: Size2;
}

/** The share of a pane that a fitted slice may fill, so that the frame does not touch it. */
const FIT_SHARE = 0.97;

/** Returns the pixel where a place of the slice appears. */
export function toPixel({ center, scale, size }: PaneView, place: Point2): Point2 {
  return {
    x: size.width / 2 + (place.x - center.x) * scale,
    y: size.height / 2 + (place.y - center.y) * scale,
  };
}

/** Returns the place of the slice under a pixel; the inverse of `toPixel`. */
export function toPlace({ center, scale, size }: PaneView, pixel: Point2): Point2 {
  return {
    x: center.x + (pixel.x - size.width / 2) / scale,
    y: center.y + (pixel.y - size.height / 2) / scale,
  };
}

/** Returns the centre after a zoom by `factor` that keeps `anchor` where it is in the pane. */
export function zoomedCenter(center: Point2, anchor: Point2, factor: number): Point2 {
  return { x: anchor.x + (center.x - anchor.x) / factor, y: anchor.y + (center.y - anchor.y) / factor };
}

/** Returns the scale at which the whole slice just fits the pane; 0 if the pane has no area. */
export function fitScale(slice: Size2, pane: Size2): number {
  return FIT_SHARE * Math.min(pane.width / slice.width, pane.height / slice.height);
}

/** Returns the place that is the middle of a slice. */
export function middleOf(slice: Size2): Point2 {
  return { x: (slice.width - 1) / 2, y: (slice.height - 1) / 2 };
}

/** Returns the centre nearest to the one wanted that shows as little as possible outside the slice. */
export function boundedCenter(wanted: Point2, slice: Size2, pane: Size2, scale: number): Point2 {
  return {
    x: boundedAlong(wanted.x, slice.width, pane.width / scale),
    y: boundedAlong(wanted.y, slice.height, pane.height / scale),
  };
}

function boundedAlong(wanted: number, length: number, shown: number): number {
  if (shown >= length) return (length - 1) / 2;
  return Math.min(length - 0.5 - shown / 2, Math.max(-0.5 + shown / 2, wanted));
}

/** Tells whether a place of the slice lies within the pane. */
export function isVisible(view: PaneView, place: Point2): boolean {
  const { x, y } = toPixel(view, place);
  return x >= 0 && y >= 0 && x <= view.size.width && y <= view.size.height;
}
