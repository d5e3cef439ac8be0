import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { MwrTracePoint } from "../../core/operations/results";

/** The acceptance is the mean over this many iterations. */
const WINDOW = 20;
const HEIGHT = 150;
const MUTED = "#98a2b3";
const LINE = "#2a303c";
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

function plotOptions(width: number): UPlot.Options {
  const axis = {
    stroke: MUTED,
    grid: { stroke: LINE, width: 1 },
    ticks: { stroke: LINE },
    font: "11px system-ui",
  };
  return {
    width,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    scales: { x: { time: false }, energy: {}, acceptance: { range: [0, 1] } },
    axes: [
      { ...axis, size: 28 },
      { ...axis, scale: "energy", size: 56, values: (_, ticks) => ticks.map((tick) => tick.toPrecision(3)) },
      {
        ...axis,
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
}

/** Energy (solid) and acceptance (dashed) of a Markov chain over its iterations; follows a chain that runs. */
export function TracePlot({ trace }: { readonly trace: readonly MwrTracePoint[] }) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    plot.current = new UPlot(plotOptions(element.clientWidth), [[], [], []], element);
    const observer = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, []);
  useEffect(() => plot.current?.setData(toSeries(trace)), [trace]);
  return <div ref={host} className="trace-plot" role="img" aria-label="Energy and acceptance of the chain" />;
}
