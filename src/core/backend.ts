import type { Fourier3 } from "./fourier/fourier3";
import type { Labelled } from "./nn/labelled";
import type { Model } from "./nn/model";
import type { MwrKernelSpec, MwrKernels } from "./restore/mwr-kernels";
import type { TomographyKernels, TomographySpec } from "./tomography/tomography-kernels";
import type { NetworkTrainer, TrainerSpec } from "./train/trainer";
import type { Box, Shape3 } from "./volume/shape";

export type BackendId = "webgpu" | "wasm" | "reference";

type TileBytes = (shape: Shape3, core: Box) => number;

/**
 * A network ready to run on one backend. `predict` returns the class probabilities of the voxels of `core`, a box of the
 * tile with corners on multiples of 4, as f32 [core z, y, x, class], class fastest. The tile is normalized f32 of
 * `shape`, its sides multiples of 4; what lies beyond it counts as zero padding. Memory is bounded by `predictBytes`.
 * `breathe` is called at least every 100 ms with how much of the tile is done (0…1) and may throw to cancel; the executor
 * stays usable afterwards. An executor that finishes the core section by section calls `onSection` for each, in order of z.
 */
export interface NetworkExecutor {
  readonly classCount: number;
  /** Bytes that `predict` needs beside its input and output. */
  readonly predictBytes: TileBytes;
  predict(
    tile: Float32Array,
    shape: Shape3,
    core: Box,
    breathe: (fraction: number) => Promise<void>,
    onSection?: (z: number, probabilities: Float32Array) => void,
  ): Promise<Float32Array>;
  /** Returns the bytes that `label` needs, likewise; a GPU tries first in which precision it may keep features. */
  labelBytes(): Promise<TileBytes>;
  /** As `predict`, but labels with their probabilities: all that a label map needs, and a fraction of the bytes. */
  label(
    tile: Float32Array,
    shape: Shape3,
    core: Box,
    breathe: (fraction: number) => Promise<void>,
    onSection?: (z: number, labelled: Labelled) => void,
  ): Promise<Labelled>;
  dispose(): void;
}

/** One way to compute: the reference in TypeScript, WebAssembly, or WebGPU. All give the same numbers up to rounding. */
export interface Backend {
  readonly id: BackendId;
  /** For the status bar: the adapter's name, or "WebAssembly SIMD, 2 threads". */
  readonly description: string;
  /** A tile's memory stays below this. */
  readonly budgetBytes: number;
  createNetwork(model: Model): Promise<NetworkExecutor>;
  /** Throws ComputeError "bad-input" if the weights do not fit. */
  createTrainer(spec: TrainerSpec): Promise<NetworkTrainer>;
  createMwrKernels(spec: MwrKernelSpec): Promise<MwrKernels>;
  createTomographyKernels(spec: TomographySpec): Promise<TomographyKernels>;
  createFourier3(shape: Shape3): Promise<Fourier3>;
  dispose(): void;
}

/** What the start-up self-test found of one backend. */
export interface BackendReport {
  readonly id: BackendId;
  readonly description: string;
  readonly usable: boolean;
  /** A software adapter, slower than WASM: for tests, chosen only on request. */
  readonly software: boolean;
  /** One sentence: why it is not used, or what it costs. */
  readonly note: string;
  /** Largest difference from the stored probabilities; null where it could not run. */
  readonly selfTestError: number | null;
}

export interface BackendStatus {
  readonly chosen: BackendId;
  readonly reports: readonly BackendReport[];
}
