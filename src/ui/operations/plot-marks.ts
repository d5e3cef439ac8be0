import type UPlot from "uplot";

const MUTED = "#98a2b3";
const BURN_IN = "rgb(152 162 179 / 10%)";

/** Shades a plot from its left edge to x, where a dashed line stands, and names what is there. */
export function shadeUntil(plot: UPlot, x: number, name: string): void {
  const { ctx, bbox } = plot;
  const { min, max } = plot.scales.x;
  if (min == null || max == null || x <= min) return;
  const right = Math.min(bbox.left + bbox.width, plot.valToPos(x, "x", true));
  ctx.save();
  ctx.fillStyle = BURN_IN;
  ctx.fillRect(bbox.left, bbox.top, right - bbox.left, bbox.height);
  ctx.strokeStyle = MUTED;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  if (x <= max) {
    ctx.beginPath();
    ctx.moveTo(right, bbox.top);
    ctx.lineTo(right, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.fillStyle = MUTED;
  ctx.font = `${11 * devicePixelRatio}px system-ui`;
  ctx.textBaseline = "bottom";
  ctx.textAlign = "left";
  const wide = ctx.measureText(name).width + 8 * devicePixelRatio;
  if (right - bbox.left > wide)
    ctx.fillText(name, bbox.left + 4 * devicePixelRatio, bbox.top + bbox.height - 2 * devicePixelRatio);
  ctx.restore();
}

/** Shades the band between two values of a scale over the whole width of a plot. */
export function shadeBand(
  plot: UPlot,
  scale: string,
  [low, high]: readonly [number, number],
  color: string,
): void {
  const { ctx, bbox } = plot;
  const [top, bottom] = [plot.valToPos(high, scale, true), plot.valToPos(low, scale, true)];
  ctx.save();
  ctx.fillStyle = color;
  ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
  ctx.restore();
}
