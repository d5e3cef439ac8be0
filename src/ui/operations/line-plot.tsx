import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";

const HEIGHT = 150;
const MUTED = "#98a2b3";
const LINE = "#2a303c";

/** How every axis looks. */
export const PLOT_AXIS = {
  stroke: MUTED,
  grid: { stroke: LINE, width: 1 },
  ticks: { stroke: LINE },
  font: "11px system-ui",
} as const;

/** What the legend says of a place along the plot; a dash, as for the lines, while the pointer is elsewhere. */
const told = (_: UPlot, value: number | null) => (value === null ? "–" : String(value));

type PlotOptions = Omit<UPlot.Options, "width" | "height">;

interface LinePlotProps {
  /** As the plot is made with; later ones are not looked at. */
  readonly options: PlotOptions;
  readonly data: UPlot.AlignedData;
  readonly label: string;
  readonly className: string;
}

/** A plot of lines as wide as its place; follows data that grow. */
export function LinePlot({ options, data, label, className }: LinePlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const made = useRef(options);
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const cursor = { drag: { x: false, y: false } };
    const [along, ...lines] = made.current.series;
    const series = [{ value: told, ...along }, ...lines];
    const sized = { cursor, ...made.current, series, width: element.clientWidth, height: HEIGHT };
    plot.current = new UPlot(sized, undefined, element);
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
  useEffect(() => plot.current?.setData(data), [data]);
  return <div ref={host} className={className} role="img" aria-label={label} />;
}
