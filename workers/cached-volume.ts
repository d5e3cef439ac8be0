import type { OpenedVolume, SliceImage } from "../src/contracts/data";
import { ComputeError, isTagged } from "../src/core/errors";
import type { TaskContext } from "../src/core/task/task";
import { robustRange } from "../src/core/volume/contrast";
import { histogramAround } from "../src/core/volume/histogram";
import {
  createSectionCache,
  halfScale,
  planCache,
  type SectionCache,
} from "../src/core/volume/section-cache";
import { type Axis, type Box, isBoxWithin, type Point3, wholeBox } from "../src/core/volume/shape";
import { createSlabMean, type SlabMean } from "../src/core/volume/slab-mean";
import { addSectionToSlice, slabBox, sliceLayout } from "../src/core/volume/slice";
import { createStatistics } from "../src/core/volume/statistics";
import type { Statistics } from "../src/core/volume/volume";
import type { FileVolume } from "../src/io/volume/file-volume";

/** The most voxels that are read at once: 16 MB as f32. Larger pieces are no faster and make a slice wait longer. */
const VOXELS_PER_READ = 2 ** 22;
/** Contrast is taken of at most so many voxels: as many sections of the slab as fit, spread evenly. */
const VOXELS_FOR_CONTRAST = 2 ** 21;
/** The stream lets reads for slices go first, but waits no longer than this for them. */
const LONGEST_WAIT_MS = 250;

type StreamContext = Pick<TaskContext, "onProgress" | "breathe">;

/** An open volume: read by ranges from its file, and from memory once a stream has filled the cache. */
export interface CachedVolume extends Pick<FileVolume, "meta"> {
  /** Voxels beyond the end of a file that ends early are NaN. */
  slice(axis: Axis, index: number, slab: number): Promise<SliceImage>;
  voxel(point: Point3): Promise<number>;
  contrast(z: number, halfSlab: number): Promise<Pick<OpenedVolume, "contrast" | "histogram">>;
  /** Calls `visit` with each section of a box, in order of z; the array is valid during the call alone. */
  eachSection(
    box: Box,
    visit: (section: Float32Array, z: number) => void,
    breathe?: () => Promise<void>,
  ): Promise<void>;
  /** As `eachSection` over the whole volume; waits for a stream that is filling the cache. */
  eachSectionOfAll(
    visit: (section: Float32Array, z: number) => void,
    breathe: () => Promise<void>,
  ): Promise<void>;
  /** Reads the whole file once: fills the cache, if one fits in `budgetBytes`, and returns the statistics. */
  stream(budgetBytes: number, context: StreamContext): Promise<Statistics>;
  /** Memory of the cache; 0 without one. */
  cacheBytes(): number;
  dropCache(): void;
}

