import type { Mark, Place } from "./page";
import { textWidth } from "./text-width";

/** A line of a chart; gaps where a value is null. */
interface ChartLine {
  /** In the legend; a line without a name is not in it. */
  readonly name: string | null;
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly width?: number;
  readonly dash?: readonly number[];
}

/** A band between two lines, filled. */
interface ChartArea {
  readonly name: string;
  readonly colour: string;
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

interface Tick {
  readonly value: number;
  readonly label: string;
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Of every line and area, rising. */
  readonly xs: readonly number[];
  readonly xTicks: readonly Tick[];
  readonly yRange: readonly [low: number, high: number];
  readonly yTicks: readonly Tick[];
  readonly areas?: readonly ChartArea[];
  readonly lines: readonly ChartLine[];
}

const INK = "#1f2430";
const GREY = "#5b6270";
const GRID = "#dfe3e8";
const SIZE = 7.5;
const LEFT = 38;
const TITLE = 14;
const LEGEND = 12;
const BOTTOM = 26;
const SAMPLE = 14;
const LEGEND_GAP = 10;

/** Returns the marks of a chart in the box whose corner is `at`: title and legend above the plot, axes around it. */
export function chartMarks(chart: Chart, [x, y]: Place, width: number, height: number): Mark[] {
  const [left, right] = [x + LEFT, x + width - 4];
  const [top, bottom] = [y + TITLE + LEGEND + 4, y + height - BOTTOM];
  const { xs, yRange } = chart;
  const first = xs[0];
  const span = xs[xs.length - 1] - first || 1;
  const toX = (value: number) => left + ((right - left) * (value - first)) / span;
  const toY = (value: number) => {
    const share = (value - yRange[0]) / (yRange[1] - yRange[0]);
    return bottom - (bottom - top) * Math.min(1, Math.max(0, share));
  };
  const text = (
    content: string,
    place: Place,
    more: Partial<Extract<Mark, { kind: "text" }>> = {},
  ): Mark => ({
    kind: "text",
    at: place,
    text: content,
    size: SIZE,
    colour: GREY,
    ...more,
  });
  const line = (points: readonly Place[], colour: string, lineWidth = 0.5): Mark => ({
    kind: "line",
    points,
    colour,
    width: lineWidth,
  });
  return [
    text(chart.title, [x, y + 8], { size: 9, bold: true, colour: INK }),
    ...legendMarks(chart, [left, y + TITLE + 7]),
    ...(chart.areas ?? []).map(
      ({ colour, lower, upper }): Mark => ({
        kind: "area",
        colour,
        points: [
          ...upper.map((value, i): Place => [toX(xs[i]), toY(value)]),
          ...lower.map((value, i): Place => [toX(xs[i]), toY(value)]).reverse(),
        ],
      }),
    ),
    ...chart.yTicks.flatMap(({ value, label }) => [
      line(
        [
          [left, toY(value)],
          [right, toY(value)],
        ],
        GRID,
      ),
      text(label, [left - 4, toY(value) + 2.6], { align: "end" }),
    ]),
    ...chart.xTicks.flatMap(({ value, label }) => [
      line(
        [
          [toX(value), bottom],
          [toX(value), bottom + 3],
        ],
        GREY,
      ),
      text(label, [toX(value), bottom + 11], { align: "middle" }),
    ]),
    line(
      [
        [left, top],
        [left, bottom],
        [right, bottom],
      ],
      GREY,
      0.75,
    ),
    ...chart.lines.flatMap(({ values, colour, width: lineWidth = 1.2, dash }) =>
      runsOf(values).map(
        (run): Mark => ({
          kind: "line",
          points: run.map((i): Place => [toX(xs[i]), toY(values[i] ?? 0)]),
          colour,
          width: lineWidth,
          dash,
        }),
      ),
    ),
    text(chart.xLabel, [(left + right) / 2, bottom + 21], { align: "middle" }),
    text(chart.yLabel, [x + 7, (top + bottom) / 2], { align: "middle", upwards: true }),
  ];
}

/** The stretches of a line between its gaps. */
function runsOf(values: readonly (number | null)[]): number[][] {
  const runs: number[][] = [];
  values.forEach((value, i) => {
    if (value === null) return;
    const before = runs.at(-1);
    if (before?.at(-1) === i - 1) before.push(i);
    else runs.push([i]);
  });
  return runs;
}

function legendMarks({ areas = [], lines }: Chart, [x, y]: Place): Mark[] {
  const marks: Mark[] = [];
  let left = x;
  const name = (text: string) => {
    marks.push({ kind: "text", at: [left + SAMPLE + 3, y], text, size: SIZE, colour: INK });
    left += SAMPLE + 3 + textWidth(text, SIZE) + LEGEND_GAP;
  };
  for (const area of areas) {
    const [top, bottom] = [y - 6, y + 0.5];
    const points: Place[] = [
      [left, top],
      [left + SAMPLE, top],
      [left + SAMPLE, bottom],
      [left, bottom],
    ];
    marks.push({ kind: "area", colour: area.colour, points });
    name(area.name);
  }
  for (const { name: label, colour, width = 1.2, dash } of lines) {
    if (label === null) continue;
    const points: Place[] = [
      [left, y - 2.5],
      [left + SAMPLE, y - 2.5],
    ];
    marks.push({ kind: "line", points, colour, width, dash });
    name(label);
  }
  return marks;
}
