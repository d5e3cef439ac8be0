import type { AuditCorrelation } from "../../core/metrics/audit-figures";
import { auditSeries } from "../../core/metrics/audit-series";
import { type ShellCriterionId, shellThreshold } from "../../core/metrics/shell-criteria";
import type { AuditOutput } from "../../core/operations/audit-output";
import type { Chart } from "../page/chart";

const BLUE = "#2463c4";
const ORANGE = "#e08a1e";
const RED = "#b8322a";
const GREY = "#5b6270";
const DASH = [4, 2.5];
const DOTS = [1, 1.8];
/** Ticks of the frequency axis are lengths of these digits, so far apart along it. */
const LENGTH_DIGITS = [1, 1.5, 2, 3, 4, 5, 6, 8];
const TICK_SHARE = 0.12;

type Ticks = Chart["xTicks"];

/** The ticks of a frequency axis: round lengths, of which the finest come first. */
function lengthTicks(frequencies: readonly number[]): Ticks {
  const [first, last] = [frequencies[0], frequencies[frequencies.length - 1]];
  const lengths = Array.from({ length: 10 }, (_, power) =>
    LENGTH_DIGITS.map((digit) => Number((digit * 10 ** (power - 2)).toPrecision(2))),
  ).flat();
  const ticks: { value: number; label: string }[] = [];
  for (const length of lengths) {
    const value = 1 / length;
    const before = ticks.at(-1)?.value ?? Number.POSITIVE_INFINITY;
    if (value > last * 1.0001 || value < first || before - value < TICK_SHARE * (last - first)) continue;
    ticks.push({ value, label: String(length) });
  }
  return ticks;
}

const even = (low: number, high: number, step: number, label: (value: number) => string): Ticks =>
  Array.from({ length: Math.floor((high - low) / step + 1e-9) + 1 }, (_, i) => low + i * step).map(
    (value) => ({
      value,
      label: label(value),
    }),
  );

const minus = (value: number) => String(Number(value.toFixed(2))).replace("-", "−");

type Curves = readonly (readonly (number | null)[])[];
const known = (curves: Curves) => curves.flat().filter((value) => value !== null);

/** Returns the charts of an audit: energy, change, correlation, power, each against spatial frequency. */
export function auditCharts({ shells, correlations, lengthUnit }: AuditOutput, sigmaFactor: number): Chart[] {
  const series = auditSeries(shells);
  const xs = series.frequencies;
  const common = {
    xs,
    xLabel: `spatial frequency: 1 / length, length in ${lengthUnit}`,
    xTicks: lengthTicks(xs),
  };
  const nothing = xs.map(() => 0);
  const measuredShare = series.filledShare.map((share) => 1 - share);
  const dbs = known([series.changeDb]);
  const lowestDb = Math.min(-40, 20 * Math.floor(Math.min(0, ...dbs) / 20));
  const highestDb = Math.max(0, 10 * Math.ceil(Math.max(0, ...dbs) / 10));
  const { original, restored, filled } = series.logPower;
  const powers = known([original, restored, filled]);
  const lowest = Math.floor(Math.min(...powers, 0 + Math.max(...powers) - 1));
  const highest = Math.ceil(Math.max(...powers));
  const decades = Math.max(1, Math.ceil((highest - lowest) / 6));
  return [
    {
      ...common,
      title: "Power of the restored volume",
      yLabel: "share of the shell's power",
      yRange: [0, 1],
      yTicks: even(0, 1, 0.25, (share) => `${100 * share} %`),
      areas: [
        { name: "measured", colour: "#9dbdea", lower: nothing, upper: measuredShare },
        { name: "invented", colour: "#f3c88e", lower: measuredShare, upper: xs.map(() => 1) },
      ],
      lines: [
        {
          name: "coefficients not measured",
          colour: RED,
          values: series.missingShare.map((share) => 1 - share),
          dash: DASH,
        },
      ],
    },
    {
      ...common,
      title: "Change of what was measured",
      yLabel: "dB of the original's power",
      yRange: [lowestDb, highestDb],
      yTicks: even(lowestDb, highestDb, Math.max(10, Math.round((highestDb - lowestDb) / 60) * 10), minus),
      lines: [
        { name: "change", colour: RED, values: series.changeDb },
        { name: "1 %", colour: GREY, values: xs.map(() => -20), width: 0.7, dash: DASH },
      ],
    },
    correlationChart(common, correlations, series.agreement, sigmaFactor),
    {
      ...common,
      title: "Power spectra",
      yLabel: "power per coefficient, log",
      yRange: [lowest, highest],
      yTicks: even(lowest, highest, decades, (power) => `1e${power}`),
      lines: [
        { name: "original", colour: GREY, values: original, dash: DASH },
        { name: "restored, measured", colour: BLUE, values: restored },
        { name: "invented", colour: ORANGE, values: filled },
      ],
    },
  ];
}

type Common = Pick<Chart, "xs" | "xLabel" | "xTicks">;

function correlationChart(
  common: Common,
  correlations: readonly AuditCorrelation[],
  agreement: readonly (number | null)[],
  sigmaFactor: number,
): Chart {
  const curve = (of: AuditCorrelation["of"], region: AuditCorrelation["region"]) =>
    correlations.find((each) => each.of === of && each.region === region)?.values.slice(1) ?? [];
  const all = correlations.find(({ region }) => region === "all");
  const thresholds = (id: ShellCriterionId) =>
    (all?.counts.slice(1) ?? []).map((count) => {
      const value = shellThreshold(id, count, sigmaFactor);
      return value <= 1 ? value : null;
    });
  const lines: Chart["lines"] = all
    ? [
        { name: "FSC", colour: BLUE, values: curve("restored", "all") },
        { name: "cFSC", colour: ORANGE, values: curve("restored", "missing") },
        { name: "FSC, original", colour: BLUE, values: curve("original", "all"), dash: DASH, width: 0.8 },
        { name: null, colour: GREY, values: common.xs.map(() => 0.143), width: 0.5, dash: DASH },
        {
          name: `${minus(sigmaFactor)} sigma`,
          colour: GREY,
          values: thresholds("sigma"),
          width: 0.7,
          dash: DOTS,
        },
        { name: null, colour: GREY, values: thresholds("half-bit"), width: 0.7, dash: DOTS },
      ]
    : [{ name: "restored and original, where measured", colour: BLUE, values: agreement }];
  const low = Math.min(...known(lines.map(({ values }) => values))) < -0.25 ? -1 : -0.25;
  return {
    ...common,
    title: all ? "Correlation with the reference" : "Correlation with the original",
    yLabel: "shell correlation",
    yRange: [low, 1],
    yTicks: even(low, 1, low < -0.5 ? 0.5 : 0.25, minus),
    lines,
  };
}