/** Returns an open volume over the reader of its file. Nothing is read yet. */
export function createCachedVolume(
  file: Pick<FileVolume, "meta" | "readBox" | "readBoxDouble">,
): CachedVolume {
  const { meta } = file;
  const { shape } = meta;
  const [nz, ny, nx] = shape;
  let cache: SectionCache | null = null;
  /** The cache once every section is in it. */
  let filled: SectionCache | null = null;
  let slabMean: SlabMean | null = null;
  let statistics: Statistics | null = null;
  let streaming: Promise<Statistics> | null = null;
  let largestGrey = 0;
  const foregroundReads = new Set<Promise<unknown>>();

  function readFirst(box: Box): Promise<Float32Array> {
    const read = file.readBox(box);
    const done = read.catch(() => {}).finally(() => foregroundReads.delete(done));
    foregroundReads.add(done);
    return read;
  }

  /** The sections that a file which ends early lacks are NaN: what is there can still be looked at. */
  async function readPresent(box: Box): Promise<Float32Array> {
    try {
      return await readFirst(box);
    } catch (error) {
      if (!isTagged(error, "truncated")) throw error;
      const area = (box.y1 - box.y0) * (box.x1 - box.x0);
      const depth = box.z1 - box.z0;
      const values = new Float32Array(depth * area).fill(Number.NaN);
      if (depth === 1) return values;
      const middle = box.z0 + Math.floor(depth / 2);
      values.set(await readPresent({ ...box, z1: middle }));
      values.set(await readPresent({ ...box, z0: middle }), (middle - box.z0) * area);
      return values;
    }
  }

  async function walk(
    box: Box,
    visit: (section: Float32Array, z: number) => void,
    read: (box: Box) => Promise<Float32Array>,
    breathe?: () => Promise<void>,
  ): Promise<void> {
    const area = (box.y1 - box.y0) * (box.x1 - box.x0);
    const sectionsPerRead = Math.max(1, Math.floor(VOXELS_PER_READ / area));
    const scratch = new Float32Array(area);
    for (let z = box.z0; z < box.z1; ) {
      await breathe?.();
      if (cache?.has(z)) {
        cache.copy(z, box, scratch);
        visit(scratch, z++);
        continue;
      }
      let end = z + 1;
      while (end < box.z1 && end - z < sectionsPerRead && !cache?.has(end)) end++;
      const values = await read({ ...box, z0: z, z1: end });
      for (let at = 0; z < end; at += area) visit(values.subarray(at, at + area), z++);
    }
  }

  const eachSection: CachedVolume["eachSection"] = (box, visit, breathe) =>
    walk(box, visit, readFirst, breathe);

  /** What needs every section of the file is not read twice while a stream passes over it. */
  const waitForStream = async () => {
    if (cache) await streaming?.catch(() => {});
  };

  async function readAll({ onProgress, breathe }: StreamContext): Promise<Statistics> {
    const collector = createStatistics();
    const step = Math.max(1, Math.floor(VOXELS_PER_READ / (ny * nx)));
    const read = (z0: number) => {
      const values = file.readBox({ ...wholeBox(shape), z0, z1: Math.min(nz, z0 + step) });
      values.catch(() => {}); // awaited one step later, or never after a cancel
      return values;
    };
    let next = read(0);
    for (let z0 = 0; z0 < nz; z0 += step) {
      const values = await next;
      if (foregroundReads.size > 0) {
        const wait = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS));
        await Promise.race([Promise.all(foregroundReads), wait]);
      }
      if (z0 + step < nz) next = read(z0 + step);
      for (let z = z0; z < Math.min(nz, z0 + step); z++) {
        const section = values.subarray((z - z0) * ny * nx, (z - z0 + 1) * ny * nx);
        collector.add(section);
        cache?.put(z, section);
        await breathe();
      }
      onProgress({ done: Math.min(nz, z0 + step), total: nz, note: `reading ${meta.name}` });
    }
    return collector.result();
  }

  return {
    meta,
    eachSection,

    async eachSectionOfAll(visit, breathe) {
      await waitForStream();
      await eachSection(wholeBox(shape), visit, breathe);
    },

    async slice(axis, index, slab) {
      const box = slabBox(axis, shape, index, slab);
      // A column of every row: reading it means to read the whole file.
      if (axis === "x") await waitForStream();
      const { width, height } = sliceLayout(axis, shape);
      if (axis === "z" && slab > 1 && filled) {
        const whole = { y0: 0, y1: ny, x0: 0, x1: nx };
        slabMean ??= createSlabMean(ny * nx, (z, out) => filled?.copy(z, whole, out));
        return { axis, index, slab, width, height, values: slabMean(box.z0, box.z1) };
      }
      const values = new Float32Array(width * height);
      const size = [box.y1 - box.y0, box.x1 - box.x0] as const;
      const add = (section: Float32Array, z: number) =>
        addSectionToSlice(values, axis, section, size, z - box.z0);
      await walk(box, add, readPresent);
      const averaged = box[`${axis}1`] - box[`${axis}0`];
      if (averaged > 1) for (let i = 0; i < values.length; i++) values[i] /= averaged;
      return { axis, index, slab, width, height, values };
    },

    async voxel({ x, y, z }) {
      const box = { z0: z, y0: y, x0: x, z1: z + 1, y1: y + 1, x1: x + 1 };
      if (![x, y, z].every(Number.isInteger) || !isBoxWithin(box, shape)) {
        const sentence = `There is no voxel x ${x}, y ${y}, z ${z} in ${meta.name} of ${shape.join(" × ")} (z, y, x).`;
        throw new ComputeError("bad-parameter", sentence, { name: "point", value: { x, y, z } });
      }
      if (!cache?.exact || !cache.has(z)) return (await file.readBoxDouble(box))[0];
      const value = new Float32Array(1);
      cache.copy(z, box, value);
      return value[0];
    },

    async contrast(z, halfSlab) {
      const from = Math.max(0, z - halfSlab);
      const count = Math.min(nz, z + halfSlab + 1) - from;
      if (![z, halfSlab].every(Number.isInteger) || count < 1 || halfSlab < 0) {
        const sentence = `The slab of ${halfSlab} sections on both sides of section ${z} does not lie in ${meta.name} of ${nz} sections.`;
        throw new ComputeError("bad-parameter", sentence, { name: "z", value: z });
      }
      const area = ny * nx;
      const used = Math.min(count, Math.max(1, Math.floor(VOXELS_FOR_CONTRAST / area)));
      const values = new Float32Array(used * area);
      for (let i = 0; i < used; i++) {
        const z0 = from + Math.floor(((i + 0.5) * count) / used);
        const box = { ...wholeBox(shape), z0, z1: z0 + 1 };
        await eachSection(box, (section) => values.set(section, i * area));
      }
      const contrast = robustRange(values, [used, ny, nx]);
      largestGrey = Math.max(Math.abs(contrast.low), Math.abs(contrast.high));
      return { contrast, histogram: histogramAround(values, contrast.low, contrast.high) };
    },

    async stream(budgetBytes, context) {
      if (streaming) return streaming;
      const storage = planCache(shape, meta.dtype, budgetBytes);
      if (statistics && (!storage || (cache && cache === filled))) return statistics;
      if (storage) cache ??= createSectionCache(shape, meta.dtype, storage, halfScale(largestGrey));
      streaming = readAll(context);
      try {
        statistics = await streaming;
        filled = cache;
        return statistics;
      } finally {
        streaming = null;
      }
    },

    cacheBytes: () => cache?.bytes ?? 0,
    dropCache() {
      cache = null;
      filled = null;
      slabMean = null;
    },
  };
}
