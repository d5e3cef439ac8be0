import { lastJob } from "../state/jobs";
import { isUnderWay, keepsWhenStopped, type Restoration, takesSamples } from "../state/restoration";
import type { PanelId } from "../state/shell";
import { chooseBoxFor } from "./choose-box";
import type { Command } from "./command";
import { exportAudit } from "./export-audit";
import { runAudit, shownAudit, takeTilts, volumesToAudit } from "./run-audit";
import { runLocalize } from "./run-localize";
import { cancelJob } from "./run-operation";
import { runCorrectCtf, runReconstruct, shownSeries } from "./run-reconstruct";
import { finishRestoration, pauseRestoration, runRestore, takeMoreSamples } from "./run-restore";
import { goOnWithSegmentation, runSegment, unfinishedShown } from "./run-segment";
import { buildCell, chosenRecipe } from "./run-simulate";
import { continueTraining, runTrain, stopTraining } from "./run-train";
import { measureTiltRange } from "./tilt-range";
import type { Workbench } from "./workbench";

/** How many samples are taken if asked for more. */
export const MORE_SAMPLES = 100;

/** Opens a panel, and unfolds it where it was folded away. */
export function openPanel(workbench: Workbench, panel: PanelId): void {
  const { box, volumeId } = workbench.view.getState();
  const firstTime = !workbench.jobs.getState().jobs.some(({ operation }) => operation === "restore");
  // Restoring a whole tomogram takes long: the panel begins with a box that takes a minute or two.
  if (panel === "restore" && box === null && volumeId && firstTime)
    chooseBoxFor(workbench, "restore", "cursor");
  if (panel === "audit" && workbench.shell.getState().panel !== "audit") takeTilts(workbench);
  workbench.shell.setState(({ folded }) => ({
    panel,
    drawer: "operation",
    folded: { ...folded, operation: false },
  }));
}

/** Tells whether an operation is running. */
function isRunning({ jobs }: Workbench, operation: string): boolean {
  return lastJob(jobs.getState().jobs, operation)?.phase === "running";
}

const panel = (id: PanelId, label: string, key: string): Command => ({
  id: `panel.${id}`,
  label: `Panel ${label}`,
  group: "Operations",
  keys: [key],
  run: (workbench) => openPanel(workbench, id),
});

const isSteerable = (restoration: Restoration | null, ...phases: readonly Restoration["phase"][]): boolean =>
  restoration !== null && takesSamples(restoration) && phases.includes(restoration.phase);

/** Stops a job; a restoration is finished with the samples or blocks it has, and stopped at once if asked again. */
export function stopJob(workbench: Workbench, jobId: string): void {
  const { restoration } = workbench.shell.getState();
  if (restoration?.jobId === jobId && keepsWhenStopped(restoration)) finishRestoration(workbench);
  else cancelJob(workbench, jobId);
}

/** What Esc does: closes what lies over the views, else stops what runs. */
function stop(workbench: Workbench): void {
  const { shell, view } = workbench;
  const { palette, help, provenanceOf, drawer } = shell.getState();
  if (palette || help || provenanceOf !== null) {
    shell.setState({ palette: false, help: false, provenanceOf: null });
    return;
  }
  const running = workbench.jobs
    .getState()
    .jobs.filter(({ phase, operation }) => phase === "running" && operation !== "read");
  if (running.length > 0) for (const { id } of running) stopJob(workbench, id);
  else if (drawer) shell.setState({ drawer: null });
  else view.setState({ selectedParticle: null });
}

