import { AbortError, isAbort } from "../errors";
import { blendBlocks } from "../restore/blend-blocks";
import { type BlockPlan, blockBoxes } from "../restore/block-plan";
import { scaleInPlace } from "../restore/robust-scale";
import type { Box } from "../volume/shape";
import type { VolumeReader } from "../volume/volume";
import { readNumbers } from "./check-restore-box";
import { type BoxResult, type RestoreTask, restoreBox } from "./restore-box";
import { createRestoreVolume, restoreOutputs } from "./restore-outputs";

/**
 * Restores a box in blocks, each written where no later one overlaps it, and returns what came of each, without its volumes. A
 * cancel, or a finish that is asked for, keeps the blocks that are finished by then: they are blended into the measured
 * grey values as they would have been into their neighbours. The deviation of what is measured is 0, since nothing was drawn
 * there, so the blend's is a share of the block's. Before the first block is finished it throws AbortError.
 */
export async function restoreInBlocks(
  task: RestoreTask,
  volume: VolumeReader,
  box: Box,
  plan: BlockPlan,
): Promise<BoxResult[]> {
  const { params, scale, steering, context } = task;
  const outputs = restoreOutputs(params);
  const boxes = blockBoxes(plan, box);
  const count = boxes.length;
  const results: BoxResult[] = [];
  const sinks = await Promise.all(
    outputs.map((output) => createRestoreVolume(volume.meta, box, output, context)),
  );

  const breathe = async () => {
    await context.breathe();
    if (steering?.read().finish) throw new AbortError();
  };
  const ofBlocks: RestoreTask = { ...task, context: { ...context, breathe } };
  const restore = async (index: number) => {
    const done = results.reduce((sum, before) => sum + before.iterations, 0);
    const total = done + (count - index) * params.iterations;
    const preview = { trace: [], blocks: { done: index, count } };
    context.onProgress({ done, total, note: `block ${index + 1} of ${count}`, preview });
    await breathe();
    const measured = scaleInPlace(await readNumbers(volume, boxes[index]), scale);
    const result = await restoreBox(ofBlocks, measured, { index, count, done });
    if (result.cancel) throw result.cancel;
    results.push({ ...result, volumes: [] });
    return result.volumes.map(({ values, toGrey }) => values.map(toGrey));
  };
  const asMeasured = async (index: number) => {
    const grey = await volume.readBox(boxes[index]);
    return outputs.map(({ role }) => (role === "std" ? new Float32Array(grey.length) : grey));
  };

  let isStopped = false;
  /** Once a block is finished, a cancel ends the restoring alone: what is there is written. */
  const unlessStopped = async <Value>(work: Promise<Value>): Promise<Value | null> => {
    try {
      return await work;
    } catch (error) {
      if (!isAbort(error) || results.length === 0) throw error;
      isStopped = true;
      return null;
    }
  };
  await blendBlocks(
    plan,
    sinks,
    async (_, index) => (isStopped ? null : await unlessStopped(restore(index))) ?? (await asMeasured(index)),
    async () => {
      await unlessStopped(context.breathe());
    },
  );
  const [remark] = blockRemarks(results.length, count);
  for (const sink of sinks) await sink.close(remark && `Tomoscope: ${remark}`);
  return results;
}

/** Returns what to say of a volume of which not all blocks are restored; nothing where they are. */
export function blockRemarks(finished: number, count: number): string[] {
  return finished < count
    ? [`${finished} of ${count} blocks are restored, the rest is as it was measured.`]
    : [];
}
