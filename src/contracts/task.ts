import type { Progress } from "../core/task/task";

/** Crosses the worker boundary as a comlink proxy. */
export type ProgressListener<Preview = unknown> = (progress: Progress<Preview>) => void;
