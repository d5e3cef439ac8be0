import type { Backend, NetworkExecutor } from "../core/backend";
import type { Model } from "../core/nn/model";
import type { FinishedSections } from "../core/operations/label-volumes";
import type { SegmentOutput, SegmentPreview } from "../core/operations/results";
import { SEGMENT } from "../core/operations/segment";
import { checkParams } from "../core/task/params";
import type { Progress } from "../core/task/task";
import { type Shape3, voxelCount } from "../core/volume/shape";
import type { VolumeReader, VolumeRole } from "../core/volume/volume";
import { cropTile } from "./cases/network-cases";

/** Returns a backend around one network. */
export const backendOf = (executor: NetworkExecutor, budgetBytes: number): Backend => ({
  id: "wasm",
  description: "WebAssembly",
  budgetBytes,
  createNetwork: async () => ({ ...executor, dispose() {} }),
  createTrainer: () => Promise.reject(new Error("not part of a segmentation")),
  createMwrKernels: () => Promise.reject(new Error("not part of a segmentation")),
  createTomographyKernels: () => Promise.reject(new Error("not part of a segmentation")),
  createFourier3: () => Promise.reject(new Error("not part of a segmentation")),
  dispose() {},
});

/** Returns a reader of voxels in memory. */
export function readerOf(values: Float32Array, shape: Shape3, angstrom = 10): VolumeReader {
  return {
    meta: {
      name: "cell.mrc",
      shape,
      dtype: "float32",
      voxelSizeAngstrom: { x: angstrom, y: angstrom, z: angstrom },
      originAngstrom: { x: 0, y: 0, z: 0 },
      warnings: [],
    },
    readBox: async (box) => cropTile(values, shape, box),
  };
}

interface RunOptions {
  readonly reader: VolumeReader;
  readonly model: Model;
  readonly backend: Backend;
  readonly params?: Record<string, unknown>;
  readonly breathe?: () => Promise<void>;
  readonly finished?: FinishedSections;
  readonly onProgress?: (progress: Progress<SegmentPreview>) => void;
}

/** What a segmentation wrote, by the end of its volumes' names; what it did not come to is 0. */
export type WrittenVolumes = ReadonlyMap<string, Float64Array>;

/** Segments a volume in memory; `written` fills while it runs. */
export function startSegment({ reader, model, backend, params = {}, ...options }: RunOptions): {
  readonly output: Promise<SegmentOutput>;
  readonly written: WrittenVolumes;
  readonly roles: readonly VolumeRole[];
  readonly progress: readonly Progress<SegmentPreview>[];
} {
  const written = new Map<string, Float64Array>();
  const roles: VolumeRole[] = [];
  const progress: Progress<SegmentPreview>[] = [];
  const output = SEGMENT.run(
    { volume: reader, model, backend, finished: options.finished },
    checkParams(SEGMENT.params, params, reader.meta.shape),
    {
      signal: new AbortController().signal,
      onProgress(each) {
        progress.push(each);
        options.onProgress?.(each);
      },
      breathe: options.breathe ?? (async () => {}),
      async createVolume({ role, name, unit = 1 }) {
        const values = new Float64Array(voxelCount(reader.meta.shape));
        let filled = 0;
        written.set(name.replace(/^cell-|\.mrc$/g, ""), values);
        roles.push(role);
        return {
          async write(more) {
            for (let i = 0; i < more.length; i++) values[filled++] = more[i] * unit;
          },
          async close() {
            const missing = values.length - filled;
            if (missing !== 0) throw new Error(`${name} was closed with ${missing} voxels missing.`);
          },
        };
      },
    },
  );
  return { output, written, roles, progress };
}
