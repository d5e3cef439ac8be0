import { useMemo } from "react";
import type UPlot from "uplot";
import type { AuditCorrelation } from "../../core/metrics/audit-figures";
import { type AuditSeries, auditSeries } from "../../core/metrics/audit-series";
import type { AuditOutput } from "../../core/operations/audit-output";
import { LinePlot, PLOT_AXIS } from "./line-plot";

type Options = Parameters<typeof LinePlot>[0]["options"];

const BLUE = "#6ea8fe";
const ORANGE = "#f2b84b";
const RED = "#f2706a";
const GREY = "#98a2b3";
const MEASURED_FILL = "#2c4a78";
const INVENTED_FILL = "#7b5a1e";
const DASH = [4, 3];
/** 1 % of the power, in dB. */
const KEPT_DB = -20;

const percent = (value: number) => `${Math.round(100 * value)} %`;
const minus = (text: string) => text.replace("-", "−");
const line = (label: string, stroke: string, format: (value: number) => string, more: object = {}) => ({
  label,
  stroke,
  width: 1.5,
  points: { show: false },
  value: (_: UPlot, value: number | null) => (value === null ? "–" : format(value)),
  ...more,
});

function optionsOf(
  unit: string,
  y: { readonly axis: object; readonly scale?: object },
  series: object[],
): Options {
  const length = (frequency: number) => (frequency > 0 ? Number((1 / frequency).toPrecision(3)) : "∞");
  return {
    scales: { x: { time: false }, ...(y.scale && { y: y.scale }) },
    axes: [
      { ...PLOT_AXIS, size: 28, values: (_, ticks) => ticks.map(length).map(String) },
      { ...PLOT_AXIS, size: 48, ...y.axis },
    ],
    series: [
      { label: "length", value: (_, value) => (value === null ? "–" : `${length(value)} ${unit}`) },
      ...series,
    ],
  } as Options;
}

interface AuditPlotProps {
  readonly series: AuditSeries;
  readonly unit: string;
}

function SharePlot({ series, unit }: AuditPlotProps) {
  const options = useMemo(() => {
    const percents = {
      axis: { values: (_: UPlot, ticks: number[]) => ticks.map(percent) },
      scale: { range: [0, 1] },
    };
    return optionsOf(unit, percents, [
      // The rest of what was measured: the measured part is drawn over it.
      line("invented", ORANGE, percent, {
        fill: INVENTED_FILL,
        width: 0,
        value: (plot: UPlot, _: number, __: number, at: number | null) =>
          at === null ? "–" : percent(1 - Number(plot.data[2][at])),
      }),
      line("measured", BLUE, percent, { fill: MEASURED_FILL, width: 0 }),
      line("of coefficients", RED, percent, { dash: DASH }),
    ]);
  }, [unit]);
  const data = useMemo<UPlot.AlignedData>(
    () => [
      [...series.frequencies],
      series.frequencies.map(() => 1),
      series.filledShare.map((share) => 1 - share),
      series.missingShare.map((share) => 1 - share),
    ],
    [series],
  );
  return (
    <LinePlot
      options={options}
      data={data}
      className="audit-plot"
      label="Share of the restored volume's power that was measured, and that was invented, against spatial frequency"
    />
  );
}

function ChangePlot({ series, unit }: AuditPlotProps) {
  const options = useMemo(() => {
    const decibels = (value: number) => `${minus(value.toFixed(1))} dB`;
    const axis = { values: (_: UPlot, ticks: number[]) => ticks.map((tick) => minus(String(tick))) };
    const range = (_: UPlot, low: number, high: number) => [Math.min(-40, low), Math.max(0, high)];
    return optionsOf(unit, { axis, scale: { range } }, [
      line("change", RED, decibels),
      line("1 %", GREY, decibels, { dash: DASH, width: 1 }),
    ]);
  }, [unit]);
  const data = useMemo<UPlot.AlignedData>(
    () => [[...series.frequencies], [...series.changeDb], series.frequencies.map(() => KEPT_DB)],
    [series],
  );
  return (
    <LinePlot
      options={options}
      data={data}
      className="audit-plot"
      label="Change of what was measured in dB against spatial frequency"
    />
  );
}

function PowerPlot({ series, unit }: AuditPlotProps) {
  const options = useMemo(() => {
    const power = (value: number) => (10 ** value).toExponential(1);
    const axis = {
      values: (_: UPlot, ticks: number[]) => ticks.map((tick) => minus(`1e${Number(tick.toFixed(1))}`)),
    };
    return optionsOf(unit, { axis }, [
      line("original", GREY, power, { dash: DASH }),
      line("restored, measured", BLUE, power),
      line("invented", ORANGE, power),
    ]);
  }, [unit]);
  const { original, restored, filled } = series.logPower;
  const data = useMemo<UPlot.AlignedData>(
    () => [[...series.frequencies], [...original], [...restored], [...filled]],
    [series, original, restored, filled],
  );
  return (
    <LinePlot
      options={options}
      data={data}
      className="audit-plot"
      label="Power per coefficient of original and restored volume against spatial frequency"
    />
  );
}

interface CorrelationPlotProps extends AuditPlotProps {
  readonly correlations: readonly AuditCorrelation[];
}

function CorrelationPlot({ series, unit, correlations }: CorrelationPlotProps) {
  const isReferred = correlations.length > 0;
  const options = useMemo(() => {
    const value = (each: number) => minus(each.toFixed(2));
    const axis = {
      values: (_: UPlot, ticks: number[]) => ticks.map((tick) => minus(String(Number(tick.toFixed(2))))),
    };
    const range = (_: UPlot, low: number) => [Math.min(-0.1, low), 1];
    const lines = isReferred
      ? [
          line("FSC", BLUE, value),
          line("FSC, original", BLUE, value, { dash: DASH, width: 1 }),
          line("cFSC", ORANGE, value),
          line("cFSC, original", ORANGE, value, { dash: DASH, width: 1 }),
        ]
      : [line("with the original, where measured", BLUE, value)];
    return optionsOf(unit, { axis, scale: { range } }, lines);
  }, [unit, isReferred]);
  const data = useMemo<UPlot.AlignedData>(
    () =>
      isReferred
        ? [[...series.frequencies], ...correlations.map(({ values }) => values.slice(1))]
        : [[...series.frequencies], [...series.agreement]],
    [series, correlations, isReferred],
  );
  return (
    <LinePlot
      key={String(isReferred)}
      options={options}
      data={data}
      className="audit-plot"
      label={
        isReferred
          ? "Shell correlations with the reference against spatial frequency"
          : "Shell correlation of restored and original volume, where measured, against spatial frequency"
      }
    />
  );
}

/** The curves of an audit against spatial frequency: power, change, correlation. */
export function AuditPlots({ output }: { readonly output: AuditOutput }) {
  const { shells, correlations, lengthUnit } = output;
  const series = useMemo(() => auditSeries(shells), [shells]);
  const common = { series, unit: lengthUnit };
  return (
    <>
      <h3 className="plot-title">Power: measured and invented</h3>
      <SharePlot {...common} />
      <h3 className="plot-title">Change of what was measured, in dB</h3>
      <ChangePlot {...common} />
      <h3 className="plot-title">
        {correlations.length > 0 ? "Correlation with the reference" : "Correlation with the original"}
      </h3>
      <CorrelationPlot {...common} correlations={correlations} />
      <h3 className="plot-title">Power spectra, per coefficient</h3>
      <PowerPlot {...common} />
      <p className="hint">Against spatial frequency; the axes name the length in {lengthUnit}.</p>
    </>
  );
}
