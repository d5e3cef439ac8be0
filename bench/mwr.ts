import { createReferenceBackend } from "../src/compute/reference-backend";
import { createWasmBackend } from "../src/compute/wasm-backend";
import type { Backend } from "../src/core/backend";
import { wedgeMask } from "../src/core/fourier/wedge";
import { fillNormal } from "../src/core/random/philox";
import { restoreMissingWedge } from "../src/core/restore/mwr";
import type { MwrKernelSpec } from "../src/core/restore/mwr-kernels";
import type { Shape3 } from "../src/core/volume/shape";
import { MWR_CASES } from "../src/testing/cases/mwr-cases";
import { barrel, degrade } from "../src/testing/degrade";
import { largestDifference } from "../src/testing/golden-network";
import { type BenchOptions, type BenchResult, median, round } from "./bench-result";
import { openBackend, THREADS } from "./open-backend";

const SIGMA = 0.1;
/** As the tests: after ten iterations a rounding may have chosen another cube somewhere. */
const CHAIN_TOLERANCE = 1e-4;
/** Of values about 1 in f32. */
const ROUNDING = 1e-7;
const LIKE_A_ROUNDING = 2;
/** The thesis's program, section 2.6: 64³, BM4D, MacBook Pro with a 2.9 GHz Core i7. Published, not run here. */
const PUBLISHED_SECONDS = 0.66;

/** How often a chain is timed: iterations together, and how many such times, the first of which is not counted. */
interface Pace {
  readonly together: number;
  readonly times: number;
}

const PACES: Readonly<Record<Backend["id"], Pace>> = {
  reference: { together: 1, times: 3 },
  // The engine compiles hot code anew while it runs: the first iterations are slower.
  wasm: { together: 5, times: 5 },
  // A GPU's queue is emptied after each time, as where the page is told of the progress.
  webgpu: { together: 50, times: 6 },
};
const LARGE_PACE: Pace = { together: 5, times: 5 };
const LARGE_SIDE = 256;
const SIDE = 64;

const breathe = async () => {};

/**
 * Seconds per iteration of the missing-wedge restoration with BM4D at 64³, against the figure that the thesis gives for its
 * program. First a chain of ten is compared with the reference's. A GPU is then compared with WebAssembly at 64³, and timed at
 * 256³ too (details); with LAYERS=1 in the environment also each step's time.
 */
export async function mwrBench(options: BenchOptions): Promise<BenchResult> {
  const { backend, slow, backends } = await openBackend(options.backend);
  try {
    if (backend.id === "webgpu" && slow)
      throw new Error("The bench mwr runs on a GPU, not on one in software, which restores on WebAssembly.");
    return await measure(backend);
  } finally {
    backends.dispose();
  }
}

async function measure(backend: Backend): Promise<BenchResult> {
  const { spec, sigma } = MWR_CASES[0];
  const found = await chain(backend, spec, sigma, 10);
  const expected = await chain(createReferenceBackend(), spec, sigma, 10);
  const errorAfterTen = largestDifference(found.mean, expected.mean);

  const volume = barrelSpec(SIDE);
  const value = await timeIterations(backend, volume, PACES[backend.id]);
  const onGpu = backend.id === "webgpu" ? await gpuDetails(backend, volume) : null;
  const isRight = !onGpu || onGpu.rmsFromWasm < LIKE_A_ROUNDING * onGpu.rmsOfARounding;
  return {
    name: "mwr",
    backend: backend.id,
    value: round(value),
    unit: "s per iteration",
    peer: "the thesis's program (published figure, 2.9 GHz Core i7, not run here)",
    peerValue: PUBLISHED_SECONDS,
    ratio: round(PUBLISHED_SECONDS / value),
    correct: errorAfterTen < CHAIN_TOLERANCE && isRight,
    details: {
      shape: volume.shape,
      denoiser: "bm4d",
      description: backend.description,
      errorAfterTen,
      ...onGpu,
      ...(process.env.LAYERS ? { steps: await stepTimes(backend, volume) } : {}),
    },
  };
}

/**
 * What is asked of a GPU beside: the chain of WebAssembly where cubes are many, and the time of a large volume. Among some 10,000
 * groups a rounding makes another cube the nearer one, so the chain may differ as much as WebAssembly's own does from one
 * whose input is moved by a rounding.
 */
