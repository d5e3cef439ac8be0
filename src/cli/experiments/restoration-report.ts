import type {
  RestorationInputs,
  RestorationPart,
  RestorationScore,
} from "../../core/experiments/restoration-experiment";
import { lineChartSvg } from "../line-chart-svg";
import { aligned } from "../score-table";

type Setting = Pick<RestorationInputs, "parts" | "shape" | "wedge" | "iterations" | "burnIn" | "seed"> & {
  readonly structure: string;
};

const COLOURS = ["#4c8dff", "#e5484d", "#30a46c", "#f5a524", "#8e4ec6", "#12a5b8", "#8d6e63", "#d6409f"];
/** Of a result that a curve has come to: within this of its end. */
const NEAR_END_DB = 0.5;

const TITLES: Readonly<Record<RestorationPart, string>> = {
  denoisers: "Denoisers, alone and in the chain",
  beta: "Temperature β",
  energies: "Energies",
  transforms: "Transforms",
  "map-mmse": "MAP and MMSE",
  noise: "Robustness to noise",
  maggioni: "MWR and Maggioni's restoration",
  competitors: "Other restorations, from projections",
};

/** Returns the iteration from which on a curve is near its end; null for one that has no length. */
function settledAt({ curve }: RestorationScore): number | null {
  if (curve.length < 2) return null;
  const end = curve[curve.length - 1];
  const lastFar = curve.findLastIndex((psnr) => Math.abs(psnr - end) > NEAR_END_DB);
  return lastFar + 2;
}

/** Returns the scores as a table for people, the parts one after the other. */
export function restorationTable(scores: readonly RestorationScore[], setting: Setting): string {
  const head = ["method", "noise", "PSNR dB", "CCC", "accepted", "settled"];
  const rows = setting.parts.flatMap((part) => {
    const ofPart = scores.filter((score) => score.part === part);
    if (ofPart.length === 0) return [];
    return [
      [TITLES[part], "", "", "", "", ""],
      ...ofPart.map((score) => [
        `  ${score.method}`,
        String(score.noise),
        score.psnrDb.toFixed(2),
        score.correlation.toFixed(3),
        score.acceptanceRate === null ? "–" : `${Math.round(100 * score.acceptanceRate)} %`,
        String(settledAt(score) ?? "–"),
      ]),
    ];
  });
  return [
    ...aligned([head, ...rows]),
    `${noteOf(setting)}; CCC: correlation with the truth in the missing wedge; settled: iteration from which on the PSNR is within ${NEAR_END_DB} dB of the last.`,
    "",
  ].join("\n");
}

function noteOf({ structure, shape, wedge, iterations, burnIn, seed }: Setting): string {
  return `${structure}, ${shape.join(" × ")} voxels, tilts ${wedge.minTiltDeg}° to ${wedge.maxTiltDeg}°, ${iterations} iterations, ${burnIn} of burn-in, seed ${seed}`;
}

/** Returns the PSNR of a part's methods over the iterations; null where it has no scores. What does not iterate is a dashed line. */
export function restorationChart(
  part: RestorationPart,
  scores: readonly RestorationScore[],
  setting: Setting,
): string | null {
  const shown = scores.filter((score) => score.part === part);
  if (shown.length === 0) return null;
  const count = Math.max(2, ...shown.map(({ curve }) => curve.length));
  const values = shown.map(({ curve, psnrDb }) =>
    Array.from({ length: count }, (_, i) =>
      curve.length > 1 ? curve[Math.min(i, curve.length - 1)] : psnrDb,
    ),
  );
  const [low, high] = [Math.min(...values.flat()), Math.max(...values.flat())];
  return lineChartSvg({
    title: TITLES[part],
    notes: [noteOf(setting), "PSNR of the sample during burn-in, then of the mean so far"],
    xLabel: "iteration",
    yLabel: "PSNR in dB",
    yRange: [Math.floor(low - 0.25), Math.ceil(high + 0.25)],
    isDense: true,
    xs: Array.from({ length: count }, (_, i) => i + 1),
    lines: shown.map(({ method, curve }, i) => ({
      name: method,
      color: COLOURS[i % COLOURS.length],
      isDashed: curve.length < 2,
    })),
    panels: [{ title: "", values }],
  });
}
