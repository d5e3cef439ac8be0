import type { BackendId } from "../src/core/backend";

export interface BenchOptions {
  readonly backend?: string;
}

/** One number, and the same of a peer in the same run; a ratio above 1 means faster (or better) than the peer. */
export interface BenchResult {
  readonly name: string;
  readonly backend: BackendId;
  readonly value: number;
  readonly unit: string;
  readonly peer: string;
  /** Null where the peer is not at hand. */
  readonly peerValue: number | null;
  readonly ratio: number | null;
  /** Whether the results were checked, before anything was timed, and right. */
  readonly correct: boolean;
  /** What else was seen, for reading. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export type Bench = (options: BenchOptions) => Promise<BenchResult>;

/** Returns the middle value, the upper one of two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** Returns a value to four digits: timings tell no more. */
export function round(value: number): number {
  return Number(value.toPrecision(4));
}
