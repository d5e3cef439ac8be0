import { AbortError } from "../src/core/errors";

export interface JobQueue {
  /** Runs `work` once the jobs before it have ended; rejects with AbortError if it is cancelled before or meanwhile. */
  run<Result>(jobId: string, work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  /** Aborts the signal of a job; one that waits for its turn rejects at once. Unknown jobs have ended already. */
  cancel(jobId: string): void;
}

/** Returns a queue that runs one job at a time, in the order of their calls. */
export function createJobQueue(): JobQueue {
  const controllers = new Map<string, AbortController>();
  let last: Promise<unknown> = Promise.resolve();

  return {
    run(jobId, work) {
      const controller = new AbortController();
      const { signal } = controller;
      controllers.set(jobId, controller);
      let started = false;
      const cancelledInTheQueue = new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => {
          if (!started) reject(new AbortError());
        });
      });
      const turn = last.then(() => {
        started = true;
        if (signal.aborted) throw new AbortError();
        return work(signal);
      });
      last = turn.catch(() => {});
      return Promise.race([turn, cancelledInTheQueue]).finally(() => controllers.delete(jobId));
    },
    cancel: (jobId) => controllers.get(jobId)?.abort(),
  };
}
