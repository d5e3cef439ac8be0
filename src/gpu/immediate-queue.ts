import { type KernelRun, submissions } from "./paced-queue";

/** Long submissions freeze the screen; the design allows 100 ms. */
const TARGET_MS = 50;
/**
 * What a submission is tried with before the speed is known, and holds at least: 10 ms on a 1 TFLOP/s laptop. Without a least
 * size, a thread that is busy compiling would cut kernels ever finer, and be busy with that.
 */
const LEAST_FLOPS = 1e10;
/** The speed may rise by this much from one measurement to the next. */
const MAX_RISE = 4;
/** The speed is measured over times of this length; shorter ones say more about waiting than about speed. */
const SHORTEST_MS = 20;
const LONGEST_MS = 200;

/**
 * Submits kernels without waiting, for callers that cannot: all are queued at once, in pieces of about 50 ms, whatever the
 * speed of the GPU, which is learnt from what was submitted before.
 */
export function submitNow(device: GPUDevice, runs: readonly KernelRun[]): void {
  const pace = paces.get(device) ?? new Pace();
  paces.set(device, pace);
  for (const submission of submissions(device, runs, () => pace.flopsAtOnce)) {
    submission.submit();
    pace.sent(submission.flops, device.queue.onSubmittedWorkDone());
  }
}

const paces = new WeakMap<GPUDevice, Pace>();

/**
 * Learns the speed from when submissions are done. A busy thread hears of several at a time, so it counts what is done over
 * longer times; late news make the GPU look slower than it is, which only makes the pieces smaller.
 */
class Pace {
  flopsAtOnce = LEAST_FLOPS;
  #pending = 0;
  #since = 0;
  #doneFlops = 0;

  sent(flops: number, done: Promise<unknown>): void {
    if (this.#pending === 0) this.#restart();
    this.#pending++;
    // A lost device reports itself elsewhere.
    done.then(
      () => this.#finished(flops),
      () => {},
    );
  }

  #finished(flops: number): void {
    this.#pending--;
    this.#doneFlops += flops;
    const elapsedMs = performance.now() - this.#since;
    if (elapsedMs < (this.#pending === 0 ? SHORTEST_MS : LONGEST_MS)) return;
    const ideal = (this.#doneFlops * TARGET_MS) / elapsedMs;
    this.flopsAtOnce = Math.max(LEAST_FLOPS, Math.min(ideal, this.flopsAtOnce * MAX_RISE));
    this.#restart();
  }

  #restart(): void {
    this.#since = performance.now();
    this.#doneFlops = 0;
  }
}
