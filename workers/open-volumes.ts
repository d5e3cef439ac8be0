import type { DataService, ModelFiles } from "../src/contracts/data";
import { ComputeError, isTagged } from "../src/core/errors";
import { measureWedge } from "../src/core/fourier/measure-wedge";
import { powerSpectrumXz } from "../src/core/fourier/power-spectrum";
import { cacheBytes, planCache } from "../src/core/volume/section-cache";
import {
  type Box,
  boxShape,
  isBoxWithin,
  middleOf,
  type Shape3,
  voxelCount,
  wholeBox,
} from "../src/core/volume/shape";
import { blobSource } from "../src/io/source/blob-source";
import { openVolume } from "../src/io/volume/open-volume";
import { createBreathe } from "./breathe";
import { type CachedVolume, createCachedVolume } from "./cached-volume";
import { createProgressReporter } from "./progress-reporter";
import { densitySurface, labelSurfaces } from "./volume-surfaces";

const DEFAULT_BUDGET_BYTES = 2 ** 30;
/** Sections on both sides of the middle whose contrast a volume opens with. */
const OPENING_HALF_SLAB = 2;
/** The power spectrum is that of at most so many voxels per side about the middle: of the volume, or of a box asked for. */
const SPECTRUM_SIDE = 128;
const SPECTRUM_BOX_SIDE = 256;

/** Slices wait about so long for a stream, or for a surface that is being read. */
const STREAM_YIELD_MS = 10;

const NEVER = new AbortController().signal;

/** Reads what a spectrum is taken of. Throws "bad-parameter" for a box that lies beyond the volume. */
async function middlePart(volume: CachedVolume, box: Box | null) {
  const { shape: whole, name } = volume.meta;
  if (box && !isBoxWithin(box, whole)) {
    const sentence = `The box ${box.z0},${box.y0},${box.x0} to ${box.z1},${box.y1},${box.x1} does not lie within ${name} of ${whole.join(" × ")} (z, y, x).`;
    throw new ComputeError("bad-parameter", sentence, { name: "box", value: box });
  }
  const part = box ? middleOf(box, SPECTRUM_BOX_SIDE) : middleOf(wholeBox(whole), SPECTRUM_SIDE);
  const shape = boxShape(part);
  const values = new Float32Array(voxelCount(shape));
  const area = shape[1] * shape[2];
  await volume.eachSection(part, (section, z) => values.set(section, (z - part.z0) * area));
  fillNonFinite(values);
  return { values, shape };
}

/** Voxels that are not numbers would spoil every coefficient: the mean of the others takes their place. */
function fillNonFinite(values: Float32Array): void {
  let sum = 0;
  let finite = 0;
  for (const value of values)
    if (Number.isFinite(value)) {
      sum += value;
      finite++;
    }
  if (finite === values.length) return;
  const mean = finite > 0 ? sum / finite : 0;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) values[i] = mean;
}

/**
 * Returns the service that holds the open volumes. Their caches together take at most `budgetBytes`: those of the volumes
 * that were used longest ago are dropped for a new one, and are read from their files again.
 */
export function createOpenVolumes(budgetBytes = DEFAULT_BUDGET_BYTES): Omit<DataService, keyof ModelFiles> {
  /** In order of their last use. */
  const volumes = new Map<string, CachedVolume>();
  const jobs = new Map<string, AbortController>();
  /** The streams of each volume, which end when it is closed. */
  const streamsOf = new Map<CachedVolume, Set<AbortController>>();

  const volumeOf = (id: string): CachedVolume => {
    const volume = volumes.get(id);
    if (!volume) {
      const sentence = `There is no open volume "${id}".`;
      throw new ComputeError("bad-parameter", sentence, { name: "id", value: id });
    }
    volumes.delete(id);
    volumes.set(id, volume);
    return volume;
  };

  const release = (volume: CachedVolume | undefined) => {
    if (!volume) return;
    for (const controller of streamsOf.get(volume) ?? []) controller.abort();
    streamsOf.delete(volume);
    volume.dropCache();
  };

  /** Drops caches of other volumes until one for `volume` fits. */
  const makeRoom = (volume: CachedVolume) => {
    const { shape, dtype } = volume.meta;
    const storage = planCache(shape, dtype, budgetBytes);
    if (!storage || volume.cacheBytes() > 0) return;
    let free = budgetBytes;
    for (const other of volumes.values()) free -= other.cacheBytes();
    for (const other of volumes.values()) {
      if (free >= cacheBytes(shape, storage)) return;
      free += other.cacheBytes();
      other.dropCache();
    }
  };

  const openingContrast = async (volume: CachedVolume, [nz]: Shape3) => {
    try {
      return await volume.contrast(Math.floor(nz / 2), OPENING_HALF_SLAB);
    } catch (error) {
      // A file that ends early may still have its beginning.
      if (isTagged(error, "truncated")) return volume.contrast(0, 0);
      throw error;
    }
  };

  return {
    async open(id, file) {
      const reader = await openVolume(blobSource(file.blob, file.name));
      const volume = createCachedVolume(reader);
      const { contrast, histogram } = await openingContrast(volume, reader.meta.shape);
      release(volumes.get(id));
      volumes.delete(id);
      volumes.set(id, volume);
      return { meta: reader.meta, contrast, histogram, fileBytes: file.blob.size };
    },

    async close(id) {
      release(volumes.get(id));
      volumes.delete(id);
    },

    slice: async (id, axis, index, slab) => volumeOf(id).slice(axis, index, slab),
    voxel: async (id, point) => volumeOf(id).voxel(point),
    contrast: async (id, z, halfSlab) => volumeOf(id).contrast(z, halfSlab),

    async stream(id, jobId, onProgress) {
      const volume = volumeOf(id);
      const controller = new AbortController();
      const progress = createProgressReporter(onProgress);
      const streams = streamsOf.get(volume) ?? new Set();
      streamsOf.set(volume, streams.add(controller));
      jobs.set(jobId, controller);
      try {
        makeRoom(volume);
        const breathe = createBreathe(controller.signal, STREAM_YIELD_MS);
        return await volume.stream(budgetBytes, { breathe, onProgress: progress.report });
      } finally {
        jobs.delete(jobId);
        streams.delete(controller);
        await progress.finish();
      }
    },

    isosurface: async (id, level, bright, maxSide) =>
      densitySurface(volumeOf(id), level, bright, maxSide, createBreathe(NEVER, STREAM_YIELD_MS)),

    labelSurfaces: async (id) => labelSurfaces(volumeOf(id), createBreathe(NEVER, STREAM_YIELD_MS)),

    async powerSpectrum(id, box, tiltAxis) {
      const { values, shape } = await middlePart(volumeOf(id), box);
      return powerSpectrumXz(values, shape, tiltAxis);
    },

    async measuredWedge(id, box, tiltAxis) {
      const { values, shape } = await middlePart(volumeOf(id), box);
      return measureWedge(values, shape, tiltAxis);
    },

    async cancel(jobId) {
      jobs.get(jobId)?.abort();
    },
  };
}
