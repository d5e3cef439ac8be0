import { useMemo, useRef } from "react";
import type UPlot from "uplot";
import type { MwrTracePoint } from "../../core/operations/results";
import { runningAcceptance, TARGET_ACCEPTANCE } from "./chain-series";
import { LinePlot, PLOT_AXIS } from "./line-plot";
import { shadeBand, shadeUntil } from "./plot-marks";

type Options = Parameters<typeof LinePlot>[0]["options"];

const ENERGY = "#6ea8fe";
const ACCEPTANCE = "#f2b84b";
const CHANGE = "#c792ea";
const TARGET = "rgb(95 211 138 / 16%)";

const percent = (value: number) => `${Math.round(100 * value)} %`;
const short = (value: number) => Number(value.toPrecision(2)).toString();
/** Ticks with as many digits as it takes to tell them apart; `step` is their distance. */
const apart = (tick: number, step: number) =>
  step < 1e-5 ? tick.toPrecision(5) : tick.toFixed(Math.max(0, Math.ceil(-Math.log10(step))));
const said = (format: (value: number) => string) => (_: UPlot, value: number | null) =>
  value === null ? "–" : format(value);

/** The plots end at the same place on the right, though one has an axis there. */
const RIGHT_AXIS = 52;
/** Room for an energy of seven figures. */
const LEFT_AXIS = 64;

/** Iterations are whole. */
const X_AXIS = {
  ...PLOT_AXIS,
  size: 28,
  incrs: [1, 2, 5].flatMap((n) => [0, 1, 2, 3, 4].map((p) => n * 10 ** p)).sort((a, b) => a - b),
};
const line = (label: string, stroke: string, format: (value: number) => string) => ({
  label,
  stroke,
  width: 1.5,
  points: { show: false },
  value: said(format),
});

function energyOptions(burnIn: () => number): Options {
  return {
    padding: [null, RIGHT_AXIS, null, null],
    scales: { x: { time: false } },
    axes: [
      X_AXIS,
      {
        ...PLOT_AXIS,
        size: LEFT_AXIS,
        values: (_, ticks, _axis, _space, step) => ticks.map((tick) => apart(tick, step)),
      },
    ],
    series: [{ label: "iteration" }, line("energy", ENERGY, (value) => value.toPrecision(3))],
    hooks: { drawClear: [(plot) => shadeUntil(plot, burnIn(), "burn-in")] },
  };
}

function acceptanceOptions(burnIn: () => number): Options {
  return {
    scales: { x: { time: false }, y: { range: [0, 1] }, change: { distr: 3 } },
    axes: [
      X_AXIS,
      { ...PLOT_AXIS, size: LEFT_AXIS, values: (_, ticks) => ticks.map(percent) },
      {
        ...PLOT_AXIS,
        scale: "change",
        side: 1,
        size: RIGHT_AXIS,
        grid: { show: false },
        ticks: { show: false },
        values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : `${short(100 * tick)} %`)),
      },
    ],
    series: [
      { label: "iteration" },
      line("accepted", ACCEPTANCE, percent),
      {
        ...line("mean's change", CHANGE, (value) => `${short(100 * value)} %`),
        scale: "change",
        dash: [4, 3],
        spanGaps: true,
      },
    ],
    hooks: {
      drawClear: [
        (plot) => {
          shadeBand(plot, "y", TARGET_ACCEPTANCE, TARGET);
          shadeUntil(plot, burnIn(), "burn-in");
        },
      ],
    },
  };
}

interface TracePlotProps {
  readonly trace: readonly MwrTracePoint[];
  /** Relative change of the running mean by one more sample, by iteration; null where it was not measured. */
  readonly changes: ReadonlyMap<number, number>;
  /** The last iteration that is not averaged. */
  readonly burnIn: number;
}

/** Energy, acceptance and the running mean's change over a chain's iterations; follows a chain that runs. */
export function TracePlot({ trace, changes, burnIn }: TracePlotProps) {
  const mark = useRef(burnIn);
  mark.current = burnIn;
  const [energy, acceptance] = useMemo(
    () => [energyOptions(() => mark.current), acceptanceOptions(() => mark.current)],
    [],
  );
  const [energies, rates] = useMemo<readonly [UPlot.AlignedData, UPlot.AlignedData]>(() => {
    const iterations = trace.map(({ iteration }) => iteration);
    const changed = iterations.map((iteration) => changes.get(iteration) ?? null);
    return [
      [iterations, trace.map((point) => point.energy)],
      [iterations, [...runningAcceptance(trace)], changed],
    ];
  }, [trace, changes]);
  return (
    <>
      <LinePlot options={energy} data={energies} className="trace-plot" label="Energy over the iterations" />
      <LinePlot
        options={acceptance}
        data={rates}
        className="trace-plot"
        label="Acceptance, with its target of 25 to 60 %, and change of the running mean over the iterations"
      />
    </>
  );
}
