import type { Backend } from "../backend";
import { lambdaOfSigma } from "../denoise/tv";
import type { Wedge } from "../fourier/wedge";
import { estimateSigma } from "../restore/estimate-sigma";
import { KOVACIK_WIDTH_DEG, kovacikFilter } from "../restore/kovacik-filter";
import type { DenoiserId, EnergyId, TransformId } from "../restore/mwr-kernels";
import { SMAPEM_DEFAULTS, smapem } from "../restore/smapem";
import type { TaskContext } from "../task/task";
import { backProjectWeighted } from "../tomography/back-project-weighted";
import type { Shape3 } from "../volume/shape";
import { withNoise } from "./data-set-a";
import { createRestorationBench, type RestorationBench, type RestorationOutcome } from "./restoration-bench";

/** The parts of the experiment, in the order of the thesis. */
export const RESTORATION_PARTS = [
  "denoisers",
  "beta",
  "energies",
  "transforms",
  "map-mmse",
  "noise",
  "maggioni",
  "competitors",
] as const;
export type RestorationPart = (typeof RESTORATION_PARTS)[number];

/** All that there are, with their names. */
export const RESTORATION_DENOISERS: readonly (readonly [DenoiserId, string])[] = [
  ["bm4d", "BM4D"],
  ["bm3d", "BM3D"],
  ["nl-bayes", "NL-Bayes"],
  ["nl-means", "NL-means"],
  ["diffusion", "diffusion"],
  ["tv", "TV"],
  ["gaussian", "Gaussian"],
];
/** Those of figure 2.3. */
const BETAS = [1.5e-5, 2e-5, 4e-5];
const ENERGIES: readonly (readonly [EnergyId, string])[] = [
  ["l2", "L2"],
  ["l1", "L1"],
  ["cc", "1 − CC"],
  ["psnr", "PSNR"],
  ["mi", "mutual information"],
];
const TRANSFORMS: readonly (readonly [TransformId, string])[] = [
  ["pp-fft", "Fourier, periodic part"],
  ["fft", "Fourier"],
  ["dct", "cosine"],
];
/** Of the projections that the competitors start from. */
const TILT_STEP_DEG = 2;
/** Their noise, as a share of their maximum: data lie from 0 to 1 in the thesis. */
const PROJECTION_NOISE = 0.17;

export interface RestorationInputs {
  /** Values from 0 to 1, the background 0. */
  readonly truth: Float32Array;
  readonly shape: Shape3;
  readonly parts: readonly RestorationPart[];
  /** Deviations of white noise: all for the part "noise". */
  readonly noises: readonly number[];
  /** That of the other parts. */
  readonly noise: number;
  /** Of the part "denoisers". */
  readonly denoisers: readonly DenoiserId[];
  /** About y. */
  readonly wedge: Wedge;
  readonly iterations: number;
  readonly burnIn: number;
  readonly seed: number;
  readonly backend: Backend;
}

/** How near one method came to the truth. */
export interface RestorationScore {
  readonly part: RestorationPart;
  readonly method: string;
  /** Deviation of the white noise; of the competitors' projections as a share of their maximum. */
  readonly noise: number;
  readonly psnrDb: number;
  /** With the truth over the missing wedge, from −1 to 1. */
  readonly correlation: number;
  readonly acceptanceRate: number | null;
  readonly curve: RestorationOutcome["curve"];
}

type Context = Pick<TaskContext<never>, "breathe" | "onProgress">;

/** One method to be run. */
interface Job {
  readonly part: RestorationPart;
  readonly method: string;
  readonly noise: number;
  run(): Promise<RestorationOutcome>;
}

/**
 * Runs the thesis's experiments on the restoration of synthetic data (section 2.6.1) and hands each score to `onScore` as soon as
 * it is there, so that what was done before a cancel is not lost. The same inputs and backend give the same scores. Takes the
 * time of a chain for each method: some 30 in all.
 */
export async function restorationExperiment(
  inputs: RestorationInputs,
  { breathe, onProgress }: Context,
  onScore: (score: RestorationScore) => void,
): Promise<void> {
  let done = 0;
  let iteration = 0;
  let note = "";
  const { iterations } = inputs;
  const bench = createRestorationBench({
    ...inputs,
    breathe,
    onIteration: () => onProgress({ done: done + ++iteration / iterations, total: jobs.length, note }),
  });
  const jobs = inputs.parts.flatMap((part) => JOBS_OF[part](inputs, bench, breathe));
  for (const job of jobs) {
    const { part, noise } = job;
    note = `${part}: ${job.method}`;
    iteration = 0;
    const { values, acceptanceRate, curve } = await job.run();
    onScore({ part, method: job.method, noise, ...bench.scoreOf(values), acceptanceRate, curve });
    done++;
  }
}

type JobsOf = (
  inputs: RestorationInputs,
  bench: RestorationBench,
  breathe: () => Promise<void>,
) => readonly Job[];

/** Returns what is made at its first use and kept. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Jobs on the truth behind the wedge with one level of noise. */
function onDegraded(part: RestorationPart, noise: number, bench: RestorationBench) {
  const measured = once(() => bench.degraded(noise));
  const sigma = bench.sigmaOf(noise);
  return (
    method: string,
    run: (measured: Float32Array, sigma: number) => Promise<RestorationOutcome>,
  ): Job => ({ part, method, noise, run: async () => run(await measured(), sigma) });
}

