import { useMemo } from "react";
import type UPlot from "uplot";
import { classColor } from "../../core/particles/class-colors";
import type { ClassInfo } from "../../core/particles/particle-list";
import type { TrainingPoint, ValidationPoint } from "../../core/train/training-state";
import { LinePlot, PLOT_AXIS } from "./line-plot";

const STEPS = "#6ea8fe55";
const SMOOTH = "#6ea8fe";
const VALIDATION = "#f2b84b";
/** How much the steps before count in the smooth line. */
const MEMORY = 0.9;
/** Steps are whole. */
const STEP_AXIS = {
  ...PLOT_AXIS,
  size: 28,
  incrs: [1, 2, 5].flatMap((n) => [0, 1, 2, 3, 4, 5, 6].map((p) => n * 10 ** p)).sort((a, b) => a - b),
};
const DOTS = { show: true, size: 6, fill: VALIDATION } as const;

type Options = Parameters<typeof LinePlot>[0]["options"];
type Measured = "loss" | "accuracy";

/** The mean of the steps so far, recent ones counting more. */
function smoothed(values: readonly number[]): number[] {
  let [sum, weight] = [0, 0];
  return values.map((value) => {
    sum = MEMORY * sum + (1 - MEMORY) * value;
    weight = MEMORY * weight + (1 - MEMORY);
    return sum / weight;
  });
}

const percent = (value: number) => `${Math.round(100 * value)} %`;
const FORMATS: Readonly<Record<Measured, (value: number) => string>> = {
  loss: (value) => value.toPrecision(3),
  accuracy: (value) => `${(100 * value).toFixed(1)} %`,
};

function optionsOf(of: Measured): Options {
  const line = (label: string, stroke: string, width: number) => ({
    label,
    stroke,
    width,
    points: { show: false },
    value: (_: UPlot, value: number | null) => (value === null ? "–" : FORMATS[of](value)),
  });
  return {
    scales: { x: { time: false } },
    axes: [
      STEP_AXIS,
      {
        ...PLOT_AXIS,
        size: 48,
        ...(of === "accuracy" && { values: (_: UPlot, ticks: number[]) => ticks.map(percent) }),
      },
    ],
    series: [
      { label: "step" },
      line(of, STEPS, 1),
      line("smooth", SMOOTH, 2),
      { ...line("validation", VALIDATION, 1.5), spanGaps: true, points: DOTS },
    ],
  };
}

const LOSS = optionsOf("loss");
const ACCURACY = optionsOf("accuracy");

interface CurvesProps {
  readonly points: readonly TrainingPoint[];
  readonly validations: readonly ValidationPoint[];
}

function seriesOf({ points, validations }: CurvesProps, of: Measured): UPlot.AlignedData {
  const values = points.map((point) => point[of]);
  const validated = new Map(validations.map((point) => [point.step, point[of]]));
  return [
    points.map(({ step }) => step),
    values,
    smoothed(values),
    points.map(({ step }) => validated.get(step) ?? null),
  ];
}

/** Loss and accuracy of a training over its steps, with what validation found; follows a training that runs. */
export function TrainingPlot({ points, validations }: CurvesProps) {
  const [loss, accuracy] = useMemo(
    () => [seriesOf({ points, validations }, "loss"), seriesOf({ points, validations }, "accuracy")],
    [points, validations],
  );
  return (
    <>
      <LinePlot options={LOSS} data={loss} className="trace-plot" label="Loss over the steps" />
      <LinePlot options={ACCURACY} data={accuracy} className="trace-plot" label="Accuracy over the steps" />
    </>
  );
}

/** F1 of each class at each validation that measured it, in the colours of the classes. */
export function F1Plot({
  validations,
  classes,
}: {
  readonly validations: readonly ValidationPoint[];
  readonly classes: readonly ClassInfo[];
}) {
  const options = useMemo<Options>(
    () => ({
      scales: { x: { time: false }, y: { range: [0, 1.02] } },
      axes: [STEP_AXIS, { ...PLOT_AXIS, size: 48 }],
      legend: { show: false },
      series: [
        { label: "step" },
        ...classes.map(({ label, name, color = classColor(label) }) => ({
          label: name,
          stroke: color,
          width: 1.5,
          points: { show: true, size: 6, fill: color },
        })),
      ],
    }),
    [classes],
  );
  const data = useMemo<UPlot.AlignedData>(
    () => [
      validations.map(({ step }) => step),
      ...classes.map(({ label }) => validations.map(({ scores }) => scores?.[label]?.f1 ?? null)),
    ],
    [validations, classes],
  );
  return (
    <LinePlot options={options} data={data} className="ctf-plot" label="F1 of each class over the steps" />
  );
}
