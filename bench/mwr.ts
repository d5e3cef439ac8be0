import { createReferenceBackend } from "../src/compute/reference-backend";
import { createWasmBackend } from "../src/compute/wasm-backend";
import type { Backend } from "../src/core/backend";
import { ComputeError } from "../src/core/errors";
import { wedgeMask } from "../src/core/fourier/wedge";
import { restoreMissingWedge } from "../src/core/restore/mwr";
import type { MwrKernelSpec } from "../src/core/restore/mwr-kernels";
import type { Shape3 } from "../src/core/volume/shape";
import { MWR_CASES } from "../src/testing/cases/mwr-cases";
import { barrel, degrade } from "../src/testing/degrade";
import { largestDifference } from "../src/testing/golden-network";
import { type BenchOptions, type BenchResult, median, round } from "./bench-result";

const SHAPE: Shape3 = [64, 64, 64];
const SIGMA = 0.1;
const THREADS = 2;
/** The engine compiles hot code anew while it runs: the first iterations are slower. */
const WARM_UPS = 5;
const ITERATIONS = 20;
/** As the tests: after ten iterations a rounding may have chosen another cube somewhere. */
const CHAIN_TOLERANCE = 1e-4;
/** The thesis's program, section 2.6: 64³, BM4D, MacBook Pro with a 2.9 GHz Core i7. Published, not run here. */
const PUBLISHED_SECONDS = 0.66;

const breathe = async () => {};

/**
 * Seconds per iteration of the missing-wedge restoration with BM4D at 64³, against the figure that the thesis gives for its
 * program; the TypeScript reference is timed in the same run (details). First a chain of ten is compared with it.
 */
export async function mwrBench({ backend: wanted = "wasm" }: BenchOptions): Promise<BenchResult> {
  const reference = createReferenceBackend();
  const backend = chooseBackend(wanted, reference);
  const { spec, sigma } = MWR_CASES[0];
  const chains = await Promise.all([backend, reference].map((each) => chain(each, spec, sigma, 10)));
  const error = largestDifference(chains[0].mean, chains[1].mean);

  const sampled = wedgeMask(SHAPE, { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" });
  const measured = degrade(barrel(SHAPE), SHAPE, sampled, SIGMA, 1);
  const volume: MwrKernelSpec = { ...spec, shape: SHAPE, sampled, measured, breathe };
  const isReference = backend.id === "reference";
  const runs = isReference ? 3 : WARM_UPS + ITERATIONS;
  const seconds = (await chain(backend, volume, SIGMA, runs)).seconds.slice(isReference ? 0 : WARM_UPS);
  const referenceSeconds = isReference ? seconds : (await chain(reference, volume, SIGMA, 3)).seconds;
  const value = median(seconds);
  return {
    name: "mwr",
    backend: backend.id,
    value: round(value),
    unit: "s per iteration",
    peer: "the thesis's program (published figure, 2.9 GHz Core i7, not run here)",
    peerValue: PUBLISHED_SECONDS,
    ratio: round(PUBLISHED_SECONDS / value),
    correct: error < CHAIN_TOLERANCE,
    details: {
      shape: SHAPE,
      denoiser: "bm4d",
      description: backend.description,
      errorAfterTen: error,
      secondsLeast: round(Math.min(...seconds)),
      referenceSeconds: round(median(referenceSeconds)),
      timesReference: round(median(referenceSeconds) / value),
    },
  };
}

function chooseBackend(wanted: string, reference: Backend): Backend {
  if (wanted === "wasm") return createWasmBackend(THREADS);
  if (wanted === "reference") return reference;
  throw new ComputeError("bad-parameter", `The bench mwr runs on wasm or reference, not on "${wanted}".`);
}

/** Runs a chain and returns its mean and how long each iteration took. */
async function chain(backend: Backend, spec: MwrKernelSpec, sigma: number, iterations: number) {
  const kernels = await backend.createMwrKernels(spec);
  try {
    const settings = { iterations, burnIn: 1, sigma, beta: 4e-5, autoBeta: false, seed: 1 };
    const seconds: number[] = [];
    let start = 0;
    const onReport = async () => {
      const now = performance.now();
      if (start) seconds.push((now - start) / 1000);
      start = now;
    };
    const { mean } = await restoreMissingWedge(kernels, spec.measured, settings, breathe, {
      every: 1,
      onReport,
    });
    return { mean, seconds };
  } finally {
    kernels.dispose();
  }
}
