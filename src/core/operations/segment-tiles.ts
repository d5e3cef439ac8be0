import type { NetworkExecutor } from "../backend";
import { ComputeError, isTagged } from "../errors";
import { type Labelled, labelProbabilities } from "../nn/labelled";
import { createTileReader, type Normalization, readerBytes } from "../nn/tile-reader";
import { boxOnGrid, coreInTile, type PlannedTile, paddedShape, planTiles, type TileRow } from "../nn/tiling";
import type { TaskContext } from "../task/task";
import { type Box, boxShape, voxelCount } from "../volume/shape";
import type { VolumeReader } from "../volume/volume";
import type { LabelGrid } from "./label-grid";
import { LabelSlab } from "./label-slab";
import type { LabelVolumes } from "./label-volumes";
import type { SegmentPreview } from "./results";

/** What is left of the memory limit after a tile did not fit after all. */
const RETRY_SHARE = 0.6;
/** A slab whose sections come one by one is written some at a time. */
const SECTIONS_PER_WRITE = 16;
const MEGABYTE = 2 ** 20;

export type SegmentContext = TaskContext<SegmentPreview>;

/** What is to be segmented, and how. */
interface TileJob {
  /** At the model's voxel size. */
  readonly volume: VolumeReader;
  readonly grid: LabelGrid;
  readonly normalization: Normalization;
  readonly network: NetworkExecutor;
  readonly budgetBytes: number;
  readonly keep: { readonly saveScore: boolean; readonly classProbabilities: boolean };
  /** What every report of progress adds to its own note. */
  readonly note: string;
}

/** Bytes of a tile: network, what is read ahead and stored behind it, and the slabs that are filled and written. */
function bytesOf(
  planned: PlannedTile,
  networkBytes: NetworkExecutor["predictBytes"],
  { network, keep }: TileJob,
  { bytesPerSection }: LabelVolumes,
): number {
  const { tile, core } = planned;
  const voxels = voxelCount(boxShape(core));
  const found = 2 * 2 * voxels + (keep.classProbabilities ? 4 * network.classCount * voxels : 0);
  return (
    networkBytes(boxShape(tile), coreInTile(planned)) +
    4 * voxelCount(boxShape(tile)) +
    readerBytes(planned) +
    found +
    2 * bytesPerSection * (core.z1 - core.z0)
  );
}

/**
 * Plans, computes and writes rows of tiles; after "out of memory" the rest is planned again with smaller ones. Returns the
 * number of tiles. While a tile is computed, the one before it is stored and written and the next one is read.
 */
export async function segmentTiles(
  job: TileJob,
  writer: LabelVolumes,
  context: SegmentContext,
): Promise<number> {
  const region = boxOnGrid(job.grid.wanted);
  const area = (region.y1 - region.y0) * (region.x1 - region.x0);
  const state: RunState = { doneZ: region.z0, done: 0, total: 0, tiles: 0, allTiles: 0, isShort: false };
  let { budgetBytes } = job;
  const { network, keep } = job;
  const networkBytes = keep.classProbabilities ? network.predictBytes : await network.labelBytes();
  let shortage: unknown = null;
  const plan = (z0: number) =>
    planTiles(paddedShape(job.volume.meta.shape), { ...region, z0 }, budgetBytes, (tile) =>
      bytesOf(tile, networkBytes, job, writer),
    );
  let rows = plan(region.z0);
  if (rows && writer.sections() > 0) {
    rows =
      rowsLeft(rows, job.grid, writer.sections()) ?? plan(firstLeft(region, job.grid, writer.sections()));
    state.doneZ = rows?.[0]?.[0].core.z0 ?? region.z1;
  }
  const startZ = state.doneZ;
  state.total = area * (region.z1 - startZ);
  while (state.doneZ < region.z1) {
    if (!rows) throw shortage ?? noRoom(budgetBytes);
    state.done = area * (state.doneZ - startZ);
    state.allTiles = state.tiles + rows.flat().length;
    try {
      await computeRows(job, rows, writer, state, context);
    } catch (error) {
      if (!isTagged(error, "out-of-memory")) throw error;
      shortage = error;
      state.isShort = true;
      budgetBytes =
        RETRY_SHARE * Math.max(...rows.flat().map((tile) => bytesOf(tile, networkBytes, job, writer)));
      rows = plan(state.doneZ);
    }
  }
  return state.tiles;
}

/** The rows of tiles after so many finished sections; null where none begins there, since they were planned otherwise. */
function rowsLeft(rows: readonly TileRow[], grid: LabelGrid, sections: number): readonly TileRow[] | null {
  const left = rows.filter(([{ core }]) => grid.sectionAt(core.z0) >= sections);
  const start = left[0]?.[0].core.z0 ?? rows[rows.length - 1][0].core.z1;
  return grid.sectionAt(start) <= sections ? left : null;
}

/** The last section of the network's grid, on multiples of the tiles' grid, after which nothing is finished. */
function firstLeft(region: Box, grid: LabelGrid, sections: number): number {
  const z0 = grid.networkSection(sections);
  return boxOnGrid({ ...region, z0: Math.max(region.z0, z0) }).z0;
}

