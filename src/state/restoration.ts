import type { MwrTracePoint } from "../core/operations/results";
import type { MwrPreviewKind } from "../core/restore/mwr-control";
import type { Box } from "../core/volume/shape";
import type { ShellStore } from "./shell";

/** A restoration on its way, or how it went. */
export interface Restoration {
  /** Names its chain, which the compute worker keeps so that it can go on. */
  readonly chainId: string;
  readonly jobId: string;
  readonly volumeId: string;
  readonly box: Box | null;
  readonly phase: "running" | "paused" | "finishing" | "done" | "cancelled" | "failed";
  /** As it was begun. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The length of the chain, as it is wanted by now. */
  readonly iterations: number;
  readonly burnIn: number;
  /** β as the user set it while it ran; null as long as the chain has its own. */
  readonly beta: number | null;
  /** What the preview is to show, and what it shows: mean and deviation need samples first. */
  readonly preview: MwrPreviewKind;
  readonly shown: MwrPreviewKind;
  readonly trace: readonly MwrTracePoint[];
  /** How far the running mean has moved since the slice before, as a part of its own deviation, by iteration. */
  readonly changes: ReadonlyMap<number, number>;
  /** How many blocks are finished, of how many; null where it is done in one piece. */
  readonly blocks: { readonly done: number; readonly count: number } | null;
  /** Rises with each new preview (its pixels are kept outside). */
  readonly previewRevision: number;
  /** Whether the chain, which has ended, can go on. */
  readonly isKept: boolean;
  readonly wasPaused: boolean;
  /** The volumes it gave, by the names they were given at first. */
  readonly resultIds: Readonly<Record<string, string>>;
}

/** Changes some fields of the restoration; without one it does nothing. */
export function patchRestoration(store: ShellStore, patch: Partial<Restoration>): void {
  store.setState(({ restoration }) => ({ restoration: restoration && { ...restoration, ...patch } }));
}

/** Tells whether the method takes samples, so that there is a chain to look at and to steer. */
export function takesSamples({ params }: Pick<Restoration, "params">): boolean {
  return params.method === "mwr";
}

/** Tells whether something is kept where it is stopped: samples, or blocks. */
export function keepsWhenStopped(restoration: Pick<Restoration, "params" | "blocks">): boolean {
  return takesSamples(restoration) || restoration.blocks !== null;
}

type UnderWay = "running" | "paused" | "finishing";

/** Tells whether the chain can still be steered. */
export function isUnderWay(
  restoration: Restoration | null,
): restoration is Restoration & { readonly phase: UnderWay } {
  const phase = restoration?.phase;
  return phase === "running" || phase === "paused" || phase === "finishing";
}
