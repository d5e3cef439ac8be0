import type { DataService, OpenedVolume } from "../contracts/data";
import type { VolumeFile } from "../contracts/files";
import type { Statistics } from "../core/volume/volume";
import { createWorkerClient, type JobOptions, type WorkerLike } from "./worker-client";

/** The data worker seen from the page: the methods of DataService, with signals in place of job ids. */
export interface DataClient extends Omit<DataService, "stream" | "cancel"> {
  stream(id: string, options?: JobOptions): Promise<Statistics>;
  dispose(): void;
}

const startDataWorker = (): WorkerLike =>
  new Worker(new URL("../../workers/data.worker.ts", import.meta.url), { type: "module", name: "data" });

/**
 * Returns the client of the data worker. It keeps the files of the open volumes, so that a worker that replaces another
 * knows the same ids; a stream that was going on then must be started again.
 */
export function createDataClient(start: () => WorkerLike = startDataWorker): DataClient {
  const files = new Map<string, VolumeFile>();
  const client = createWorkerClient<DataService>({
    label: "data worker",
    start,
    async prepare(service) {
      // A file that cannot be read any more is left out: using it says that it is not open.
      for (const [id, file] of files) await service.open(id, file).catch(() => files.delete(id));
    },
  });
  return {
    async open(id, file): Promise<OpenedVolume> {
      const opened = await client.call((service) => service.open(id, file));
      files.set(id, file);
      return opened;
    },
    async close(id) {
      files.delete(id);
      await client.call((service) => service.close(id));
    },
    slice: (id, axis, index, slab) => client.call((service) => service.slice(id, axis, index, slab)),
    voxel: (id, point) => client.call((service) => service.voxel(id, point)),
    contrast: (id, z, halfSlab) => client.call((service) => service.contrast(id, z, halfSlab)),
    stream: (id, options = {}) =>
      client.run(options, (service, jobId, onProgress) => service.stream(id, jobId, onProgress)),
    isosurface: (id, level, bright, maxSide) =>
      client.call((service) => service.isosurface(id, level, bright, maxSide)),
    labelSurfaces: (id) => client.call((service) => service.labelSurfaces(id)),
    powerSpectrum: (id, box, tiltAxis) => client.call((service) => service.powerSpectrum(id, box, tiltAxis)),
    measuredWedge: (id, box, tiltAxis) => client.call((service) => service.measuredWedge(id, box, tiltAxis)),
    openModel: (weights, manifest) => client.call((service) => service.openModel(weights, manifest)),
    modelToH5: (model) => client.call((service) => service.modelToH5(model)),
    dispose: client.dispose,
  };
}
