import { useEffect, useMemo, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { ctfCurve, ctfZeros } from "../../core/microscope/ctf";
import type { CtfSettings } from "../../core/microscope/imaging";
import { formatNumber } from "../format-quantity";

const HEIGHT = 150;
const POINTS = 400;
const MUTED = "#98a2b3";
const LINE = "#2a303c";
const CURVE = "#6ea8fe";
const ZERO = "#f2b84b";

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
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: { x: { time: false }, y: { range: [-1.05, 1.05] } },
    axes: [
      {
        ...axis,
        size: 28,
        values: (_, ticks) => ticks.map((tick) => (tick === 0 ? "∞" : formatNumber(1 / tick))),
      },
      { ...axis, size: 40 },
    ],
    series: [
      {},
      { stroke: CURVE, width: 1.5, points: { show: false } },
      { stroke: ZERO, width: 0, points: { show: true, size: 6, fill: ZERO } },
    ],
  };
}

/** The contrast transfer up to the voxels' Nyquist frequency, envelope included, and its zeros. */
export function CtfPlot({
  ctf,
  voxelSizeAngstrom,
}: {
  readonly ctf: CtfSettings;
  readonly voxelSizeAngstrom: number;
}) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const nyquist = 1 / (2 * voxelSizeAngstrom);
  const zeros = useMemo(() => ctfZeros(ctf, nyquist), [ctf, nyquist]);
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
  useEffect(() => {
    const { frequencies, values } = ctfCurve(ctf, { maxFrequency: nyquist, points: POINTS });
    // One axis for both: the zeros stand between the samples of the curve.
    const rows = [
      ...Array.from(frequencies, (k, i) => ({
        k,
        value: values[i] as number | null,
        zero: null as number | null,
      })),
      ...Array.from(zeros, (k) => ({ k, value: null, zero: 0 })),
    ].sort((a, b) => a.k - b.k);
    plot.current?.setData([
      rows.map(({ k }) => k),
      rows.map(({ value }) => value),
      rows.map(({ zero }) => zero),
    ]);
  }, [ctf, nyquist, zeros]);
  const list = Array.from(zeros, (k) => `${formatNumber(1 / k)} Å`);
  const shown = list.slice(0, 6).join(", ");
  return (
    <>
      <div
        ref={host}
        className="ctf-plot"
        role="img"
        aria-label="Contrast transfer over the frequency, with its zeros"
      />
      <p className="hint">
        {list.length === 0
          ? `No zero before the voxels' limit of ${formatNumber(2 * voxelSizeAngstrom)} Å.`
          : `Zeros at ${shown}${list.length > 6 ? ` and ${list.length - 6} more` : ""}. Frequency to the right, as Å.`}
      </p>
    </>
  );
}
