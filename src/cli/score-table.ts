import type { Evaluation } from "../core/operations/results";

/** Returns an evaluation as lines of aligned columns. */
export function scoreTable({ classes, radiusVoxels }: Evaluation): string {
  const head = ["class", "true", "found", "right", "precision", "recall", "F1"];
  const rows = Object.values(classes).map((score) => [
    score.name,
    String(score.truth),
    String(score.found),
    String(score.truePositives),
    score.precision.toFixed(3),
    score.recall.toFixed(3),
    score.f1.toFixed(3),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  );
  const line = (cells: string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ");
  return [line(head), ...rows.map(line), `matched one to one within ${radiusVoxels} voxels`, ""].join("\n");
}
