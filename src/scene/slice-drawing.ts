import type { Axis, Box } from "../core/volume/shape";
import { AXIS_COLORS, BOX_COLOR, FRAME_COLOR, MUTED_COLOR } from "./axis-colors";
import { cutsBox, type Frame, frameOf } from "./box-frame";
import type { ParticleDisc } from "./particle-discs";
import { PLANE_AXES, type Point2 } from "./slice-plane";
import { type PaneView, toPixel } from "./view-transform";

const SHADE = "rgba(15, 17, 21, 0.75)";
/** Half of the crosshair's opening, so that it does not cover what it points at. */
const CROSSHAIR_GAP = 7;
const HANDLE_PIXELS = 6;
const DIMMED = 0.35;
/** How far outside its circle the selected particle's ring lies. */
const SELECTED_DISTANCE = 4;

/** Draws the crosshair: each line in the colour of the axis whose slice it stands for. */
export function drawCrosshair(
  context: CanvasRenderingContext2D,
  view: PaneView,
  axis: Axis,
  place: Point2,
): void {
  const { column, row } = PLANE_AXES[axis];
  const { width, height } = view.size;
  const x = Math.round(toPixel(view, place).x) + 0.5;
  const y = Math.round(toPixel(view, place).y) + 0.5;
  context.lineWidth = 1;
  context.globalAlpha = 0.85;
  strokeLines(context, AXIS_COLORS[column], [
    [x, 0, x, y - CROSSHAIR_GAP],
    [x, y + CROSSHAIR_GAP, x, height],
  ]);
  strokeLines(context, AXIS_COLORS[row], [
    [0, y, x - CROSSHAIR_GAP, y],
    [x + CROSSHAIR_GAP, y, width, y],
  ]);
  context.globalAlpha = 1;
}

/** Draws the circles of particles; the selected one gets a second, white ring. */
export function drawDiscs(
  context: CanvasRenderingContext2D,
  view: PaneView,
  discs: readonly ParticleDisc[],
  colorOf: (label: number) => string | null,
  selected: number | null,
): void {
  const byColor = new Map<string, ParticleDisc[]>();
  for (const disc of discs) {
    const color = colorOf(disc.label);
    if (color === null) continue;
    const alike = byColor.get(color);
    if (alike) alike.push(disc);
    else byColor.set(color, [disc]);
    if (disc.id !== selected) continue;
    strokeCircles(context, view, [disc], SELECTED_DISTANCE, SHADE, 4);
    strokeCircles(context, view, [disc], SELECTED_DISTANCE, "#ffffff", 2);
  }
  for (const [color, alike] of byColor) {
    strokeCircles(context, view, alike, 0, SHADE, 3.5);
    strokeCircles(context, view, alike, 0, color, 1.75);
  }
}

/** Draws the line between two volumes that share a pane, at a share of its width. */
export function drawDivider(context: CanvasRenderingContext2D, view: PaneView, share: number): void {
  const x = Math.round(share * view.size.width);
  for (const [style, width] of [
    [SHADE, 4],
    ["#ffffff", 1.5],
  ] as const) {
    context.lineWidth = width;
    strokeLines(context, style, [[x, 0, x, view.size.height]]);
  }
}

/** Draws the volume's outline, or that of a part of it. */
export function drawFrame(
  context: CanvasRenderingContext2D,
  view: PaneView,
  frame: Frame,
  dashed: boolean,
): void {
  const { left, top, right, bottom } = framePixels(view, frame);
  context.strokeStyle = dashed ? MUTED_COLOR : FRAME_COLOR;
  context.lineWidth = 1;
  context.setLineDash(dashed ? [2, 3] : []);
  context.strokeRect(
    Math.round(left) - 0.5,
    Math.round(top) - 0.5,
    Math.round(right - left) + 1,
    Math.round(bottom - top) + 1,
  );
  context.setLineDash([]);
}

