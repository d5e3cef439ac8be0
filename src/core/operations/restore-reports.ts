import type { MwrPreviewKind } from "../restore/mwr-control";
import type { BetaChange } from "../restore/mwr-state";
import type { RobustScale } from "../restore/robust-scale";
import type { MwrListener, MwrView } from "../restore/run-mwr";
import type { TaskContext } from "../task/task";
import { type Shape3, voxelCount } from "../volume/shape";
import type { MwrTracePoint, RestorePreview } from "./results";

/** About this many voxels are worked on between two reports and, where no clock says when they are due, two slices. */
const VOXELS_PER_REPORT = 130_000;
const VOXELS_PER_SLICE = 1_300_000;
/** A GPU does more in the same time, and each report waits for it. */
const GPU_FACTOR = 50;

/** Which block of how many is worked on. */
export interface RestorePart {
  readonly index: number;
  readonly count: number;
  /** Iterations of those before it. */
  readonly done: number;
}

export interface ReportedRun {
  readonly shape: Shape3;
  readonly scale: RobustScale;
  readonly part: RestorePart;
  readonly isOnGpu: boolean;
  /** Whether a clock says when reports are due. */
  readonly isClocked: boolean;
  readonly context: Pick<TaskContext<RestorePreview>, "onProgress">;
}

/** Returns a listener that reports a chain's progress, and now and then the middle section of what is asked for in grey values. */
export function createChainReports(run: ReportedRun): MwrListener {
  const { shape, part, isOnGpu, isClocked, context } = run;
  const pace = isOnGpu ? GPU_FACTOR : 1;
  const every = (voxels: number, most: number) =>
    Math.min(pace * most, Math.max(1, Math.round((pace * voxels) / voxelCount(shape))));
  // What a clock asks each time costs nothing where no queue is waited for.
  const reportEvery = isClocked && !isOnGpu ? 1 : every(VOXELS_PER_REPORT, 4);
  const sliceEvery = every(VOXELS_PER_SLICE, 20);
  const readSlice = createSlices(run);
  let accepted = 0;
  let told = 0;
  return {
    every: reportEvery,
    async onReport(points, view) {
      const { iteration, iterations, isRest } = view;
      accepted += points.filter((point) => point.accepted).length;
      told += points.length;
      const share = Math.round((100 * accepted) / Math.max(1, told));
      const wantsSlice = isClocked || isRest || iteration === 1 || iteration % sliceEvery < reportEvery;
      // Of blocks, the trace counts on.
      const trace = points.map((point) => ({
        ...point,
        iteration: point.iteration + part.done,
      }));
      context.onProgress({
        done: part.done + iteration,
        total: part.done + (part.count - part.index) * iterations,
        note: `${blockNote(part)}iteration ${iteration} of ${iterations}, ${share} % accepted`,
        preview: { trace, ...(wantsSlice && (await readSlice(view))) },
      });
    },
  };
}

/** Returns a function that tells the progress of a method without samples. */
export function createPlainReports({ part, context }: Pick<ReportedRun, "part" | "context">) {
  return (done: number, total: number) =>
    context.onProgress({
      done: part.done + done,
      total: part.done + (part.count - part.index) * total,
      note: `${blockNote(part)}iteration ${done} of ${total}`,
    });
}

const blockNote = ({ index, count }: RestorePart) => (count > 1 ? `block ${index + 1} of ${count}, ` : "");

/** Reads the section to show, and by how much that of the running mean has changed since the last time. */
function createSlices({ shape: [nz, height, width], scale: { range, offset } }: ReportedRun) {
  const index = Math.floor(nz / 2);
  let meanBefore: Float32Array | null = null;
  const grey = (kind: MwrPreviewKind) =>
    kind === "std" ? (value: number) => value * range : (value: number) => value * range + offset;
  return async ({ preview, samples, readSection }: MwrView): Promise<Partial<RestorePreview>> => {
    const section = await readSection(preview, index);
    const mean = samples < 2 ? null : preview === "mean" ? section : await readSection("mean", index);
    const meanChange = mean && meanBefore ? relativeChange(meanBefore, mean) : null;
    meanBefore = mean && Float32Array.from(mean);
    const values = section.map(grey(preview));
    return {
      slice: { axis: "z", index, width, height, values },
      shows: preview,
      ...(meanChange !== null && { meanChange }),
    };
  };
}

/** Root mean square of the difference, as a part of the later one's own deviation. */
function relativeChange(before: Float32Array, after: Float32Array): number {
  let [difference, sum, squares] = [0, 0, 0];
  for (let i = 0; i < after.length; i++) {
    difference += (after[i] - before[i]) ** 2;
    sum += after[i];
    squares += after[i] ** 2;
  }
  const variance = squares / after.length - (sum / after.length) ** 2;
  return variance > 0 ? Math.sqrt(difference / after.length / variance) : 0;
}

/** Returns what to say of β where it was set while chains ran, of which each has so many iterations; nothing where it was not. */
export function betaRemarks(
  chains: readonly { readonly betaChanges: readonly BetaChange[]; readonly iterations: number }[],
): string[] {
  let before = 0;
  const changes: BetaChange[] = [];
  for (const { betaChanges, iterations } of chains) {
    // A block's chain begins with the β that was set in the one before it: that is no other change.
    for (const { iteration, beta } of betaChanges)
      if (beta !== changes.at(-1)?.beta) changes.push({ iteration: before + iteration, beta });
    before += iterations;
  }
  return changes.map(({ iteration, beta }) => `β was set to ${beta} by hand from iteration ${iteration} on.`);
}

/** Joins the traces of blocks: the iterations count on. */
export function joinTraces(traces: readonly (readonly MwrTracePoint[])[]): MwrTracePoint[] {
  return traces.flat().map((point, i) => ({ ...point, iteration: i + 1 }));
}