const asIs = async (values: Float32Array): Promise<RestorationOutcome> => ({
  values,
  acceptanceRate: null,
  curve: [],
});

const JOBS_OF: Readonly<Record<RestorationPart, JobsOf>> = {
  denoisers({ noise, denoisers }, bench) {
    const job = onDegraded("denoisers", noise, bench);
    return [
      job("input", asIs),
      ...RESTORATION_DENOISERS.filter(([id]) => denoisers.includes(id)).flatMap(([denoiser, name]) => [
        job(`${name} alone`, (measured, sigma) => bench.denoised(measured, sigma, denoiser)),
        job(`MWR with ${name}`, (measured, sigma) => bench.chain(measured, sigma, { denoiser })),
      ]),
    ];
  },
  beta({ noise }, bench) {
    const job = onDegraded("beta", noise, bench);
    return BETAS.map((beta) =>
      job(`β = ${beta}`, (measured, sigma) => bench.chain(measured, sigma, { beta })),
    );
  },
  energies({ noise }, bench) {
    const job = onDegraded("energies", noise, bench);
    return ENERGIES.map(([energy, name]) =>
      job(name, (measured, sigma) => bench.chain(measured, sigma, { energy })),
    );
  },
  transforms({ noise }, bench) {
    const job = onDegraded("transforms", noise, bench);
    return TRANSFORMS.map(([transform, name]) =>
      job(name, (measured, sigma) => bench.chain(measured, sigma, { transform })),
    );
  },
  "map-mmse"({ noise }, bench) {
    const job = onDegraded("map-mmse", noise, bench);
    const chain = once(async () => bench.chain(await bench.degraded(noise), bench.sigmaOf(noise)));
    return [
      job("MMSE (mean)", chain),
      job("MAP (most frequent)", async () => ({
        ...(await chain()),
        values: (await chain()).mode,
        curve: [],
      })),
    ];
  },
  noise({ noises }, bench) {
    return noises.flatMap((noise) => {
      const job = onDegraded("noise", noise, bench);
      return [
        job(`input, σ ${noise}`, asIs),
        job(`MWR with BM4D, σ ${noise}`, (measured, sigma) => bench.chain(measured, sigma)),
      ];
    });
  },
  maggioni({ noise, iterations }, bench) {
    const job = onDegraded("maggioni", noise, bench);
    return [
      job("MWR with BM4D", (measured, sigma) => bench.chain(measured, sigma)),
      job("Maggioni", (measured) => bench.maggioni(measured, noise || bench.sigmaOf(0))),
      job(`Maggioni, decay in ${iterations}`, (measured) =>
        bench.maggioni(measured, noise || bench.sigmaOf(0), iterations),
      ),
    ];
  },
  competitors: (inputs, bench, breathe) => competitors(inputs, bench, breathe),
};

/** All from the same projections: sMAPEM as they are, the others from their weighted back-projection (thesis 2.6.1, figure 2.8). */
function competitors(
  { truth, shape, wedge, seed, backend }: RestorationInputs,
  bench: RestorationBench,
  breathe: () => Promise<void>,
): readonly Job[] {
  const { minTiltDeg, maxTiltDeg } = wedge;
  const count = Math.floor((maxTiltDeg - minTiltDeg) / TILT_STEP_DEG + 1e-6) + 1;
  const tiltsDeg = Array.from({ length: count }, (_, i) => minTiltDeg + TILT_STEP_DEG * i);
  const spec = { shape, imageWidth: shape[2], tiltsDeg };
  const projections = once(async () => {
    const kernels = await backend.createTomographyKernels(spec);
    try {
      const images = await kernels.project(truth, breathe);
      const most = images.reduce((a, b) => Math.max(a, b), 0);
      return withNoise(images, PROJECTION_NOISE * most, seed);
    } finally {
      kernels.dispose();
    }
  });
  const reconstructed = once(async () => {
    const ramp = { weighting: "ramp", window: "none", thickness: shape[0] } as const;
    return backProjectWeighted(await projections(), spec, ramp, backend, breathe, () => {});
  });
  const sigma = once(async () => bench.sigmaOf(estimateSigma(await reconstructed(), shape)));
  const job = (method: string, run: () => Promise<RestorationOutcome>): Job => ({
    part: "competitors",
    method,
    noise: PROJECTION_NOISE,
    run,
  });
  return [
    job("weighted back-projection", async () => asIs(await reconstructed())),
    job("MWR with BM4D", async () => bench.chain(await reconstructed(), await sigma())),
    job("sMAPEM", async () =>
      asIs(await smapem(await projections(), spec, SMAPEM_DEFAULTS, backend, breathe)),
    ),
    job("Moisan's TV", async () => bench.moisan(await reconstructed(), lambdaOfSigma(await sigma()))),
    job("Kováčik's filter", async () => {
      const fourier = await backend.createFourier3(shape);
      try {
        return asIs(await kovacikFilter(await reconstructed(), [wedge], KOVACIK_WIDTH_DEG, fourier));
      } finally {
        fourier.dispose();
      }
    }),
  ];
}
