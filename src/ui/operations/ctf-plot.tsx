import { useMemo } from "react";
import type UPlot from "uplot";
import { ctfCurve, ctfZeros } from "../../core/microscope/ctf";
import type { CtfSettings } from "../../core/microscope/imaging";
import { formatNumber } from "../format-quantity";
import { LinePlot, PLOT_AXIS } from "./line-plot";

const POINTS = 400;
/** Zeros beyond these are counted, not listed. */
const MOST_LISTED = 6;
const CURVE = "#6ea8fe";
const ZERO = "#f2b84b";

const OPTIONS: Parameters<typeof LinePlot>[0]["options"] = {
  legend: { show: false },
  scales: { x: { time: false }, y: { range: [-1.05, 1.05] } },
  axes: [
    {
      ...PLOT_AXIS,
      size: 28,
      values: (_, ticks) => ticks.map((tick) => (tick === 0 ? "∞" : formatNumber(1 / tick))),
    },
    { ...PLOT_AXIS, size: 40 },
  ],
  series: [
    {},
    { stroke: CURVE, width: 1.5, points: { show: false } },
    { stroke: ZERO, width: 0, points: { show: true, size: 6, fill: ZERO } },
  ],
};

/** The curve and its zeros over one axis of frequencies: the zeros stand between the samples of the curve. */
function toSeries(ctf: CtfSettings, maxFrequency: number, zeros: readonly number[]): UPlot.AlignedData {
  const { frequencies, values } = ctfCurve(ctf, { maxFrequency, points: POINTS });
  const rows: { k: number; value: number | null; zero: number | null }[] = [
    ...Array.from(frequencies, (k, i) => ({ k, value: values[i], zero: null })),
    ...zeros.map((k) => ({ k, value: null, zero: 0 })),
  ];
  rows.sort((a, b) => a.k - b.k);
  return [rows.map(({ k }) => k), rows.map(({ value }) => value), rows.map(({ zero }) => zero)];
}

interface CtfPlotProps {
  readonly ctf: CtfSettings;
  readonly voxelSizeAngstrom: number;
}

/** The contrast transfer up to the voxels' Nyquist frequency, envelope included, and its zeros. */
export function CtfPlot({ ctf, voxelSizeAngstrom }: CtfPlotProps) {
  const nyquist = 1 / (2 * voxelSizeAngstrom);
  const zeros = useMemo(() => ctfZeros(ctf, nyquist), [ctf, nyquist]);
  const data = useMemo(() => toSeries(ctf, nyquist, zeros), [ctf, nyquist, zeros]);
  const listed = zeros.slice(0, MOST_LISTED).map((k) => `${formatNumber(1 / k)} Å`);
  const more = zeros.length > MOST_LISTED ? ` and ${zeros.length - MOST_LISTED} more` : "";
  return (
    <>
      <LinePlot
        options={OPTIONS}
        data={data}
        className="ctf-plot"
        label="Contrast transfer over the frequency, with its zeros"
      />
      <p className="hint">
        {zeros.length === 0
          ? `No zero before the voxels' limit of ${formatNumber(2 * voxelSizeAngstrom)} Å.`
          : `Zeros at ${listed.join(", ")}${more}. Frequency to the right, as Å.`}
      </p>
    </>
  );
}
