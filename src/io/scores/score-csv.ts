import type { LocalizationResult } from "../../core/experiments/localization-experiment";
import type { RestorationScore } from "../../core/experiments/restoration-experiment";
import type { Labelled } from "../../core/metrics/evaluate";
import type { Overlap } from "../../core/metrics/overlap";
import type { ClassCurve } from "../../core/metrics/threshold-curve";
import type { Evaluation } from "../../core/operations/results";
import type { Particle } from "../../core/particles/particle-list";

type Cell = string | number;

function quoted(cell: Cell): string {
  const text = String(cell);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const csv = (rows: readonly (readonly Cell[])[]): string =>
  `${rows.map((row) => row.map(quoted).join(",")).join("\n")}\n`;

/** Returns the scores of an evaluation as CSV, one row for each class. */
export function scoresCsv({ classes }: Evaluation): string {
  const head = ["label", "class", "true", "found", "right", "precision", "recall", "f1", "f_beta"];
  const rows = Object.entries(classes).map(([label, score]) => [
    label,
    score.name,
    score.truth,
    score.found,
    score.truePositives,
    score.precision,
    score.recall,
    score.f1,
    score.fBeta,
  ]);
  return csv([head, ...rows]);
}

/** Returns the names of the rows and columns of an evaluation's confusion matrix; the last is the background. */
export function confusionNames({ classes, confusion }: Evaluation): string[] {
  return [...confusion.labels.map((label) => classes[label].name), "background"];
}

/** Returns the confusion matrix of an evaluation as CSV: true classes down, found ones across. */
export function confusionCsv(evaluation: Evaluation): string {
  const names = confusionNames(evaluation);
  return csv([
    ["true \\ found", ...names],
    ...evaluation.confusion.counts.map((row, index) => [names[index], ...row]),
  ]);
}

/** Returns curves as CSV, one row for each point. */
export function curvesCsv(curves: readonly ClassCurve[]): string {
  const head = ["label", "class", "by", "threshold", "found", "right", "precision", "recall", "f1", "f_beta"];
  const rows = curves.flatMap(({ label, name, by, points }) =>
    points.map((point) => [
      label,
      name,
      by === "sizeVoxels" ? "size_voxels" : by,
      point.threshold,
      point.found,
      point.truePositives,
      point.precision,
      point.recall,
      point.f1,
      point.fBeta,
    ]),
  );
  return csv([head, ...rows]);
}

/** Returns the sets of two lists A and B as CSV: one row for each particle, with its place in A, else in B. */
export function overlapCsv(
  a: readonly Labelled[],
  b: readonly Labelled[],
  { both, onlyA, onlyB }: Overlap,
): string {
  const row = (set: string, { label, x, y, z }: Labelled): Cell[] => [set, label, x, y, z];
  return csv([
    ["set", "label", "x", "y", "z"],
    ...both.map(([index]) => row("both", a[index])),
    ...onlyA.map((index) => row("only_a", a[index])),
    ...onlyB.map((index) => row("only_b", b[index])),
  ]);
}

/** Returns particles with their distances as CSV; a field is empty where there is no distance. */
export function distancesCsv(
  particles: readonly Particle[],
  distancesAngstrom: readonly (number | null)[],
): string {
  const rows = particles.map(({ id, label, x, y, z }, index) => {
    const distance = distancesAngstrom[index];
    return [id, label, x, y, z, distance === null ? "" : Number(distance.toFixed(3))];
  });
  return csv([["id", "label", "x", "y", "z", "distance_angstrom"], ...rows]);
}

/** Returns the scores of an experiment as CSV, one row for each condition and class; a class without true particles has no F1. */
export function localizationCsv({ conditions }: LocalizationResult): string {
  const head = ["tilt_deg", "snr", "measured_snr", "label", "class"];
  const rows = conditions.flatMap(({ tiltDeg, snr, measuredSnr, classes }) =>
    Object.entries(classes).map(([label, score]) => [
      tiltDeg,
      snr,
      Number(measuredSnr.toPrecision(6)),
      label,
      score.name,
      score.truth,
      score.found,
      score.truePositives,
      score.precision,
      score.recall,
      score.truth === 0 ? "" : score.f1,
    ]),
  );
  return csv([[...head, "true", "found", "right", "precision", "recall", "f1"], ...rows]);
}

/** Returns the scores of restorations as CSV, one row for each method. */
export function restorationCsv(scores: readonly RestorationScore[]): string {
  const rows = scores.map(({ part, method, noise, psnrDb, correlation, acceptanceRate }) => [
    part,
    method,
    noise,
    Number(psnrDb.toFixed(4)),
    Number(correlation.toFixed(5)),
    acceptanceRate ?? "",
  ]);
  return csv([["part", "method", "noise", "psnr_db", "ccc", "acceptance_rate"], ...rows]);
}
