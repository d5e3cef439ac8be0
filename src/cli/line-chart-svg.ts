/** A line of a chart; it has the same name and colour in every panel. */
interface ChartLine {
  readonly name: string;
  /** "#rrggbb"; one too light for white paper is darkened. */
  readonly color: string;
  readonly isDashed?: boolean;
}

/** Panels side by side with common axes. */
export interface LineChart {
  readonly title: string;
  /** How it was made, a line of text each. */
  readonly notes: readonly string[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** From the bottom to the top of the panels; 0 to 1 where absent. */
  readonly yRange?: readonly [low: number, high: number];
  /** So many points that they are drawn as lines without dots, at their places even where lines coincide. */
  readonly isDense?: boolean;
  /** Of the points of every line, above 0 and rising. */
  readonly xs: readonly number[];
  readonly lines: readonly ChartLine[];
  /** `values` by line, then by x. */
  readonly panels: readonly { readonly title: string; readonly values: readonly (readonly number[])[] }[];
}

const PANEL = 230;
const GAP = 24;
/** Around the panels: for the labels of the axes. */
const LEFT = 52;
const BOTTOM = 46;
const RIGHT = 18;
/** From the side of a panel to its first and last points. */
const INSET = 24;
/** Points of different lines at one x stand beside each other, so far apart and within so much together: equal ones are all seen. */
const MOST_APART = 5;
const ALL_APART = 28;
const TITLE_LINE = 22;
const NOTE_LINE = 15;
const PANEL_TITLE = 30;
const LEGEND_LINE = 19;
const LEGEND_SAMPLE = 26;
/** Of a letter of the notes and the legend, on average, in a usual sans serif. */
const LETTER = 5.9;
const TICK_LETTER = 6.2;
const UNIT_RANGE = [0, 1] as const;
/** At most so many steps of the y axis. */
const Y_STEPS = 6;
/** More than so many times the least x: a logarithmic axis. */
const LOG_RATIO = 10;
/** Relative luminance above which a line is lost on white. */
const MOST_LUMINANCE = 0.5;

const INK = "#1f2430";
const GREY = "#5b6270";
const GRID = "#e3e6ea";

type Attributes = Readonly<Record<string, string | number>>;

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const round = (value: number) => Number(value.toFixed(2));

function element(name: string, attributes: Attributes, content?: string): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  return content === undefined
    ? `<${name}${pairs.join("")}/>`
    : `<${name}${pairs.join("")}>${content}</${name}>`;
}

function text(x: number, y: number, content: string, attributes: Attributes = {}) {
  return element("text", { x: round(x), y: round(y), ...attributes }, escaped(content));
}