interface RunState {
  /** Up to here rows of tiles are computed and handed to the writer. */
  doneZ: number;
  /** Voxels of the region that this run has to do, and has done. */
  done: number;
  total: number;
  tiles: number;
  allTiles: number;
  /** Tiles are smaller than planned at first. */
  isShort: boolean;
}

async function computeRows(
  job: TileJob,
  rows: readonly TileRow[],
  writer: LabelVolumes,
  state: RunState,
  context: SegmentContext,
): Promise<void> {
  const { volume, grid, network, keep } = job;
  const read = createTileReader(volume, job.normalization, context.breathe);
  const queue = rows.flat();
  let next = readAhead(read, queue.shift());
  let store = () => {};
  let writing: Promise<void> = Promise.resolve();

  /** Writes a slab as far as it is filled, when what came before is written. */
  const write = (slab: LabelSlab, toZ: number) => {
    writing = writing.then(async () => {
      await writer.write(slab, toZ, context.breathe);
      const { done, total, tiles } = state;
      const preview = { finishedSections: writer.sections() };
      context.onProgress({ done, total, note: noteOf(job, state, tiles), preview });
    });
    writing.catch(() => {}); // awaited below
  };

  try {
    for (const row of rows) {
      await writing; // two slabs at the most: one that is filled, one that is stored and written
      const slab = new LabelSlab(volume.meta.shape, grid.wanted, row[0].core, network.classCount, keep);
      for (const planned of row) {
        const voxels = await next;
        let written = slab.z0;
        const onFilled = (toZ: number) => {
          if (planned !== row[row.length - 1] || toZ - written < SECTIONS_PER_WRITE) return;
          written = toZ;
          write(slab, toZ);
        };
        const computing = computeTile(job, planned, voxels, slab, onFilled, state, context);
        store();
        next = readAhead(read, queue.shift());
        const storeTile = await computing;
        state.tiles++;
        store = storeTile;
      }
      const storeLast = store;
      store = () => {
        storeLast();
        state.doneZ = row[0].core.z1;
        write(slab, slab.z1);
      };
    }
    store();
    await writing;
  } finally {
    await Promise.allSettled([next, writing]);
  }
}

function readAhead(
  read: ReturnType<typeof createTileReader>,
  tile: PlannedTile | undefined,
): Promise<Float32Array> {
  const reading = tile ? read(tile) : Promise.resolve(new Float32Array(0));
  reading.catch(() => {}); // awaited when its turn comes, or never after a cancel
  return reading;
}

/**
 * Runs the network on a tile and returns what stores its labels, for a time when the network is at work again. Where labels come
 * section by section they are stored at once, and `onFilled` hears up to which section of the volume.
 */
async function computeTile(
  job: TileJob,
  planned: PlannedTile,
  voxels: Float32Array,
  slab: LabelSlab,
  onFilled: (toZ: number) => void,
  state: RunState,
  { onProgress, breathe }: SegmentContext,
): Promise<() => void> {
  const { network, keep, grid } = job;
  const { core, tile } = planned;
  const coreVoxels = voxelCount(boxShape(core));
  const note = noteOf(job, state, state.tiles + 1);
  const { done: before, total } = state;
  let bySection = false;

  const take = (z: number, labelled: Labelled, probabilities: Float32Array | null) => {
    const piece = slab.add(core, z, labelled);
    if (probabilities) slab.addClasses(core, z, probabilities);
    const shown = piece && grid.piece(piece);
    if (shown) onProgress({ done: state.done, total, note, preview: { piece: shown } });
  };
  const report = (fraction: number) => {
    state.done = before + Math.floor(fraction * coreVoxels);
    onProgress({ done: state.done, total, note });
    return breathe();
  };
  const takeProbabilities = (z: number, probabilities: Float32Array) =>
    take(z, labelProbabilities(probabilities, network.classCount), probabilities);

  const shape = boxShape(tile);
  if (keep.classProbabilities) {
    const found = await network.predict(voxels, shape, coreInTile(planned), report, (z, probabilities) => {
      bySection = true;
      takeProbabilities(z, probabilities);
      onFilled(core.z0 + z + 1);
    });
    state.done = before + coreVoxels;
    return () => bySection || takeProbabilities(0, found);
  }
  const found = await network.label(voxels, shape, coreInTile(planned), report, (z, labelled) => {
    bySection = true;
    take(z, labelled, null);
    onFilled(core.z0 + z + 1);
  });
  state.done = before + coreVoxels;
  return () => bySection || take(0, found, null);
}

function noteOf(job: TileJob, { allTiles, isShort }: RunState, tile: number): string {
  return `tile ${tile} of ${allTiles}${isShort ? ", smaller for want of memory" : ""}${job.note}`;
}

function noRoom(budgetBytes: number): ComputeError {
  const megabytes = Math.floor(budgetBytes / MEGABYTE);
  const sentence = `Memory of ${megabytes} MB is too little for even the smallest tile of this volume.`;
  return new ComputeError("out-of-memory", sentence, { budgetBytes });
}
