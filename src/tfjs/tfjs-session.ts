/** tfjs running on one of its backends with a set of our kernels, for one trainer. */
export interface TfjsSession {
  /** Makes this tfjs's backend and kernels; every synchronous piece of work begins with it, as sessions may take turns. */
  activate(): void;
  /** Resolves when the backend is at most a few kernels behind. */
  keepUp(): Promise<void>;
  /** Runs work and throws what the device found wrong in it; `doing` completes "The GPU failed while …". */
  guard<Result>(doing: string, work: () => Promise<Result>): Promise<Result>;
  dispose(): void;
}