export const operationCommands: readonly Command[] = [
  panel("simulate", "Simulate", "G"),
  panel("reconstruct", "Reconstruct", "B"),
  panel("restore", "Restore", "R"),
  panel("audit", "Audit", "Q"),
  panel("segment", "Segment", "S"),
  panel("localize", "Localize", "L"),
  panel("review", "Review", "V"),
  panel("train", "Train", "T"),
  {
    id: "run.simulate",
    label: "Build the cell",
    group: "Operations",
    keys: [],
    enabled: (workbench) => chosenRecipe(workbench) !== null && !isRunning(workbench, "simulate"),
    run: buildCell,
  },
  {
    id: "run.reconstruct",
    label: "Run reconstruct",
    group: "Operations",
    keys: [],
    enabled: (workbench) => shownSeries(workbench) !== null && !isRunning(workbench, "reconstruct"),
    run: runReconstruct,
  },
  {
    id: "run.correct-ctf",
    label: "Correct the CTF",
    group: "Operations",
    keys: [],
    enabled: (workbench) => shownSeries(workbench) !== null && !isRunning(workbench, "correct-ctf"),
    run: runCorrectCtf,
  },
  {
    id: "run.restore",
    label: "Run restore",
    group: "Operations",
    keys: [],
    enabled: (workbench) => workbench.view.getState().volumeId !== null && !isRunning(workbench, "restore"),
    run: runRestore,
  },
  {
    id: "restore.measure-tilts",
    label: "Measure the tilt range in the spectrum",
    group: "Operations",
    keys: [],
    enabled: ({ view }) => view.getState().volumeId !== null,
    run: measureTiltRange,
  },
  {
    id: "run.restore-pause",
    label: "Pause the restoration",
    group: "Operations",
    keys: [],
    enabled: ({ shell }) => isSteerable(shell.getState().restoration, "running"),
    run: (workbench) => pauseRestoration(workbench, true),
  },
  {
    id: "run.restore-on",
    label: "Go on with the restoration",
    group: "Operations",
    keys: [],
    enabled: ({ shell }) => isSteerable(shell.getState().restoration, "paused"),
    run: (workbench) => pauseRestoration(workbench, false),
  },
  {
    id: "run.restore-finish",
    label: "Finish the restoration with what it has",
    group: "Operations",
    keys: [],
    enabled({ shell }) {
      const { restoration } = shell.getState();
      return isUnderWay(restoration) && restoration.phase !== "finishing" && keepsWhenStopped(restoration);
    },
    run: finishRestoration,
  },
  {
    id: "run.restore-more",
    label: `Take ${MORE_SAMPLES} more samples`,
    group: "Operations",
    keys: [],
    enabled: ({ shell }) => shell.getState().restoration?.isKept ?? false,
    run: (workbench) => takeMoreSamples(workbench, MORE_SAMPLES),
  },
  {
    id: "run.audit",
    label: "Run audit",
    group: "Operations",
    keys: [],
    enabled: (workbench) => volumesToAudit(workbench).original !== null && !isRunning(workbench, "audit"),
    run: (workbench) => runAudit(workbench),
  },
  {
    id: "export.audit",
    label: "Save the audit as a page of PDF",
    group: "File",
    keys: [],
    enabled: (workbench) => shownAudit(workbench) !== null,
    run: (workbench) => exportAudit(workbench, "pdf"),
  },
  {
    id: "run.segment",
    label: "Run segment",
    group: "Operations",
    keys: [],
    enabled: (workbench) =>
      workbench.view.getState().volumeId !== null &&
      workbench.shell.getState().models.length > 0 &&
      !isRunning(workbench, "segment"),
    run: runSegment,
  },
  {
    id: "run.segment-go-on",
    label: "Go on with the segmentation",
    group: "Operations",
    keys: [],
    enabled: (workbench) => unfinishedShown(workbench) !== null && !isRunning(workbench, "segment"),
    run: goOnWithSegmentation,
  },
  {
    id: "run.localize",
    label: "Run localize",
    group: "Operations",
    keys: [],
    enabled(workbench) {
      const { labelsId } = workbench.view.getState();
      return labelsId !== null && workbench.files.has(labelsId) && !isRunning(workbench, "localize");
    },
    run: (workbench) => runLocalize(workbench),
  },
  {
    id: "run.train",
    label: "Train",
    group: "Operations",
    keys: [],
    enabled: (workbench) => !isRunning(workbench, "train"),
    run: runTrain,
  },
  {
    id: "run.train-pause",
    label: "Pause the training",
    group: "Operations",
    keys: [],
    enabled: (workbench) => isRunning(workbench, "train"),
    run: (workbench) => stopTraining(workbench, "paused"),
  },
  {
    id: "run.train-on",
    label: "Go on with the training",
    group: "Operations",
    keys: [],
    enabled: (workbench) =>
      workbench.shell.getState().training?.phase === "paused" && !isRunning(workbench, "train"),
    run: (workbench) => continueTraining(workbench),
  },
  {
    id: "run.stop",
    label: "Stop what is going on",
    group: "Operations",
    keys: ["Escape"],
    run: stop,
  },
];
