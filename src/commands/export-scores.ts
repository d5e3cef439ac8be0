import { classCurves } from "../core/metrics/threshold-curve";
import { volumeStem } from "../core/volume/volume-stem";
import { confusionCsv, curvesCsv, scoresCsv } from "../io/scores/score-csv";
import type { ParticlesEntry } from "../state/document";
import { shownParticles } from "./review-particles";
import type { Workbench } from "./workbench";

/** What the evaluation of the particles that are shown can be saved as. */
export const SCORE_EXPORTS = [
  { id: "scores", label: "Scores", note: "CSV, one row for each class" },
  { id: "confusion", label: "Confusion matrix", note: "CSV, true classes down" },
  { id: "curves", label: "Curves", note: "CSV, scores against each threshold" },
  { id: "json", label: "All scores", note: "JSON, with matrix and curves" },
] as const;

type ScoreExport = (typeof SCORE_EXPORTS)[number]["id"];

function scoreText(workbench: Workbench, entry: ParticlesEntry, id: ScoreExport): string {
  const { evaluation, candidates, list, parentId } = entry;
  if (!evaluation) return "";
  if (id === "scores") return scoresCsv(evaluation);
  if (id === "confusion") return confusionCsv(evaluation);
  const truth = workbench.document.getState().truths.find(({ volumeId }) => volumeId === parentId);
  const curves = classCurves(candidates ?? list.particles, truth?.particles ?? [], evaluation);
  return id === "curves" ? curvesCsv(curves) : `${JSON.stringify({ ...evaluation, curves })}\n`;
}

/** Saves the evaluation of the particles that are shown; nothing where they are not scored. */
export function exportScores(workbench: Workbench, id: ScoreExport): void {
  const entry = shownParticles(workbench);
  if (!entry?.evaluation) return;
  const name = `${volumeStem(entry.list.volumeName)}-${id === "json" ? "scores.json" : `${id}.csv`}`;
  const type = id === "json" ? "application/json" : "text/csv";
  workbench.host.saveFile(name, new Blob([scoreText(workbench, entry, id)], { type }));
}