/** Draws the box as a dashed frame with handles at its corners, dimmed where the slice misses it. */
export function drawBox(
  context: CanvasRenderingContext2D,
  view: PaneView,
  box: Box,
  axis: Axis,
  index: number,
): void {
  const { left, top, right, bottom } = framePixels(view, frameOf(box, axis));
  context.globalAlpha = boxOpacity(box, axis, index);
  context.lineWidth = 3;
  context.strokeStyle = SHADE;
  context.strokeRect(left, top, right - left, bottom - top);
  context.lineWidth = 1.5;
  context.strokeStyle = BOX_COLOR;
  context.setLineDash([6, 4]);
  context.strokeRect(left, top, right - left, bottom - top);
  context.setLineDash([]);
  context.fillStyle = BOX_COLOR;
  for (const x of [left, right])
    for (const y of [top, bottom])
      context.fillRect(x - HANDLE_PIXELS / 2, y - HANDLE_PIXELS / 2, HANDLE_PIXELS, HANDLE_PIXELS);
  context.globalAlpha = 1;
}

/** Returns how strongly a box is drawn: fully where the slice goes through it. */
export function boxOpacity(box: Box, axis: Axis, index: number): number {
  return cutsBox(box, axis, index) ? 1 : DIMMED;
}

/** Draws which way the axes run: two short arrows with their letters, bottom right. */
export function drawAxisArrows(context: CanvasRenderingContext2D, view: PaneView, axis: Axis): void {
  const { column, row } = PLANE_AXES[axis];
  const x = view.size.width - 40.5;
  const y = view.size.height - 40.5;
  context.lineWidth = 1.5;
  context.textAlign = "center";
  context.textBaseline = "middle";
  drawArrow(context, AXIS_COLORS[column], x, y, 22, 0);
  drawArrow(context, AXIS_COLORS[row], x, y, 0, 22);
  drawLetter(context, AXIS_COLORS[column], column, x + 30, y);
  drawLetter(context, AXIS_COLORS[row], row, x, y + 30);
}

/** Draws a letter that stays legible on any grey. */
export function drawLetter(
  context: CanvasRenderingContext2D,
  color: string,
  letter: string,
  x: number,
  y: number,
): void {
  context.strokeStyle = SHADE;
  context.lineWidth = 3;
  context.strokeText(letter, x, y);
  context.fillStyle = color;
  context.fillText(letter, x, y);
}

function drawArrow(
  context: CanvasRenderingContext2D,
  color: string,
  x: number,
  y: number,
  dx: number,
  dy: number,
): void {
  const tipX = x + dx;
  const tipY = y + dy;
  const headX = Math.sign(dx) * 4;
  const headY = Math.sign(dy) * 4;
  for (const [style, width] of [
    [SHADE, 3.5],
    [color, 1.5],
  ] as const) {
    context.lineWidth = width;
    strokeLines(context, style, [
      [x, y, tipX, tipY],
      [tipX, tipY, tipX - headX - headY, tipY - headY - headX],
      [tipX, tipY, tipX - headX + headY, tipY - headY + headX],
    ]);
  }
}

function framePixels(view: PaneView, frame: Frame): Frame {
  const first = toPixel(view, { x: frame.left, y: frame.top });
  const last = toPixel(view, { x: frame.right, y: frame.bottom });
  return { left: first.x, top: first.y, right: last.x, bottom: last.y };
}

function strokeLines(context: CanvasRenderingContext2D, color: string, lines: readonly number[][]): void {
  context.strokeStyle = color;
  context.beginPath();
  for (const [x0, y0, x1, y1] of lines as [number, number, number, number][]) {
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
  }
  context.stroke();
}

/** Strokes circles as one path, each `distance` pixels outside its disc. */
function strokeCircles(
  context: CanvasRenderingContext2D,
  view: PaneView,
  discs: readonly ParticleDisc[],
  distance: number,
  color: string,
  width: number,
): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.beginPath();
  for (const disc of discs) {
    const { x, y } = toPixel(view, disc);
    const radius = Math.max(2, disc.radius * view.scale) + distance;
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
  context.stroke();
}
