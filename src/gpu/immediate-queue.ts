import { type KernelRun, Submission } from "./paced-queue";

/** Long submissions freeze the screen; the design allows 100 ms. */
const TARGET_MS = 30;
/**
 * What a submission is tried with before the speed is known, and holds at least: 10 ms on a 1 TFLOP/s laptop. Without a least
 * size, a thread that is busy compiling would cut kernels ever finer, and be busy with that.
 */
const LEAST_FLOPS = 1e10;
/** The speed may rise by this much from one measurement to the next. */
const MAX_RISE = 4;
const AHEAD_MS = 100;
/** The speed is measured over times of this length; shorter ones say more about waiting than about speed. */
const SHORTEST_MS = 20;
const LONGEST_MS = 200;

/**
 * Records kernels for the queue without waiting, for callers that cannot: they are submitted in pieces of about 30 ms, as a
 * submission of its own for each would take longer than many of them run. Before anything else that needs them is
 * submitted, call `flushNow`.
 */
export function submitNow(device: GPUDevice, runs: readonly KernelRun[]): void {
  const recorder = recorders.get(device) ?? new Recorder(device);
  recorders.set(device, recorder);
  for (const run of runs) recorder.record(run);
}

/** Submits what is recorded. */
export function flushNow(device: GPUDevice): void {
  recorders.get(device)?.flush();
}

/** Resolves when nothing older than 100 ms is on its way: the GPU never waits, and a cancel not for long. */
export async function keepUp(device: GPUDevice): Promise<void> {
  await recorders.get(device)?.keepUp();
}

const recorders = new WeakMap<GPUDevice, Recorder>();

class Recorder {
  /** Submissions on their way, oldest first. */
  readonly #ahead: { readonly sentMs: number; readonly done: Promise<void> }[] = [];
  readonly #device: GPUDevice;
  readonly #pace = new Pace();
  readonly #submission: Submission;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#submission = new Submission(device);
  }

  record(run: KernelRun): void {
    for (let from = 0; from < run.slabs; ) {
      const to = this.#submission.encode(run, from, this.#pace.flopsAtOnce);
      if (to === from) this.flush();
      from = to;
    }
  }

  flush(): void {
    const { flops } = this.#submission;
    if (flops === 0) return;
    this.#submission.submit();
    // A lost device reports itself elsewhere.
    const done = this.#device.queue.onSubmittedWorkDone().catch(() => {});
    this.#pace.sent(flops, done);
    const sent = { sentMs: performance.now(), done };
    this.#ahead.push(sent);
    done.then(() => this.#ahead.splice(this.#ahead.indexOf(sent), 1));
  }

  async keepUp(): Promise<void> {
    const oldest = this.#ahead[0];
    if (oldest && performance.now() - oldest.sentMs > AHEAD_MS) await oldest.done;
  }
}

/**
 * Learns the speed from when submissions are done. A busy thread hears of several at a time, so it counts what is done over
 * longer times; late news make the GPU look slower than it is, which only makes the pieces smaller.
 */
class Pace {
  flopsAtOnce = LEAST_FLOPS;
  #pending = 0;
  #since = 0;
  #doneFlops = 0;

  sent(flops: number, done: Promise<void>): void {
    if (this.#pending === 0) this.#restart();
    this.#pending++;
    done.then(() => this.#finished(flops));
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
