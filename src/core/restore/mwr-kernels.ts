import type { Shape3 } from "../volume/shape";

export type DenoiserId = "gaussian" | "tv" | "nl-means" | "diffusion" | "nl-bayes" | "bm3d" | "bm4d";

/** How BM4D looks for similar cubes: within 3 voxels ("lc", of missing-wedge restoration), or within 5 ("np"). */
export type Bm4dProfileId = "lc" | "np";

export interface DenoiserSpec {
  readonly id: DenoiserId;
  /** Of BM4D alone; "lc" where absent. */
  readonly profile?: Bm4dProfileId;
  /** Whether BM4D's second, Wiener stage follows; not where absent. */
  readonly wiener?: boolean;
}

/** "pp-fft" projects the periodic part of the measured volume, which has no jump at the borders; the others take it as it is. */
export type TransformId = "fft" | "pp-fft" | "dct";

/** What the difference between a sample and the measured volume is told by (math.md §2, step 4). */
export type EnergyId = "l2" | "l1" | "cc" | "psnr" | "mi";

export interface MwrKernelSpec {
  readonly shape: Shape3;
  /**
   * How much of each coefficient was measured: 1 where the microscope did, 0 in the missing wedge, between on a soft border;
   * half spectrum [nz, ny, nx/2 + 1] in unshifted FFT order. For "dct" the coefficients [nz, ny, nx]. A volume is
   * degraded by the wedge by multiplying its coefficients with these.
   */
  readonly sampled: ArrayLike<number>;
  /** The measured volume, scaled so that its robust range is 1 wide. */
  readonly measured: Float32Array;
  readonly transform: TransformId;
  readonly denoiser: DenoiserSpec;
  readonly energy: EnergyId;
  /** The sign that voxels of a denoised proposal may have: those of the other become 0, the background's level. Any where absent. */
  readonly sign?: "positive" | "negative";
  /** Called within long steps, at least every 100 ms where the backend can; it may throw to cancel. */
  breathe(): Promise<void>;
}

/** What a proposal has come to. */
export interface MwrOutcome {
  /** The energy of the current sample afterwards. */
  readonly energy: number;
  readonly accepted: boolean;
}

/** What decisions leave behind beside the volumes; with these a chain goes on where it was. */
export interface MwrDecisionState {
  readonly energy: number;
  /** For how many samples in a row the current one has been accumulated, and the longest such run. */
  readonly run: number;
  readonly longestRun: number;
}

/**
 * The steps of one iteration of the chain (math.md §2), each on volumes of the shape given. A backend may keep its arrays
 * where it likes: volumes are handles that only the kernels that made them understand. A step may return before it
 * is done, as on a GPU, whose queue keeps the order; what reads waits.
 */
export interface MwrKernels<Handle = unknown> {
  allocate(): Handle;
  /** out = x + sigma · n, with n standard normal from Philox keyed by (seed, iteration), counter = voxel index. */
  addNoise(x: Handle, sigma: number, seed: number, iteration: number, out: Handle): Promise<void>;
  /** z = (1 − sampled) · z + sampled · measured for each coefficient, so that those sampled wholly are the measured ones. */
  project(z: Handle): Promise<void>;
  /** out = z denoised, then held to the sign of the specification. */
  denoise(z: Handle, sigma: number, out: Handle): Promise<void>;
  /** Takes the energy of x for that of the current sample, with no run yet; an outcome like the others, accepted. */
  begin(x: Handle): Promise<void>;
  /** Copies the proposal to `current` if its energy exceeds that of the current sample by less than `slack`. */
  decide(proposal: Handle, current: Handle, slack: number): Promise<void>;
  /** Returns what `begin` and `decide` came to since the last call, oldest first. */
  outcomes(): Promise<readonly MwrOutcome[]>;
  /**
   * Welford's update of mean and sum of squares by the sample x, the n-th (from 1); copies it to `mode` if it has by now been
   * the sample for more times in a row than any before.
   */
  accumulate(x: Handle, n: number, mean: Handle, m2: Handle, mode: Handle): Promise<void>;
  copy(from: Handle, to: Handle): Promise<void>;
  load(values: Float32Array, to: Handle): Promise<void>;
  read(from: Handle): Promise<Float32Array<ArrayBuffer>>;
  /** Returns the section z of a volume, for a preview. */
  readSection(from: Handle, z: number): Promise<Float32Array<ArrayBuffer>>;
  readDecisions(): Promise<MwrDecisionState>;
  loadDecisions(state: MwrDecisionState): Promise<void>;
  dispose(): void;
}
