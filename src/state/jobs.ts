import { createStore, type StoreApi } from "zustand/vanilla";

type JobPhase = "running" | "done" | "failed" | "cancelled";

/** One run of an operation, or the reading of a file, and how far it is. */
export interface Job {
  readonly id: string;
  /** An operation's id, or "read" of a file, or "image" of a cell that follows its controls. */
  readonly operation: string;
  /** What the status bar says is going on: "restoring". */
  readonly doing: string;
  /** The volume it works on, if any. */
  readonly volumeId: string | null;
  readonly phase: JobPhase;
  readonly done: number;
  readonly total: number;
  readonly note: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** Whether it waits for the user; it is running all the same. */
  readonly paused: boolean;
  /** Since when, and from how much done, its pace is told. */
  readonly paceSince: { readonly at: number; readonly done: number };
  /** One sentence that says what to do. */
  readonly error: string | null;
}

export interface JobsState {
  readonly jobs: readonly Job[];
}

export type JobsStore = StoreApi<JobsState>;

/** Finished jobs beyond this are forgotten. */
const KEPT_JOBS = 30;

/** Returns the store of what runs and ran. */
export function createJobsStore(): JobsStore {
  return createStore<JobsState>(() => ({ jobs: [] }));
}

/** Adds a running job. */
export function startJob(
  store: JobsStore,
  job: Pick<Job, "id" | "operation" | "doing" | "volumeId" | "startedAt">,
): void {
  const fresh: Job = {
    ...job,
    phase: "running",
    done: 0,
    total: 0,
    note: "",
    endedAt: null,
    paused: false,
    paceSince: { at: job.startedAt, done: 0 },
    error: null,
  };
  store.setState(({ jobs }) => ({ jobs: [...jobs, fresh].slice(-KEPT_JOBS) }));
}

/** Changes some fields of a job. */
export function patchJob(store: JobsStore, id: string, patch: Partial<Job>): void {
  store.setState(({ jobs }) => ({ jobs: jobs.map((job) => (job.id === id ? { ...job, ...patch } : job)) }));
}

/** Returns the newest job of an operation, or null. */
export function lastJob(jobs: readonly Job[], operation: string): Job | null {
  return jobs.findLast((job) => job.operation === operation) ?? null;
}

/** Returns the job that the status bar speaks of: the first that runs, computing before reading. */
export function currentJob(jobs: readonly Job[]): Job | null {
  const running = jobs.filter((job) => job.phase === "running");
  return running.find((job) => job.operation !== "read") ?? running[0] ?? null;
}

/** Returns the seconds that are left at the pace so far; null while it cannot be told. */
export function secondsLeft(job: Job, now: number): number | null {
  const elapsed = (now - job.paceSince.at) / 1000;
  const done = job.done - job.paceSince.done;
  if (job.phase !== "running" || job.paused || job.total <= 0 || done <= 0 || elapsed < 1) return null;
  return Math.max(0, (elapsed * (job.total - job.done)) / done);
}
