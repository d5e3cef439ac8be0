import { MOST_UNIFORMS_UNSUBMITTED, uniformBinding } from "./uniform-ring";

/** What a kernel may use while it puts its dispatches into a pass. */
interface Encoding {
  readonly pass: GPUComputePassEncoder;
  /** Returns a uniform binding of these values that holds until the submission. */
  uniform(values: ArrayBuffer): GPUBufferBinding;
}

/** Work for the queue: `slabs` pieces, any run of which can be dispatched at once. */
export interface KernelRun {
  readonly flops: number;
  readonly slabs: number;
  /** Dispatches the slabs from `from`, included, to `to`, excluded. */
  encode(encoding: Encoding, from: number, to: number): void;
}

/** Long submissions freeze the screen, and drivers end those of seconds; the design allows 100 ms. */
const TARGET_MS = 50;
/** What a submission is tried with before the speed is known: 10 ms on a 1 TFLOP/s laptop. */
const FIRST_FLOPS = 1e10;
const FIRST_FLOPS_SOFTWARE = 5e7;
/** The speed may rise by this much from one submission to the next, so that one lucky timing does not spoil the pace. */
const MAX_RISE = 4;

/**
 * Submits kernels in pieces of about 50 ms, whatever the speed of the GPU: it learns the speed from the pieces before.
 * While one piece runs the next is on its way, so that the GPU does not wait; not even between the runs of `submit`.
 */
export class PacedQueue {
  readonly #device: GPUDevice;
  #flopsPerSubmission: number;
  /** Resolves when the GPU has done the newest piece. */
  #newest: Promise<void> = Promise.resolve();
  #newestEnd = 0;

  constructor(device: GPUDevice, isSoftware: boolean) {
    this.#device = device;
    this.#flopsPerSubmission = isSoftware ? FIRST_FLOPS_SOFTWARE : FIRST_FLOPS;
  }

  /** As `submit`, but resolves when the GPU is done. */
  async run(runs: readonly KernelRun[], breathe: (fraction: number) => Promise<void>): Promise<void> {
    await this.submit(runs, breathe);
    await this.#newest;
  }

  /**
   * Submits the kernels in order and resolves when the last is on its way; what is submitted afterwards finds their results.
   * After every submission it calls `breathe` with how much is done (0…1); that may throw, and the rest is not submitted. Only
   * one call at a time.
   */
  async submit(runs: readonly KernelRun[], breathe: (fraction: number) => Promise<void>): Promise<void> {
    const allFlops = runs.reduce((sum, { flops }) => sum + flops, 0);
    let doneFlops = 0;
    for (const submission of submissions(this.#device, runs, () => this.#flopsPerSubmission)) {
      const before = this.#newest;
      const { flops } = submission;
      this.#send(submission, () => {
        doneFlops += flops;
      });
      await before;
      await breathe(doneFlops / allFlops);
    }
  }

  #send(submission: Submission, onDone: () => void): void {
    const { flops } = submission;
    const start = performance.now();
    submission.submit();
    this.#newest = this.#device.queue.onSubmittedWorkDone().then(() => {
      const now = performance.now();
      this.#learn(flops, now - Math.max(start, this.#newestEnd));
      this.#newestEnd = now;
      onDone();
    });
    this.#newest.catch(() => {}); // awaited by the next piece or by `run`, unless `breathe` throws
  }

  #learn(flops: number, milliseconds: number): void {
    const ideal = flops * (TARGET_MS / Math.max(milliseconds, 0.1));
    this.#flopsPerSubmission = Math.min(ideal, this.#flopsPerSubmission * MAX_RISE);
  }
}

/** Cuts kernels into submissions of as many operations as `flopsAtOnce` tells at the time. */
function* submissions(
  device: GPUDevice,
  runs: readonly KernelRun[],
  flopsAtOnce: () => number,
): Generator<Submission> {
  const submission = new Submission(device);
  for (const run of runs)
    for (let from = 0; from < run.slabs; ) {
      const to = submission.encode(run, from, flopsAtOnce());
      if (to === from) yield submission;
      from = to;
    }
  if (submission.flops > 0) yield submission;
}

/** Dispatches that are recorded and go to the queue together; then it begins anew. */
export class Submission {
  flops = 0;
  readonly #device: GPUDevice;
  #recording: { readonly encoder: GPUCommandEncoder; readonly pass: GPUComputePassEncoder } | null = null;
  #uniforms = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * Records slabs of a kernel from `from` on, as far as all that is recorded stays below `mostFlops`, and at least one where
   * nothing is. Returns the first that is not recorded: `from` where it is full.
   */
  encode(run: KernelRun, from: number, mostFlops: number): number {
    const perSlab = run.flops / run.slabs;
    const fits = Math.floor((mostFlops - this.flops) / perSlab);
    const isEmpty = this.#recording === null;
    if (!isEmpty && (fits < 1 || this.#uniforms > MOST_UNIFORMS_UNSUBMITTED / 2)) return from;
    const to = Math.min(run.slabs, from + Math.max(1, fits));
    this.#recording ??= this.#begin();
    const uniform = (values: ArrayBuffer) => {
      this.#uniforms++;
      return uniformBinding(this.#device, values);
    };
    run.encode({ pass: this.#recording.pass, uniform }, from, to);
    this.flops += (to - from) * perSlab;
    return to;
  }

  submit(): void {
    if (!this.#recording) return;
    const { encoder, pass } = this.#recording;
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
    this.#recording = null;
    this.#uniforms = 0;
    this.flops = 0;
  }

  #begin() {
    const encoder = this.#device.createCommandEncoder();
    return { encoder, pass: encoder.beginComputePass() };
  }
}
