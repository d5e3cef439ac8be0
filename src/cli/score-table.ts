import type { ClassScore, Evaluation } from "../core/operations/results";
import { confusionNames } from "../io/scores/score-csv";

/** Returns lines of aligned columns, the first to the left and the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  "),
  );
}

/** An evaluation, or less of it: scores that were summed up over several volumes have no F-β. */
interface TableOfScores {
  readonly radiusVoxels: number;
  readonly beta?: number;
  readonly classes: Readonly<Record<string, ClassScore & { readonly fBeta?: number }>>;
}

/** Returns scores as a table for people. */
export function scoreTable({ classes, radiusVoxels, beta }: TableOfScores): string {
  const ofBeta = (cell: string) => (beta === undefined ? [] : [cell]);
  const head = ["class", "true", "found", "right", "precision", "recall", "F1", ...ofBeta(`F${beta}`)];
  const rows = Object.values(classes).map((score) => [
    score.name,
    String(score.truth),
    String(score.found),
    String(score.truePositives),
    score.precision.toFixed(3),
    score.recall.toFixed(3),
    score.f1.toFixed(3),
    ...ofBeta((score.fBeta ?? 0).toFixed(3)),
  ]);
  return [...aligned([head, ...rows]), `matched one to one within ${radiusVoxels} voxels`, ""].join("\n");
}

/** Returns the confusion matrix of an evaluation as a table for people: true classes down, found ones across. */
export function confusionTable(evaluation: Evaluation): string {
  const names = confusionNames(evaluation);
  const rows = evaluation.confusion.counts.map((row, index) => [names[index], ...row.map(String)]);
  return [...aligned([["true \\ found", ...names], ...rows]), ""].join("\n");
}
