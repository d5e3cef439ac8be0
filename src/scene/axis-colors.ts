import type { Axis } from "../core/volume/shape";

/** The colours of the axes, and of what is perpendicular to them: borders, crosshair lines, slice planes. */
export const AXIS_COLORS: Readonly<Record<Axis, string>> = { x: "#f2706a", y: "#5fd38a", z: "#6ea8fe" };

export const BACKGROUND_COLOR = "#0f1115";
export const FRAME_COLOR = "#3b4352";
export const TEXT_COLOR = "#e6e9ef";
export const MUTED_COLOR = "#98a2b3";
export const BOX_COLOR = "#f2b84b";
export const HATCH_COLOR = "#f28c28";