/** Returns the colour, darkened as far as it takes to be seen on white. */
function onWhite(color: string): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const [r, g, b] = channels.map((channel) => (channel / 255) ** 2.2);
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const factor = Math.min(1, (MOST_LUMINANCE / luminance) ** (1 / 2.2));
  return `#${channels
    .map((channel) =>
      Math.round(channel * factor)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

/** Returns where an x lies in a panel, in pixels from its left side. */
function placeOf(xs: readonly number[]): (x: number) => number {
  const [first, last] = [xs[0], xs[xs.length - 1]];
  if (first === last) return () => PANEL / 2;
  const scale = last / first > LOG_RATIO ? Math.log : (x: number) => x;
  const span = scale(last) - scale(first);
  return (x) => INSET + ((PANEL - 2 * INSET) * (scale(x) - scale(first))) / span;
}

/** The xs whose labels have room beside each other. */
function ticksOf(xs: readonly number[], place: (x: number) => number): number[] {
  let end = Number.NEGATIVE_INFINITY;
  return xs.filter((x) => {
    const half = (TICK_LETTER * String(x).length) / 2;
    if (place(x) - half < end) return false;
    end = place(x) + half + TICK_LETTER;
    return true;
  });
}

/** Returns where a y lies in a panel, in pixels from its top. */
function heightIn({ yRange: [low, high] = UNIT_RANGE }: LineChart): (y: number) => number {
  return (y) => PANEL * (1 - (y - low) / (high - low));
}

/** Round numbers from the bottom to the top, and the decimals that tell them apart. */
function yTicksOf({ yRange: [low, high] = UNIT_RANGE }: LineChart): { ticks: number[]; decimals: number } {
  const least = (high - low) / Y_STEPS;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return {
    ticks: Array.from({ length: count }, (_, i) => (first + i) * step),
    decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)),
  };
}

function axes(chart: LineChart, withLabels: boolean): string[] {
  const { xs } = chart;
  const place = placeOf(xs);
  const heightOf = heightIn(chart);
  const { ticks, decimals } = yTicksOf(chart);
  const rows = ticks.flatMap((y) => [
    element("line", { x1: 0, x2: PANEL, y1: round(heightOf(y)), y2: round(heightOf(y)), stroke: GRID }),
    ...(withLabels
      ? [text(-8, heightOf(y) + 4, y.toFixed(decimals), { "text-anchor": "end", fill: GREY })]
      : []),
  ]);
  const columns = ticksOf(xs, place).flatMap((x) => [
    element("line", { x1: round(place(x)), x2: round(place(x)), y1: PANEL, y2: PANEL + 5, stroke: GREY }),
    text(place(x), PANEL + 18, String(x), { "text-anchor": "middle", fill: GREY }),
  ]);
  const frame = element("path", { d: `M0 0V${PANEL}H${PANEL}`, fill: "none", stroke: GREY });
  return [...rows, ...columns, frame];
}

function strokeOf({ color, isDashed }: ChartLine): Attributes {
  const solid = { stroke: onWhite(color), "stroke-width": 2 };
  return isDashed ? { ...solid, "stroke-dasharray": "6 4" } : solid;
}

/** How far a line's points stand beside their x. */
function apart(index: number, count: number): number {
  const step = Math.min(MOST_APART, ALL_APART / Math.max(1, count - 1));
  return step * (index - (count - 1) / 2);
}

function curve(
  chart: LineChart,
  index: number,
  values: readonly number[],
  place: (x: number) => number,
): string {
  const line = chart.lines[index];
  const heightOf = heightIn(chart);
  const beside = chart.isDense ? 0 : apart(index, chart.lines.length);
  const points = values.map(
    (value, i) => [round(place(chart.xs[i]) + beside), round(heightOf(value))] as const,
  );
  const path = points.map(([x, y]) => `${x},${y}`).join(" ");
  const stroke = onWhite(line.color);
  const dot = { r: 3.5, fill: line.isDashed ? "#ffffff" : stroke, stroke, "stroke-width": 1.5 };
  const dots = chart.isDense ? [] : points.map(([cx, cy]) => element("circle", { cx, cy, ...dot }));
  return [element("polyline", { points: path, fill: "none", ...strokeOf(line) }), ...dots].join("");
}

function legend(lines: readonly ChartLine[], x: number, y: number): string {
  const rows = lines.map((line, i) => {
    const middle = LEGEND_LINE * i;
    const sample = { x1: 0, x2: LEGEND_SAMPLE - 6, y1: middle, y2: middle, ...strokeOf(line) };
    return element("line", sample) + text(LEGEND_SAMPLE, middle + 4, line.name);
  });
  return element("g", { transform: `translate(${x} ${y})` }, rows.join(""));
}

/**
 * Returns a chart as SVG: a panel beside the other, a legend at the right. The x axis is logarithmic where the last x is more
 * than 10 times the first, and has its ticks at the xs.
 */
export function lineChartSvg(chart: LineChart): string {
  const { title, notes, xLabel, yLabel, xs, lines, panels } = chart;
  const top = TITLE_LINE + NOTE_LINE * notes.length + PANEL_TITLE + 8;
  const panelsEnd = LEFT + panels.length * PANEL + (panels.length - 1) * GAP;
  const longest = (texts: readonly string[]) => LETTER * Math.max(0, ...texts.map(({ length }) => length));
  const legendWidth = LEGEND_SAMPLE + longest(lines.map(({ name }) => name));
  const width = Math.ceil(Math.max(panelsEnd + GAP + legendWidth, LEFT + longest(notes)) + RIGHT);
  const height = top + Math.max(PANEL + BOTTOM, LEGEND_LINE * lines.length);
  const place = placeOf(xs);
  const body = panels.map(({ title: ofPanel, values }, index) => {
    const content = [
      text(PANEL / 2, -10, ofPanel, { "text-anchor": "middle", "font-weight": "600" }),
      ...axes(chart, index === 0),
      text(PANEL / 2, PANEL + 37, xLabel, { "text-anchor": "middle" }),
      ...lines.map((_, i) => curve(chart, i, values[i], place)),
    ];
    const transform = `translate(${LEFT + index * (PANEL + GAP)} ${top})`;
    return element("g", { transform }, content.join("\n"));
  });
  const yTitle = { "text-anchor": "middle", transform: `rotate(-90 14 ${top + PANEL / 2})` };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="12" fill="${INK}">`,
    element("title", {}, escaped(title)),
    element("rect", { width, height, fill: "#ffffff" }),
    text(LEFT, TITLE_LINE, title, { "font-size": 15, "font-weight": "600" }),
    ...notes.map((note, i) =>
      text(LEFT, TITLE_LINE + 4 + NOTE_LINE * (i + 1), note, { "font-size": 11, fill: GREY }),
    ),
    text(14, top + PANEL / 2, yLabel, yTitle),
    ...body,
    legend(lines, panelsEnd + GAP, top + 8),
    "</svg>",
    "",
  ].join("\n");
}
