import type {
  LocalizationInputs,
  LocalizationResult,
  TomogramScore,
} from "../../core/experiments/localization-experiment";
import { classColor } from "../../core/particles/class-colors";
import { meanF1 } from "../../core/train/validate";
import { lineChartSvg } from "../line-chart-svg";
import { aligned } from "../score-table";

const MEAN_COLOR = "#1f2430";

/** What the experiment was made with. */
type Setting = Pick<LocalizationInputs, "recipe" | "model" | "seeds" | "snrs" | "tiltsDeg" | "radiusVoxels">;

const f1Text = (f1: number | null) => (f1 === null ? "–" : f1.toFixed(3));

/** Returns the F1 of each class under each condition as a table for people. */
function f1Table(result: LocalizationResult): string[] {
  const { classes, conditions } = result;
  const rows = classes.map(({ label, name }) => [
    name,
    String(conditions[0].classes[label].truth),
    ...conditions.map(({ classes: scores }) => f1Text(scores[label].truth > 0 ? scores[label].f1 : null)),
  ]);
  return aligned([
    ["tilts", "", ...conditions.map(({ tiltDeg }) => `±${tiltDeg}°`)],
    ["SNR", "", ...conditions.map(({ snr }) => String(snr))],
    ["class", "true", ...conditions.map(() => "F1")],
    ...rows,
    ["mean", "", ...conditions.map(({ meanF1 }) => f1Text(meanF1))],
  ]);
}

/** Returns the F1 of each class in one tomogram as a line: "seed 1, SNR 0.1, ±60°: F1 TRiC 0.412, mean 0.412". */
export function tomogramLine({ seed, snr, tiltDeg, classes }: TomogramScore): string {
  const known = Object.values(classes).filter(({ truth }) => truth > 0);
  const ofClasses = known.map(({ name, f1 }) => `${name} ${f1Text(f1)}`);
  return `seed ${seed}, SNR ${snr}, ±${tiltDeg}°: F1 ${[...ofClasses, `mean ${f1Text(meanF1(classes))}`].join(", ")}`;
}

/** Returns what people read of a result: the table of F1, and what it is of. */
export function localizationTable(result: LocalizationResult, { model, radiusVoxels }: Setting): string {
  const { unknown } = result;
  return [
    ...f1Table(result),
    `Model "${model.manifest.name}"; particles matched one to one within ${radiusVoxels} voxels.`,
    ...(unknown.length > 0 ? [`It does not know ${unknown.join(", ")}: they count as background.`] : []),
    "",
  ].join("\n");
}

/** Returns F1 against the SNR, a panel for each tilt range (as figure 4.8 of the thesis has the means). */
export function localizationChart(
  result: LocalizationResult,
  { recipe, model, seeds, snrs, tiltsDeg, radiusVoxels }: Setting,
) {
  const classes = result.classes.filter(({ label }) => result.conditions[0].classes[label].truth > 0);
  const panels = tiltsDeg.map((tiltDeg) => {
    const ofPanel = result.conditions.filter((condition) => condition.tiltDeg === tiltDeg);
    const ofClasses = classes.map(({ label }) => ofPanel.map(({ classes: scores }) => scores[label].f1));
    return { title: `tilts ±${tiltDeg}°`, values: [...ofClasses, ofPanel.map(({ meanF1 }) => meanF1 ?? 0)] };
  });
  return lineChartSvg({
    title: "Localization against noise and tilt range",
    notes: [
      `${recipe.name}, ${recipe.scene.shape.join(" × ")} voxels (z, y, x), seed${seeds.length > 1 ? "s" : ""} ${seeds.join(", ")}`,
      `model ${model.manifest.name}; matched within ${radiusVoxels} voxels; SNR = var(signal)/var(noise) in the projections`,
    ],
    xLabel: "SNR",
    yLabel: "F1",
    xs: snrs,
    lines: [
      ...classes.map(({ name, color, label }) => ({ name, color: color ?? classColor(label) })),
      { name: "mean", color: MEAN_COLOR, isDashed: true },
    ],
    panels,
  });
}
