import { Pause, Play, Square, X } from "lucide-react";
import { useState } from "react";
import { MORE_SAMPLES } from "../../commands/operation-commands";
import { OPERATIONS } from "../../commands/operations";
import { cancelJob } from "../../commands/run-operation";
import {
  changeBeta,
  changeIterations,
  finishRestoration,
  pauseRestoration,
  takeMoreSamples,
} from "../../commands/run-restore";
import type { NumberParam } from "../../core/task/params";
import { type Restoration, takesSamples } from "../../state/restoration";
import { NumberInput } from "../controls/number-input";
import { useShell, useWorkbench } from "../workbench-context";

/** β by a factor of two, down and up. */
const BETA_STEPS = [
  { label: "β ÷2", text: "÷2", factor: 0.5 },
  { label: "β ×2", text: "×2", factor: 2 },
] as const;

const numberParam = (name: string) => OPERATIONS.restore.params[name] as NumberParam;

/** β as the next iteration is judged with, as far as it is known. */
const betaOf = ({ beta, trace, params }: Restoration): number =>
  beta ?? trace.at(-1)?.beta ?? Number(params.beta);

/** Changes β of the chain that runs. */
function BetaRow({ restoration }: { readonly restoration: Restoration }) {
  const workbench = useWorkbench();
  const { min, max } = numberParam("beta");
  const beta = betaOf(restoration);
  const within = (value: number) => Number(Math.min(max, Math.max(min, value)).toPrecision(6));
  return (
    <div className="field">
      <label className="field-label" htmlFor="steer-beta">
        Temperature β
      </label>
      <div className="field-row">
        <NumberInput
          id="steer-beta"
          value={beta}
          min={min}
          max={max}
          describedBy="steer-beta-help"
          onChange={(next) => changeBeta(workbench, next)}
        />
        {BETA_STEPS.map(({ label, text, factor }) => (
          <button
            key={text}
            type="button"
            className="button small"
            aria-label={label}
            onClick={() => changeBeta(workbench, within(factor * beta))}
          >
            {text}
          </button>
        ))}
      </div>
      <p className="hint" id="steer-beta-help">
        {restoration.beta === null
          ? "More accepts more. Change it where the acceptance leaves its band."
          : "As you set it: the chain does not change it any more."}
      </p>
    </div>
  );
}

/** Changes the length of the chain that runs. */
function IterationsRow({ restoration }: { readonly restoration: Restoration }) {
  const workbench = useWorkbench();
  const { iterations, trace, blocks } = restoration;
  return (
    <div className="field">
      <label className="field-label" htmlFor="steer-iterations">
        Ends at iteration
      </label>
      <div className="field-row">
        <NumberInput
          id="steer-iterations"
          value={iterations}
          min={blocks ? 1 : Math.max(1, trace.length)}
          max={numberParam("iterations").max}
          integer
          describedBy="steer-iterations-help"
          onChange={(next) => changeIterations(workbench, next)}
        />
        <button
          type="button"
          className="button small"
          aria-label={`+${MORE_SAMPLES} iterations`}
          onClick={() => changeIterations(workbench, iterations + MORE_SAMPLES)}
        >
          +{MORE_SAMPLES}
        </button>
      </div>
      <p className="hint" id="steer-iterations-help">
        {blocks ? "Of this block and of those that follow." : "More samples make the mean surer."}
      </p>
    </div>
  );
}

/** What is kept of a restoration that is ended now. */
function keptNow({ blocks, trace, burnIn }: Restoration): string {
  if (blocks?.done === 0)
    return `It is done in ${blocks.count} blocks. None is finished yet: Stop, or Esc, would keep nothing.`;
  if (blocks)
    return `Stop, or Esc, keeps the ${blocks.done} of ${blocks.count} blocks that are finished; the rest stays as measured.`;
  if (trace.length > burnIn) return `Finish now, or Esc, keeps the ${samples(trace.length - burnIn)} so far.`;
  return "Finish now, or Esc, keeps the current sample: during burn-in there are no others.";
}

/** What can be asked of a restoration while it runs. */
export function RestoreSteering() {
  const workbench = useWorkbench();
  const restoration = useShell((shell) => shell.restoration);
  if (!restoration) return null;
  const { phase, jobId, blocks } = restoration;
  const isChain = takesSamples(restoration);
  const isPaused = phase === "paused";
  const isFinishing = phase === "finishing";
  const [finish, finishing] = blocks ? ["Stop", "Stopping"] : ["Finish now", "Finishing"];
  return (
    <>
      <div className="field-row">
        {isChain && (
          <button
            type="button"
            className={isPaused ? "button primary" : "button"}
            disabled={isFinishing}
            onClick={() => pauseRestoration(workbench, !isPaused)}
          >
            {isPaused ? <Play size={14} aria-hidden /> : <Pause size={12} aria-hidden />}
            {isPaused ? "Go on" : "Pause"}
          </button>
        )}
        <button
          type="button"
          className="button"
          disabled={isFinishing}
          onClick={() => finishRestoration(workbench)}
        >
          <Square size={12} aria-hidden /> {isFinishing ? finishing : finish}
        </button>
        <span className="spring" />
        <button type="button" className="button" onClick={() => cancelJob(workbench, jobId)}>
          <X size={14} aria-hidden /> Discard
        </button>
      </div>
      <p className="hint">{keptNow(restoration)}</p>
      {isChain && (
        <div className="steering">
          <BetaRow restoration={restoration} />
          <IterationsRow restoration={restoration} />
        </div>
      )}
    </>
  );
}

const samples = (count: number) => (count === 1 ? "1 sample" : `${count} samples`);

/** How a restoration ended, and going on with its chain. */
export function RestoreEnd() {
  const workbench = useWorkbench();
  const restoration = useShell((shell) => shell.restoration);
  const [more, setMore] = useState(MORE_SAMPLES);
  if (!restoration) return null;
  const { iterations, burnIn, isKept, blocks } = restoration;
  const count = iterations - burnIn;
  return (
    <>
      {blocks && blocks.done < blocks.count && (
        <p className="sentence">
          Stopped: {blocks.done} of {blocks.count} blocks are restored, the rest is as it was measured.
        </p>
      )}
      {takesSamples(restoration) && (
        <p className="hint">
          {count > 0
            ? `${samples(count)}${blocks ? " in each block" : ""} after a burn-in of ${burnIn}.`
            : `Finished within its burn-in of ${burnIn}: the result is one sample, whose uncertainty is not known.`}
        </p>
      )}
      {isKept && (
        <div className="field-row">
          <button type="button" className="button" onClick={() => void takeMoreSamples(workbench, more)}>
            <Play size={14} aria-hidden /> Take more
          </button>
          <NumberInput
            label="More samples"
            value={more}
            min={1}
            max={numberParam("iterations").max}
            integer
            onChange={setMore}
          />
          <span className="unit">samples of the same chain</span>
        </div>
      )}
    </>
  );
}
