import { useMemo } from "react";
import type UPlot from "uplot";
import type { MwrTracePoint } from "../../core/operations/results";
import { LinePlot, PLOT_AXIS } from "./line-plot";

/** The acceptance is the mean over this many iterations. */
const WINDOW = 20;
const ENERGY = "#6ea8fe";
const ACCEPTANCE = "#f2b84b";

function toSeries(trace: readonly MwrTracePoint[]): UPlot.AlignedData {
  let inWindow = 0;
  const acceptance = trace.map((point, index) => {
    inWindow += Number(point.accepted) - Number(index >= WINDOW && trace[index - WINDOW].accepted);
    return inWindow / Math.min(index + 1, WINDOW);
  });
  return [trace.map(({ iteration }) => iteration), trace.map(({ energy }) => energy), acceptance];
}

const OPTIONS: Parameters<typeof LinePlot>[0]["options"] = {
  scales: { x: { time: false }, energy: {}, acceptance: { range: [0, 1] } },
  axes: [
    { ...PLOT_AXIS, size: 28 },
    {
      ...PLOT_AXIS,
      scale: "energy",
      size: 56,
      values: (_, ticks) => ticks.map((tick) => tick.toPrecision(3)),
    },
    {
      ...PLOT_AXIS,
      scale: "acceptance",
      side: 1,
      size: 50,
      grid: { show: false },
      values: (_, ticks) => ticks.map((tick) => `${Math.round(100 * tick)} %`),
    },
  ],
  series: [
    { label: "iteration" },
    { label: "energy", scale: "energy", stroke: ENERGY, width: 1.5, points: { show: false } },
    {
      label: "acceptance",
      scale: "acceptance",
      stroke: ACCEPTANCE,
      width: 1,
      dash: [4, 3],
      points: { show: false },
      value: (_, value) => (value === null ? "–" : `${Math.round(100 * value)} %`),
    },
  ],
};

/** Energy (solid) and acceptance (dashed) of a Markov chain over its iterations; follows a chain that runs. */
export function TracePlot({ trace }: { readonly trace: readonly MwrTracePoint[] }) {
  const data = useMemo(() => toSeries(trace), [trace]);
  return (
    <LinePlot
      options={OPTIONS}
      data={data}
      className="trace-plot"
      label="Energy and acceptance of the chain"
    />
  );
}
