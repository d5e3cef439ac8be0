import type { VolumeSink, VolumeSpec } from "../volume/volume";

/** How far a task is. `preview` is what it can already show; its type is the operation's own. */
export interface Progress<Preview = unknown> {
  readonly done: number;
  readonly total: number;
  /** What is going on, in a few words: "tile 3 of 12". */
  readonly note: string;
  readonly preview?: Preview;
}

/**
 * What an operation may use of its surroundings. A loop calls `await breathe()` at least every 100 ms: it lets messages
 * in, and throws AbortError once the task is cancelled.
 */
export interface TaskContext<Preview = unknown> {
  readonly signal: AbortSignal;
  onProgress(progress: Progress<Preview>): void;
  breathe(): Promise<void>;
  /** Opens a volume for results. */
  createVolume(spec: VolumeSpec): Promise<VolumeSink>;
}