async function gpuDetails(backend: Backend, volume: MwrKernelSpec) {
  const wasmBackend = createWasmBackend(THREADS);
  const wasm = await chain(wasmBackend, volume, SIGMA, 3);
  const moved = await chain(wasmBackend, { ...volume, measured: rounded(volume.measured) }, SIGMA, 3);
  wasmBackend.dispose();
  const own = await chain(backend, volume, SIGMA, 3);
  const large = barrelSpec(LARGE_SIDE);
  const secondsOfLarge = await timeIterations(backend, large, LARGE_PACE);
  return {
    rmsFromWasm: rmsDifference(own.mean, wasm.mean),
    rmsOfARounding: rmsDifference(moved.mean, wasm.mean),
    large: { shape: large.shape, secondsPerIteration: round(secondsOfLarge) },
    ...(process.env.LAYERS ? { stepsOfLarge: await stepTimes(backend, large) } : {}),
  };
}

function barrelSpec(side: number): MwrKernelSpec {
  const shape: Shape3 = [side, side, side];
  const sampled = wedgeMask(shape, { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" });
  const measured = degrade(barrel(shape), shape, sampled, SIGMA, 1);
  return { ...MWR_CASES[0].spec, shape, sampled, measured, breathe };
}

const SETTINGS = { burnIn: 1, beta: 4e-5, autoBeta: false, seed: 1 };

async function chain(backend: Backend, spec: MwrKernelSpec, sigma: number, iterations: number) {
  const kernels = await backend.createMwrKernels(spec);
  try {
    return await restoreMissingWedge(kernels, spec.measured, { ...SETTINGS, sigma, iterations }, breathe);
  } finally {
    kernels.dispose();
  }
}

/** Returns the seconds of an iteration: the median of `times`, each over so many together. */
async function timeIterations(backend: Backend, spec: MwrKernelSpec, { together, times }: Pace) {
  const kernels = await backend.createMwrKernels(spec);
  const seconds: number[] = [];
  let [start, reported] = [0, 0];
  const onReport = async (points: readonly unknown[]) => {
    const now = performance.now();
    if (reported > 1) seconds.push((now - start) / 1000 / points.length);
    reported++;
    start = now;
  };
  try {
    const settings = { ...SETTINGS, sigma: SIGMA, iterations: together * (times + 1) };
    await restoreMissingWedge(kernels, spec.measured, settings, breathe, { every: together, onReport });
  } finally {
    kernels.dispose();
  }
  return median(seconds);
}

/** Returns the milliseconds of each step alone, repeated. */
async function stepTimes(backend: Backend, spec: MwrKernelSpec): Promise<Readonly<Record<string, number>>> {
  const kernels = await backend.createMwrKernels(spec);
  try {
    const [x, z, out, mean, m2, mode] = Array.from({ length: 6 }, () => kernels.allocate());
    for (const volume of [x, z, out]) await kernels.load(spec.measured, volume);
    const steps: Readonly<Record<string, () => Promise<void>>> = {
      noise: () => kernels.addNoise(x, SIGMA, 1, 1, z),
      projection: () => kernels.project(z),
      denoising: () => kernels.denoise(x, SIGMA, out),
      decision: () => kernels.decide(out, x, Number.NEGATIVE_INFINITY),
      accumulation: () => kernels.accumulate(x, 2, mean, m2, mode),
    };
    const repeats = backend.id === "webgpu" ? PACES.webgpu.together : 1;
    const times: Record<string, number> = {};
    for (const [name, step] of Object.entries(steps))
      for (let run = 0; run < 2; run++) {
        const start = performance.now();
        for (let i = 0; i < repeats; i++) await step();
        await kernels.readSection(x, 0); // waits for the queue
        times[name] = round((performance.now() - start) / repeats);
      }
    return times;
  } finally {
    kernels.dispose();
  }
}

/** Returns the values, each moved up or down by about a rounding. */
function rounded(values: Float32Array): Float32Array {
  const moved = new Float32Array(values.length);
  fillNormal(moved, 1, 1_000_000);
  return moved.map((normal, i) => values[i] + ROUNDING * normal);
}

function rmsDifference(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length);
}
