import { Pause, Play, Square } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import {
  continueTraining,
  estimateTraining,
  runTrain,
  saveCheckpoint,
  saveTrainedModel,
  stopTraining,
  useTrainedModel as takeTrainedModel,
} from "../../commands/run-train";
import type { TrainingPlan } from "../../commands/training-plan";
import { lastJob } from "../../state/jobs";
import type { Training } from "../../state/training";
import { NumberInput } from "../controls/number-input";
import { Section } from "../controls/section";
import { formatDuration } from "../format-quantity";
import { ScoreTable } from "../review/score-table";
import { useJobs, useShell, useWorkbench } from "../workbench-context";
import { JobProgress } from "./job-progress";

const TrainingPlot = lazy(async () => ({ default: (await import("./training-plot")).TrainingPlot }));
const F1Plot = lazy(async () => ({ default: (await import("./training-plot")).F1Plot }));

/** How far it is: curves, the newest figures, F1 of the classes. */
function Curves({ training }: { readonly training: Training }) {
  const { training: kept } = useWorkbench();
  const { recipe, points, validations, phase } = training;
  const last = points.at(-1);
  if (!last) return null;
  const validated = validations.findLast(({ loss }) => loss !== null);
  const scored = validations.filter(({ scores }) => scores !== null);
  const atEnd = phase === "done" ? kept.model?.manifest.measured : undefined;
  const scores = atEnd ?? scored.at(-1)?.scores;
  const scoredStep = atEnd ? kept.model?.manifest.training?.step : scored.at(-1)?.step;
  const particles = recipe.classes.filter(
    ({ label, radiusAngstrom }) => label > 0 && radiusAngstrom !== undefined,
  );
  return (
    <Section title="Curves">
      <Suspense fallback={<div className="plot-space" />}>
        <TrainingPlot points={points} validations={validations} />
      </Suspense>
      <p className="figures">
        step <b>{last.step}</b> of {recipe.steps} · loss <b>{last.loss.toPrecision(3)}</b> · accuracy{" "}
        <b>{(100 * last.accuracy).toFixed(1)} %</b>
        {validated && (
          <>
            {" "}
            · validation loss <b>{validated.loss?.toPrecision(3)}</b>
          </>
        )}
      </p>
      {scored.length > 1 && (
        <Suspense fallback={<div className="ctf-plot" />}>
          <F1Plot validations={scored} classes={particles} />
        </Suspense>
      )}
      {scores && (
        <ScoreTable label="Scores on the validation tomograms" classes={particles} scores={scores}>
          Of step {String(scoredStep)}, on the tomograms to validate on, within{" "}
          {recipe.validation.radiusVoxels} voxels.
        </ScoreTable>
      )}
    </Section>
  );
}

/** What can be done with what was learnt. */
function Learnt({ training }: { readonly training: Training }) {
  const workbench = useWorkbench();
  const { phase, validations, isUsed, savedStep } = training;
  const isBest = validations.length > 0;
  const save = (which: "best" | "last", format: "own" | "h5", text: string) => (
    <button
      type="button"
      className="link-button"
      onClick={() => void saveTrainedModel(workbench, which, format)}
    >
      {text}
    </button>
  );
  return (
    <section className="card" aria-label="What was learnt">
      <button
        type="button"
        className={phase === "done" ? "button primary" : "button"}
        onClick={() => void takeTrainedModel(workbench, "best")}
      >
        Use this model
      </button>
      <p className="hint">
        {isUsed
          ? "It is on the list of models. "
          : isBest
            ? "The weights that validation liked best; it goes on the list of models, to segment with. "
            : "The weights of the last step; it goes on the list of models, to segment with. "}
        Save it as {save("best", "own", "manifest and weights")} or {save("best", "h5", "DeepFinder .h5")}
        {isBest && <>, or the {save("last", "own", "last weights")}</>}.
      </p>
      <p className="hint">
        <button type="button" className="link-button" onClick={() => saveCheckpoint(workbench)}>
          Save the checkpoint
        </button>{" "}
        of step {savedStep}: dropped on this page with the same data open, training goes on from it.
      </p>
    </section>
  );
}

