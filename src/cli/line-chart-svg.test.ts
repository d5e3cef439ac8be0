import { XMLParser, XMLValidator } from "fast-xml-parser";
import { expect, test } from "vitest";
import { type LineChart, lineChartSvg } from "./line-chart-svg";

const CHART: LineChart = {
  title: 'F1 & noise <of> "a" cell',
  notes: ["one", "two"],
  xLabel: "SNR",
  yLabel: "F1",
  xs: [0.05, 0.1, 0.15],
  lines: [
    { name: "ribosome", color: "#4c8dff" },
    { name: "mean", color: "#ffffff", isDashed: true },
  ],
  panels: [
    {
      title: "±50°",
      values: [
        [0, 0.5, 1],
        [1, 1, 1],
      ],
    },
    {
      title: "±60°",
      values: [
        [0.2, 0.2, 0.2],
        [0.4, 0.6, 0.8],
      ],
    },
  ],
};

interface Panel {
  readonly polyline: readonly { readonly points: string; readonly stroke: string }[];
  readonly circle: readonly { readonly cx: number; readonly cy: number }[];
  readonly text: readonly (string | { readonly "#text": string })[];
}

function parsed(chart: LineChart) {
  const svg = lineChartSvg(chart);
  expect(XMLValidator.validate(svg)).toBe(true);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseAttributeValue: true,
  });
  return parser.parse(svg).svg as { title: string; width: number; height: number; g: readonly Panel[] };
}

const pointsOf = (line: { readonly points: string }) =>
  line.points.split(" ").map((point) => point.split(",").map(Number));

test("it is well-formed, and has a panel with every line and point for each tilt range, then the legend", () => {
  const { title, g } = parsed(CHART);
  expect(title).toBe(CHART.title);
  expect(g).toHaveLength(3);
  for (const panel of g.slice(0, 2)) {
    expect(panel.polyline).toHaveLength(2);
    expect(panel.circle).toHaveLength(6);
  }
  const [rising, level] = g[0].polyline.map(pointsOf);
  expect(rising.map(([, y]) => y)).toEqual([230, 115, 0]);
  expect(level.map(([, y]) => y)).toEqual([0, 0, 0]);
  expect(rising[1][0]).toBe((rising[0][0] + rising[2][0]) / 2);
  const names = g[2].text.map((text) => (typeof text === "string" ? text : text["#text"]));
  expect(names).toEqual(["ribosome", "mean"]);
});

test("a light colour is darkened so that it is seen on white, others stay", () => {
  const [ribosome, mean] = parsed(CHART).g[0].polyline;
  expect(ribosome.stroke).toBe("#4c8dff");
  expect(mean.stroke).toBe("#bababa");
});

test("a wide range of xs is drawn by its logarithm, a single x in the middle", () => {
  const lines = CHART.lines.slice(0, 1).concat(CHART.lines.slice(0, 1));
  const wide = parsed({ ...CHART, lines, xs: [0.001, 0.1, 10] }).g[0];
  const [a, b, c] = pointsOf(wide.polyline[0]).map(([x]) => x);
  expect(b - a).toBeCloseTo(c - b, 1);
  const single = {
    ...CHART,
    xs: [0.1],
    panels: CHART.panels.map((panel) => ({ ...panel, values: [[0.5], [0.6]] })),
  };
  expect(parsed(single).g[0].polyline.map(pointsOf)).toEqual([[[112.5, 115]], [[117.5, 92]]]);
});

test("equal points of different lines stand beside each other, however many there are", () => {
  const lines = Array.from({ length: 14 }, (_, i) => ({ name: `class ${i}`, color: "#4c8dff" }));
  const panels = [{ title: "±60°", values: lines.map(() => CHART.xs.map(() => 1)) }];
  const { circle } = parsed({ ...CHART, lines, panels }).g[0];
  const places = circle.map(({ cx }) => cx).sort((a, b) => a - b);
  expect(new Set(places).size).toBe(lines.length * CHART.xs.length);
  expect(places[0]).toBeGreaterThan(0);
  expect(places[places.length - 1]).toBeLessThan(230);
});

test("ticks that would overlap are left out", () => {
  const xs = Array.from({ length: 40 }, (_, i) => 0.05 + i / 1000);
  const values = CHART.lines.map(() => xs.map(() => 0.5));
  const { text } = parsed({ ...CHART, xs, panels: [{ title: "±60°", values }] }).g[0];
  expect(text.length).toBeLessThan(25);
  expect(text.length).toBeGreaterThan(10);
});

test("the y axis may have a range of its own, with round numbers on it; many points are lines without dots", () => {
  const values = [
    [16, 20, 24],
    [16, 16, 16],
  ];
  const chart: LineChart = { ...CHART, yRange: [16, 24], isDense: true, panels: [{ title: "", values }] };
  const { polyline, circle, text } = parsed(chart).g[0];
  expect(circle).toBeUndefined();
  const [rising, level] = polyline.map(pointsOf);
  expect(rising.map(([, y]) => y)).toEqual([230, 115, 0]);
  expect(level.map(([x]) => x)).toEqual(rising.map(([x]) => x));
  const labels = text.map((each) => (typeof each === "object" ? String(each["#text"]) : String(each)));
  expect(labels.slice(1, 6)).toEqual(["16", "18", "20", "22", "24"]);
});
