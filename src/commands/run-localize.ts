import { volumeStem } from "../core/volume/volume-stem";
import { addEntry, entryOf, patchEntry } from "../state/document";
import { recordStep } from "../state/history";
import { scoresOf } from "./evaluate-particles";
import { fileToCompute, runOperation } from "./run-operation";
import type { Workbench } from "./workbench";

/** The job that follows the parameters; the panel of the localization does not show it as a run. */
export const FOLLOWING = { operation: "follow", doing: "localizing" } as const;

/**
 * Localizes the particles of a label map (of the one that is shown, by default) and opens the list for review. A second
 * run on the same labels takes the place of the first; undo brings that one back.
 */
export async function runLocalize(workbench: Workbench, id?: string, job?: typeof FOLLOWING): Promise<void> {
  const { document, view, shell, history } = workbench;
  const labels = entryOf(document.getState().labels, id ?? view.getState().labelsId);
  const volume = entryOf(document.getState().volumes, labels?.parentId ?? null);
  const file = labels && volume && fileToCompute(workbench, labels.id, volume);
  if (!labels || !file || !volume) return;
  const result = await runOperation(workbench, {
    operation: "localize",
    inputs: {
      labels: file,
      score: labels.scoreId === null ? null : fileToCompute(workbench, labels.scoreId, volume),
      mapId: labels.id,
      classes: labels.classes,
    },
    volume,
    job,
  });
  if (!result || !entryOf(document.getState().labels, labels.id)) return;
  const list = { ...result.output.list, volumeName: volume.name };
  const fresh = {
    list,
    candidates: result.output.candidates,
    provenance: result.provenance,
    evaluation: scoresOf(workbench, volume.id, list),
  };
  const before = document.getState().particles.find((each) => each.labelsId === labels.id);
  if (before) recordStep({ document, view, history }, "localize", workbench.host.now());
  const particlesId = before?.id ?? workbench.nextId("particles");
  if (before) patchEntry(document, "particles", particlesId, fresh);
  else
    addEntry(document, "particles", {
      ...fresh,
      id: particlesId,
      name: `${volumeStem(volume.name)}-particles`,
      parentId: volume.id,
      labelsId: labels.id,
    });
  if (view.getState().volumeId !== volume.id) return;
  view.setState({ particlesId, selectedParticle: null });
  if (shell.getState().panel === "segment") shell.setState({ panel: "review" });
}
