import type { Backend } from "../backend";
import { applyWedge } from "../fourier/apply-wedge";
import { dctWedgeWeights } from "../fourier/dct-wedge";
import { type Wedge, wedgeMask } from "../fourier/wedge";
import { psnrDb } from "../metrics/psnr";
import { spectralCorrelation } from "../metrics/spectral-correlation";
import { energyPerSquare, varianceOf } from "../restore/energies";
import { restoreByMaggioni } from "../restore/maggioni";
import { restoreByMoisan } from "../restore/moisan-tv";
import { restoreMissingWedge } from "../restore/mwr";
import type { DenoiserId, EnergyId, MwrKernels, TransformId } from "../restore/mwr-kernels";
import type { Shape3 } from "../volume/shape";
import { withNoise } from "./data-set-a";

/** Below this proposals differ too little from the sample to fill the wedge in reasonable time. */
const LEAST_SIGMA = 0.05;
const DEFAULT_BETA = 4e-5;

/** What a restoration came to. */
export interface RestorationOutcome {
  readonly values: Float32Array;
  /** Of all proposals; null where nothing is proposed. */
  readonly acceptanceRate: number | null;
  /** PSNR in dB after each iteration: of the sample during burn-in, of the mean so far afterwards; none where there is no truth to ask. */
  readonly curve: readonly number[];
}

export interface ChainOptions {
  readonly denoiser?: DenoiserId;
  readonly transform?: TransformId;
  readonly energy?: EnergyId;
  /** Fixed; raised as needed from 4·10⁻⁵ on where absent. */
  readonly beta?: number;
}

interface BenchInputs {
  readonly truth: Float32Array;
  readonly shape: Shape3;
  readonly wedge: Wedge;
  readonly iterations: number;
  readonly burnIn: number;
  readonly seed: number;
  readonly backend: Backend;
  readonly breathe: () => Promise<void>;
  /** Told after each iteration of a method. */
  readonly onIteration: () => void;
}

/** Where methods are tried on volumes whose truth is known. */
export type RestorationBench = ReturnType<typeof createRestorationBench>;

/** Returns what restores degraded volumes of one truth by each method, and scores them. */
export function createRestorationBench(inputs: BenchInputs) {
  const { truth, shape, wedge, iterations, burnIn, seed, backend, breathe, onIteration } = inputs;
  const sampled = wedgeMask(shape, wedge);
  const missing = sampled.map((measured) => 1 - measured);
  const psnrOf = (values: Float32Array) => psnrDb(truth, values);

  async function withKernels<Result>(
    measured: Float32Array,
    { denoiser = "bm4d", transform = "pp-fft", energy = "l2" }: ChainOptions,
    use: (kernels: MwrKernels) => Promise<Result>,
  ): Promise<Result> {
    const kernels = await backend.createMwrKernels({
      shape,
      sampled: transform === "dct" ? dctWedgeWeights(shape, [wedge]) : sampled,
      measured,
      transform,
      denoiser: { id: denoiser },
      energy,
      breathe,
    });
    try {
      return await use(kernels);
    } finally {
      kernels.dispose();
    }
  }

  return {
    /** The truth with white noise, behind the wedge. */
    async degraded(noise: number): Promise<Float32Array> {
      const fourier = await backend.createFourier3(shape);
      try {
        return await applyWedge(withNoise(truth, noise, seed), sampled, fourier);
      } finally {
        fourier.dispose();
      }
    },

    sigmaOf: (noise: number) => Math.max(LEAST_SIGMA, noise),

    scoreOf: (values: Float32Array) => ({
      psnrDb: psnrOf(values),
      correlation: spectralCorrelation(truth, values, shape, missing),
    }),

    /** One denoising, without the wedge in mind. */
    denoised: (measured: Float32Array, sigma: number, denoiser: DenoiserId): Promise<RestorationOutcome> =>
      withKernels(measured, { denoiser }, async (kernels) => {
        const [from, to] = [kernels.allocate(), kernels.allocate()];
        await kernels.load(measured, from);
        await kernels.denoise(from, sigma, to);
        const values = await kernels.read(to);
        return { values, acceptanceRate: null, curve: [psnrOf(values)] };
      }),

    /** The Monte Carlo chain: its mean, and the sample that was kept longest. */
    chain: (
      measured: Float32Array,
      sigma: number,
      options: ChainOptions = {},
    ): Promise<RestorationOutcome & { readonly mode: Float32Array }> =>
      withKernels(measured, options, async (kernels) => {
        const curve: number[] = [];
        const note = async (handle: unknown) => {
          curve.push(psnrOf(await kernels.read(handle)));
          onIteration();
        };
        const watched: MwrKernels = {
          ...kernels,
          async decide(proposal, current, slack) {
            await kernels.decide(proposal, current, slack);
            if (curve.length < burnIn) await note(current);
          },
          async accumulate(x, n, mean, m2, mode) {
            await kernels.accumulate(x, n, mean, m2, mode);
            await note(mean);
          },
        };
        const { beta = DEFAULT_BETA, energy = "l2" } = options;
        const settings = {
          iterations,
          burnIn,
          sigma,
          beta,
          autoBeta: options.beta === undefined,
          seed,
          energyPerSquare: energyPerSquare(energy, sigma, varianceOf(measured)),
        };
        const { mean, mode, acceptanceRate } = await restoreMissingWedge(
          watched,
          measured,
          settings,
          breathe,
        );
        return { values: mean, mode, acceptanceRate, curve };
      }),

    /** `decayIterations` as in `MaggioniSettings`. */
    maggioni: (
      measured: Float32Array,
      sigma: number,
      decayIterations?: number,
    ): Promise<RestorationOutcome> =>
      withKernels(measured, {}, async (kernels) => {
        const curve: number[] = [];
        const settings = {
          iterations,
          sigma,
          seed,
          ...(decayIterations !== undefined && { decayIterations }),
        };
        const values = await restoreByMaggioni(kernels, measured, settings, breathe, async (_, readMean) => {
          curve.push(psnrOf(await readMean()));
          onIteration();
        });
        return { values, acceptanceRate: null, curve };
      }),

    moisan: (measured: Float32Array, lambda: number): Promise<RestorationOutcome> =>
      withKernels(measured, { denoiser: "tv" }, async (kernels) => {
        const curve: number[] = [];
        const settings = { iterations, lambda };
        const values = await restoreByMoisan(kernels, measured, settings, breathe, async (_, readSample) => {
          curve.push(psnrOf(await readSample()));
          onIteration();
        });
        return { values, acceptanceRate: null, curve };
      }),
  };
}
