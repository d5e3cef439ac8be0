import { ComputeError, isAbort, isTagged } from "../errors";
import type { MwrTracePoint } from "../operations/results";
import { type MwrChain, type MwrChainOrigin, openMwrChain } from "./mwr-chain";
import { type MwrControl, type MwrPreviewKind, type MwrSteering, UNTOUCHED } from "./mwr-control";
import type { MwrKernels } from "./mwr-kernels";
import type { MwrChainState } from "./mwr-state";

/** A chain to run, on kernels of any backend. */
export interface MwrRun extends MwrChainOrigin {
  /** Is called first, and anew where the GPU lost its device, if `snapshotEvery` is a number. The caller ends the kernels. */
  createKernels(): Promise<MwrKernels>;
  /** Iterations between two copies of all that is needed to go on, for kernels that can be lost and made anew; else null. */
  readonly snapshotEvery: number | null;
  readonly steering: Pick<MwrSteering, "read" | "changed" | "resume" | "isReportDue"> | null;
  readonly listener: MwrListener | null;
  /** Called between the steps; it may throw to cancel. */
  breathe(): Promise<void>;
}

/** Is told how far the chain is. */
export interface MwrListener {
  /** Iterations between two calls, or more where a clock says when they are due; a GPU's queue is waited for at each. */
  readonly every: number;
  /** `points` are those since the last call. */
  onReport(points: readonly MwrTracePoint[], view: MwrView): Promise<void>;
}

/** What a listener may look at. */
export interface MwrView {
  readonly iteration: number;
  /** Where the chain will end. */
  readonly iterations: number;
  readonly samples: number;
  readonly preview: MwrPreviewKind;
  /** Whether the chain waits or ends here, so that this is all there is to see for a while. */
  readonly isRest: boolean;
  readSection: MwrChain["readSection"];
}

export interface MwrEnd {
  readonly state: MwrChainState;
  /** What `breathe` threw to cancel the chain, and may go on throwing; null where it was not cancelled. */
  readonly cancel: unknown;
}

/** A GPU that is lost so often without coming further is not worth another try. */
const MOST_LOSSES = 3;

/**
 * Runs a chain to its end, to where it is told to finish, or until it is cancelled after its first sample (before, the
 * AbortError is thrown), and returns all that it has come to. Where the GPU lost its device ("backend-failed") the
 * chain goes on from its last snapshot on new kernels, to the same bits. Throws "bad-parameter" for a burn-in
 * that leaves nothing to average and for a chain to go on with that was made with other settings.
 */
export async function runMwr(run: MwrRun): Promise<MwrEnd> {
  checkRun(run);
  const report = createReports(run);
  let snapshot = run.steering?.resume ?? null;
  let losses = 0;
  const keepSnapshot = (state: MwrChainState) => {
    snapshot = state;
    losses = 0;
  };
  for (;;) {
    let chain: MwrChain | null = null;
    try {
      chain = await openMwrChain(await run.createKernels(), run, snapshot, run.breathe);
      await advance(chain, run, report, keepSnapshot);
      return { state: await chain.state(), cancel: null };
    } catch (error) {
      if (isAbort(error) && chain && chain.samples() > 0)
        return { state: await chain.state(), cancel: error };
      const isLost = isTagged(error, "backend-failed");
      if (!run.snapshotEvery || !isLost || ++losses > MOST_LOSSES) throw error;
    }
  }
}

type Report = (chain: MwrChain, control: MwrControl, isRest: boolean) => Promise<void>;

/** Takes the iterations that are left, and a snapshot now and then where kernels can be lost. */
async function advance(
  chain: MwrChain,
  run: MwrRun,
  report: Report,
  keepSnapshot: (state: MwrChainState) => void,
): Promise<void> {
  const { settings, steering, listener, snapshotEvery, breathe } = run;
  for (;;) {
    const control = await awaitTurn(chain, run, report);
    const iterations = control.iterations ?? settings.iterations;
    if (control.finish || chain.iteration() >= iterations) return report(chain, control, true);
    await chain.step(control.beta);
    const done = chain.iteration();
    // The last iteration is reported at the end.
    if (listener && done < iterations && (done === 1 || done % listener.every === 0)) {
      if (done === 1 || (steering?.isReportDue?.() ?? true)) await report(chain, control, false);
      // Not so far ahead of a GPU that the next report, or the end, would be long in coming.
      else await chain.trace();
    }
    if (snapshotEvery && done % snapshotEvery === 0) keepSnapshot(await chain.state());
    await breathe();
  }
}

/** Returns what is asked of the chain once it may go on. */
async function awaitTurn(
  chain: MwrChain,
  { steering, breathe }: MwrRun,
  report: Report,
): Promise<MwrControl> {
  let control = steering?.read() ?? UNTOUCHED;
  while (steering && control.paused && !control.finish) {
    await report(chain, control, true);
    await steering.changed();
    await breathe();
    control = steering.read();
  }
  return control;
}

function createReports({ settings, steering, listener }: MwrRun): Report {
  let reported = steering?.resume?.iteration ?? 0;
  return async (chain, control, isRest) => {
    const trace = await chain.trace();
    // What is done anew after a loss has been reported.
    if (!listener || trace.length < reported) return;
    const points = trace.slice(reported);
    reported = trace.length;
    await listener.onReport(points, {
      iteration: chain.iteration(),
      iterations: control.iterations ?? settings.iterations,
      samples: chain.samples(),
      preview: chain.samples() < 2 ? "sample" : control.preview,
      isRest,
      readSection: chain.readSection,
    });
  };
}

function checkRun({ settings: { burnIn, iterations }, steering, madeWith, measured }: MwrRun): void {
  if (burnIn >= iterations)
    throw new ComputeError(
      "bad-parameter",
      `Burn-in (${burnIn}) must be shorter than the number of iterations (${iterations}).`,
      { burnIn, iterations },
    );
  const resumed = steering?.resume;
  if (!resumed) return;
  const isSame =
    resumed.madeWith === madeWith && resumed.burnIn === burnIn && resumed.current.length === measured.length;
  if (isSame) return;
  const sentence =
    "These samples were taken with other parameters: set them as they were, or restore the volume anew.";
  throw new ComputeError("bad-parameter", sentence, { burnIn });
}