/** Goes on from where it stopped, up to so many steps in all. */
function GoOn({ training }: { readonly training: Training }) {
  const workbench = useWorkbench();
  const { recipe, savedStep, phase } = training;
  const least = (savedStep ?? 0) + 1;
  const [steps, setSteps] = useState(savedStep === recipe.steps ? 2 * recipe.steps : recipe.steps);
  return (
    <div className="field-row">
      <button
        type="button"
        className={phase === "paused" ? "button primary" : "button"}
        onClick={() => void continueTraining(workbench, steps)}
      >
        <Play size={14} aria-hidden /> Go on
      </button>
      <span className="unit">to step</span>
      <NumberInput
        label="Go on to step"
        value={Math.max(least, steps)}
        min={least}
        max={10_000_000}
        integer
        onChange={setSteps}
      />
      {phase === "paused" && (
        <>
          <span className="spring" />
          <button type="button" className="button" onClick={() => stopTraining(workbench, "stopped")}>
            <Square size={12} aria-hidden /> Stop
          </button>
        </>
      )}
    </div>
  );
}

/** The button that begins, with what it will take. */
function Begin({ plan, again }: { readonly plan: TrainingPlan | string; readonly again: boolean }) {
  const workbench = useWorkbench();
  // What estimateTraining reads.
  useShell(({ backend }) => backend);
  useShell(({ measuredFlops }) => measuredFlops);
  const isReady = typeof plan !== "string";
  const estimate = isReady ? estimateTraining(workbench, plan.recipe, plan.recipe.steps) : null;
  return (
    <>
      {isReady ? (
        <p className="hint" data-estimate>
          About {formatDuration(estimate?.seconds ?? 0)}
          {estimate?.measured ? ", as measured here" : ", a first guess"}; it can be paused at any step.
          {again && " It takes the place of the training below: save or use that one first."}
        </p>
      ) : (
        <p className="sentence">{plan}</p>
      )}
      <button
        type="button"
        className={again ? "button" : "button primary"}
        disabled={!isReady}
        onClick={() => void runTrain(workbench)}
      >
        <Play size={14} aria-hidden /> {again ? "Train anew" : "Train"}
      </button>
    </>
  );
}

/** Train, pause, go on and stop; below them the curves and what was learnt. */
export function TrainingRun({ plan }: { readonly plan: TrainingPlan | string }) {
  const workbench = useWorkbench();
  const training = useShell((state) => state.training);
  const job = useJobs(({ jobs }) => lastJob(jobs, "train"));
  const isRunning = job?.phase === "running";
  const isStopping = isRunning && training?.phase !== "running";
  const hasCheckpoint = training !== null && training.savedStep !== null && training.savedStep > 0;
  return (
    <>
      <div className="run-box">
        {isRunning ? (
          <>
            <JobProgress job={job} />
            <div className="field-row">
              <button
                type="button"
                className="button"
                disabled={isStopping}
                onClick={() => stopTraining(workbench, "paused")}
              >
                <Pause size={12} aria-hidden /> {isStopping ? "Keeping the last step" : "Pause"}
              </button>
              <button
                type="button"
                className="button"
                disabled={isStopping}
                onClick={() => stopTraining(workbench, "stopped")}
              >
                <Square size={12} aria-hidden /> Stop
              </button>
            </div>
          </>
        ) : (
          <>
            {training && hasCheckpoint && (
              <GoOn key={`${training.recipe.steps} ${training.phase}`} training={training} />
            )}
            {(training?.phase !== "paused" || !hasCheckpoint) && <Begin plan={plan} again={hasCheckpoint} />}
          </>
        )}
        {job?.phase === "failed" && (
          <p className="sentence danger" role="alert">
            {job.error}
          </p>
        )}
        {training?.phase === "paused" && !isRunning && (
          <p className="sentence">
            {hasCheckpoint
              ? `Paused after step ${training.savedStep}: nothing is lost.`
              : "Stopped before its first step."}
          </p>
        )}
      </div>
      {training && hasCheckpoint && !isRunning && <Learnt training={training} />}
      {training && <Curves training={training} />}
    </>
  );
}
