import type { MwrTracePoint } from "../operations/results";
import { uniformSequence } from "../random/philox";
import { isKept, withKept } from "./keep-samples";
import type { MwrPreviewKind } from "./mwr-control";
import type { MwrKernels } from "./mwr-kernels";
import type { MwrChainState } from "./mwr-state";

export interface MwrSettings {
  readonly iterations: number;
  /** Iterations that are not averaged; must be fewer than `iterations`. */
  readonly burnIn: number;
  /** Deviation of the noise that each proposal adds and the denoiser takes away, in units of the scaled data. */
  readonly sigma: number;
  /** Temperature: the larger, the more proposals of higher energy are accepted. */
  readonly beta: number;
  /** Raises beta during burn-in until a quarter of the proposals are accepted; fixed afterwards. */
  readonly autoBeta: boolean;
  readonly seed: number;
  /** What β counts in (see `energyPerSquare`); 1, as "l2" has it, where absent. */
  readonly energyPerSquare?: number;
  /** How many single samples to keep; none where absent. */
  readonly keep?: number;
}

/** What a chain is made with. */
export interface MwrChainOrigin {
  /** What the kernels are made with. */
  readonly measured: Float32Array;
  readonly settings: MwrSettings;
  /** All else, in words: a chain goes on only with one that was made with the same. */
  readonly madeWith: string;
}

/** A chain on the kernels of one backend. */
export interface MwrChain {
  /** How many iterations are done. */
  iteration(): number;
  /** How many samples are averaged so far. */
  samples(): number;
  /**
   * Does one iteration; a `beta` that is given is what it and the following are judged with. Where it throws, nothing has
   * happened but for what the GPU lost.
   */
  step(beta: number | null): Promise<void>;
  /** Waits for what was begun, and returns the trace so far. */
  trace(): Promise<readonly MwrTracePoint[]>;
  /** Returns the section z of the current sample, or of mean or deviation, which need two samples. */
  readSection(kind: MwrPreviewKind, z: number): Promise<Float32Array<ArrayBuffer>>;
  /** Copies all that is needed to go on. */
  state(): Promise<MwrChainState>;
}

// The thesis aims at 25–60 % (section 2.5). β is only ever raised: lowering it to come below 60 % slows the chain down
// (structure 3j9i, noise 0.2, 90 iterations: 29.9 dB at 80 % accepted, 27.5 dB after lowering; at noise 0.4
// raising gives 26.3 dB where a fixed β gives 24.5).
const LOWEST_ACCEPTANCE = 0.25;
/** Steering looks back this many iterations, and multiplies β by this factor. */
const STEERING_WINDOW = 5;
const STEERING_FACTOR = 2;

/**
 * Returns a chain at its first sample, the measured volume denoised, or where `state` left off: it goes on to the same bits on
 * the same backend. `breathe` is called between the steps and may throw to cancel. Six volumes.
 */
export async function openMwrChain<Handle>(
  kernels: MwrKernels<Handle>,
  { measured, settings, madeWith }: MwrChainOrigin,
  state: MwrChainState | null,
  breathe: () => Promise<void>,
): Promise<MwrChain> {
  const { burnIn, sigma, seed, energyPerSquare = 1, keep = 0 } = settings;
  const [current, proposal, noisy, mean, m2, mode] = Array.from({ length: 6 }, () => kernels.allocate());
  const propose = async (iteration: number) => {
    await kernels.addNoise(current, sigma, seed, iteration, noisy);
    await breathe();
    await kernels.project(noisy);
    await breathe();
    await kernels.denoise(noisy, sigma, proposal);
    await breathe();
  };

  let done = state?.iteration ?? 0;
  let beta = state?.beta ?? settings.beta;
  let kept = state?.kept ?? [];
  let betaChanges = state?.betaChanges ?? [];
  const trace: MwrTracePoint[] = [...(state?.trace ?? [])];
  /** What the iterations were judged with whose outcomes are not read yet. */
  let betas: number[] = [];
  if (state) {
    await kernels.load(state.current, current);
    for (const [values, handle] of [
      [state.mean, mean],
      [state.m2, m2],
      [state.mode, mode],
    ] as const)
      await kernels.load(values, handle);
    await kernels.loadDecisions(state.decisions);
  } else {
    await kernels.load(measured, current);
    await propose(0);
    await kernels.copy(proposal, current);
    await kernels.begin(current);
    await kernels.outcomes();
    const zeros = new Float32Array(measured.length);
    for (const handle of [mean, m2]) await kernels.load(zeros, handle);
  }
  const uniform = uniformSequence(seed, 0, done);

  const samples = () => Math.max(0, done - burnIn);
  const readTrace = async () => {
    const outcomes = await kernels.outcomes();
    for (const [i, outcome] of outcomes.entries())
      trace.push({ iteration: trace.length + 1, ...outcome, beta: betas[i] });
    betas = betas.slice(outcomes.length);
    return trace;
  };
  const takeSample = async () => {
    const n = done + 1 - burnIn;
    await kernels.accumulate(current, n, mean, m2, mode);
    if (isKept(n, kept, keep)) kept = withKept(kept, { n, values: await kernels.read(current) }, keep);
  };
  const steer = async () => {
    const recent = (await readTrace()).slice(-STEERING_WINDOW);
    if (acceptanceRate(recent) < LOWEST_ACCEPTANCE) beta *= STEERING_FACTOR;
  };

  return {
    iteration: () => done,
    samples,
    async step(given) {
      beta = given ?? beta;
      await propose(done + 1);
      await kernels.decide(proposal, current, -beta * energyPerSquare * Math.log(uniform()));
      betas.push(beta);
      if (done >= burnIn) await takeSample();
      done++;
      if (given !== null && given !== betaChanges.at(-1)?.beta)
        betaChanges = [...betaChanges, { iteration: done, beta: given }];
      const isSteered = settings.autoBeta && given === null && done <= burnIn;
      if (isSteered && done % STEERING_WINDOW === 0) await steer();
    },
    trace: readTrace,
    async readSection(kind, z) {
      if (kind === "sample") return kernels.readSection(current, z);
      if (kind === "mean") return kernels.readSection(mean, z);
      return (await kernels.readSection(m2, z)).map(deviationOf(samples()));
    },
    async state() {
      const readSamples = async (handle: Handle) =>
        samples() > 0 ? kernels.read(handle) : new Float32Array(measured.length);
      return {
        iteration: done,
        burnIn,
        beta,
        trace: [...(await readTrace())],
        betaChanges,
        decisions: await kernels.readDecisions(),
        current: await kernels.read(current),
        mean: await readSamples(mean),
        m2: await readSamples(m2),
        mode: await readSamples(mode),
        kept,
        madeWith,
      };
    },
  };
}

/** Returns the share of proposals that were accepted. */
export const acceptanceRate = (trace: readonly MwrTracePoint[]): number =>
  trace.filter((point) => point.accepted).length / trace.length;

/** Returns what makes the deviation of so many samples out of a sum of squared deviations. */
export const deviationOf =
  (samples: number) =>
  (squares: number): number =>
    Math.sqrt(squares / Math.max(1, samples));
