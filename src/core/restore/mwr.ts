import { ComputeError } from "../errors";
import type { MwrTracePoint } from "../operations/results";
import { uniformSequence } from "../random/philox";
import type { MwrKernels } from "./mwr-kernels";

export interface MwrSettings {
  readonly iterations: number;
  /** Iterations that are not averaged; must be fewer than `iterations`. */
  readonly burnIn: number;
  /** Deviation of the noise that each proposal adds and the denoiser takes away, in units of the scaled data. */
  readonly sigma: number;
  /** Temperature: the larger, the more proposals of higher energy are accepted. */
  readonly beta: number;
  /** Steers beta during burn-in until 25–60 % of the proposals are accepted; fixed afterwards. */
  readonly autoBeta: boolean;
  readonly seed: number;
}

export interface MwrResult {
  /** Mean of the samples after burn-in: the minimum mean square error estimate. */
  readonly mean: Float32Array<ArrayBuffer>;
  /** Deviation of those samples, per voxel. */
  readonly std: Float32Array<ArrayBuffer>;
  readonly last: Float32Array<ArrayBuffer>;
  readonly trace: readonly MwrTracePoint[];
  /** β as it was after burn-in. */
  readonly beta: number;
  /** Of all proposals. */
  readonly acceptanceRate: number;
}

/** Told after each iteration; `readSample` copies the current sample out of the backend. */
export type MwrListener = (
  point: MwrTracePoint,
  readSample: () => Promise<Float32Array<ArrayBuffer>>,
) => Promise<void>;

// The range in which such chains converge fastest (thesis 2.5: optimum 0.234 or 0.574, by assumptions).
const LOWEST_ACCEPTANCE = 0.25;
const HIGHEST_ACCEPTANCE = 0.6;
/** Iterations over which steering looks back, and by how much it moves β after that many. */
const STEERING_WINDOW = 5;
const STEERING_FACTOR = 2;

/**
 * Restores the missing wedge of a measured volume: a Metropolis–Hastings chain whose proposals are the current sample plus
 * noise, projected onto the measured coefficients and denoised; returns mean and deviation of its samples. `measured` is
 * what the kernels were made with. The same seed gives the same bits on one backend. `breathe` is called between the
 * steps and may throw to cancel. The energy and the denoisers are symmetric, so dark and bright particles
 * are restored alike. Cost: one noise, two and a half transforms and one denoising per iteration; five volumes.
 * Source: thesis chapter 2; Moebel & Kervrann 2020, PMC7337055.
 */
export async function restoreMissingWedge<Handle>(
  kernels: MwrKernels<Handle>,
  measured: Float32Array,
  settings: MwrSettings,
  breathe: () => Promise<void>,
  onIteration: MwrListener = async () => {},
): Promise<MwrResult> {
  const { iterations, burnIn, sigma, seed } = settings;
  if (burnIn >= iterations)
    throw new ComputeError(
      "bad-parameter",
      `Burn-in (${burnIn}) must be shorter than the number of iterations (${iterations}).`,
      { burnIn, iterations },
    );
  let current = kernels.allocate();
  let proposal = kernels.allocate();
  const noisy = kernels.allocate();
  const mean = kernels.allocate();
  const m2 = kernels.allocate();

  const propose = async (iteration: number): Promise<number> => {
    await kernels.addNoise(current, sigma, seed, iteration, noisy);
    await breathe();
    await kernels.project(noisy);
    await breathe();
    await kernels.denoise(noisy, sigma, proposal);
    await breathe();
    return kernels.energyL2(proposal);
  };
  const accept = () => {
    [current, proposal] = [proposal, current];
  };

  await kernels.load(measured, current);
  let energy = await propose(0);
  accept();
  const zeros = new Float32Array(measured.length);
  await kernels.load(zeros, mean);
  await kernels.load(zeros, m2);

  const uniform = uniformSequence(seed, 0);
  const trace: MwrTracePoint[] = [];
  let beta = settings.beta;
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const proposed = await propose(iteration);
    const accepted = uniform() < Math.exp((energy - proposed) / beta);
    if (accepted) {
      accept();
      energy = proposed;
    }
    trace.push({ iteration, energy, accepted, beta });
    if (iteration > burnIn) await kernels.accumulate(current, iteration - burnIn, mean, m2);
    else if (settings.autoBeta && iteration % STEERING_WINDOW === 0) beta = steered(beta, trace);
    await onIteration(trace[trace.length - 1], () => kernels.read(current));
    await breathe();
  }

  const samples = iterations - burnIn;
  return {
    mean: await kernels.read(mean),
    std: (await kernels.read(m2)).map((sum) => Math.sqrt(sum / samples)),
    last: await kernels.read(current),
    trace,
    beta,
    acceptanceRate: trace.filter((point) => point.accepted).length / iterations,
  };
}

/** Returns β moved by one step if the last proposals were accepted too rarely or too often. */
function steered(beta: number, trace: readonly MwrTracePoint[]): number {
  const recent = trace.slice(-STEERING_WINDOW);
  const acceptance = recent.filter((point) => point.accepted).length / recent.length;
  if (acceptance < LOWEST_ACCEPTANCE) return beta * STEERING_FACTOR;
  if (acceptance > HIGHEST_ACCEPTANCE) return beta / STEERING_FACTOR;
  return beta;
}
