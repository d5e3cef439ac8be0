import type { Shape3 } from "../volume/shape";

export type DenoiserId = "gaussian" | "bm4d";

export interface MwrKernelSpec {
  readonly shape: Shape3;
  /** 1 where the microscope measured, 0 in the missing wedge; half spectrum [nz, ny, nx/2 + 1] in unshifted FFT order. */
  readonly sampled: Uint8Array;
  /** The measured volume, scaled so that its robust range is 1 wide; its periodic part is what gets projected. */
  readonly measured: Float32Array;
  readonly denoiser: DenoiserId;
  /** Called within long steps, at least every 100 ms where the backend can; it may throw to cancel. */
  breathe(): Promise<void>;
}

/**
 * The steps of one iteration of the chain (math.md §2), each on volumes of the shape given. A backend may keep its arrays
 * where it likes: volumes are handles that only the kernels that made them understand.
 */
export interface MwrKernels<Handle = unknown> {
  allocate(): Handle;
  /** out = x + sigma · n, with n standard normal from Philox keyed by (seed, iteration), counter = voxel index. */
  addNoise(x: Handle, sigma: number, seed: number, iteration: number, out: Handle): Promise<void>;
  /** Replaces the sampled coefficients of z by those of the measured volume. */
  project(z: Handle): Promise<void>;
  denoise(z: Handle, sigma: number, out: Handle): Promise<void>;
  /** Mean squared difference between z and the measured volume over the sampled coefficients, per voxel. */
  energyL2(z: Handle): Promise<number>;
  copy(from: Handle, to: Handle): Promise<void>;
  /** Welford's update of mean and sum of squares by the sample x, the n-th (from 1). */
  accumulate(x: Handle, n: number, mean: Handle, m2: Handle): Promise<void>;
  load(values: Float32Array, to: Handle): Promise<void>;
  read(from: Handle): Promise<Float32Array<ArrayBuffer>>;
  dispose(): void;
}
