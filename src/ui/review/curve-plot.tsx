import { useMemo } from "react";
import UPlot from "uplot";
import type { CurvePoint, ThresholdBy } from "../../core/metrics/threshold-curve";
import { LinePlot, PLOT_AXIS } from "../operations/line-plot";

const PRECISION = "#6ea8fe";
const RECALL = "#f2b84b";
const F1 = "#7bd88f";
const NOW = "#e8ecf3";

const share = (_: UPlot, value: number | null) => (value === null ? "–" : value.toFixed(2));

function optionsOf(by: ThresholdBy): Parameters<typeof LinePlot>[0]["options"] {
  // What is kept changes at the values that particles have: up to and including each, the scores are its own.
  const paths = UPlot.paths.stepped?.({ align: -1 });
  const line = (label: string, stroke: string, width: number) => ({
    label,
    stroke,
    width,
    paths,
    points: { show: false },
    value: share,
  });
  return {
    scales: {
      x: by === "sizeVoxels" ? { time: false, distr: 3 } : { time: false },
      y: { range: [0, 1.02] },
    },
    axes: [
      {
        ...PLOT_AXIS,
        size: 28,
        values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : String(tick))),
      },
      { ...PLOT_AXIS, size: 36 },
    ],
    series: [
      { label: by === "sizeVoxels" ? "size ≥" : "score ≥" },
      line("precision", PRECISION, 1.25),
      line("recall", RECALL, 1.25),
      line("F1", F1, 2),
      { label: "now", stroke: NOW, width: 0, points: { show: true, size: 8, fill: NOW }, value: share },
    ],
  };
}

/** The curve of sizes from one voxel on, so that the axis stays where it is when the smallest size moves. */
function fromOneVoxel(points: readonly CurvePoint[], by: ThresholdBy): readonly CurvePoint[] {
  const first = points.at(0);
  return by === "sizeVoxels" && first && first.threshold > 1
    ? [{ ...first, threshold: 1 }, ...points]
    : points;
}

/** The curve with a point at the present threshold, where the scores are those of the next value that particles have. */
function toSeries(points: readonly CurvePoint[], now: CurvePoint | null): UPlot.AlignedData {
  const rows = points.map((point) => ({ ...point, now: null as number | null }));
  if (now) {
    const at = rows.findIndex(({ threshold }) => threshold >= now.threshold);
    const marked = { ...now, now: now.f1 };
    if (at >= 0 && rows[at].threshold === now.threshold) rows[at] = marked;
    else rows.splice(at < 0 ? rows.length : at, 0, marked);
  }
  return [
    rows.map(({ threshold }) => threshold),
    rows.map(({ precision }) => precision),
    rows.map(({ recall }) => recall),
    rows.map(({ f1 }) => f1),
    rows.map((row) => row.now),
  ];
}

interface CurvePlotProps {
  readonly points: readonly CurvePoint[];
  readonly by: ThresholdBy;
  /** The scores at the present threshold; null where there is none. */
  readonly now: CurvePoint | null;
  readonly label: string;
}

/** Precision, recall and F1 of one class against the threshold; the present one is a dot on F1. */
export function CurvePlot({ points, by, now, label }: CurvePlotProps) {
  const options = useMemo(() => optionsOf(by), [by]);
  const data = useMemo(() => toSeries(fromOneVoxel(points, by), now), [points, by, now]);
  return <LinePlot key={by} options={options} data={data} className="curve-plot" label={label} />;
}
