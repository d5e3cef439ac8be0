/**
 * The control block that the coordinator and its threads share: int32 slots, then the kernel's arguments as f64, then the
 * message of a thread that failed (UTF-16, its length first). Sent to the threads, which know no other layout.
 */
export const THREAD_CONTROL = {
  /** Rises by one for each job; threads sleep on it. */
  job: 0,
  stop: 1,
  /** Index of the kernel among the sorted names of the module's exports. */
  kernel: 2,
  argCount: 3,
  items: 4,
  /** The next item that nobody has taken. */
  next: 5,
  /** How many threads are through with the job. */
  finished: 6,
  failed: 7,
  ints: 8,
  argsOffset: 64,
  args: 32,
  messageOffset: 320,
  messageUnits: 256,
  bytes: 1024,
} as const;
