import type { NetworkExecutor } from "../../core/backend";
import { checkTile } from "../../core/nn/check-tile";
import { checkWeights } from "../../core/nn/check-weights";
import { labelProbabilities } from "../../core/nn/labelled";
import type { Model } from "../../core/nn/model";
import { boxShape } from "../../core/volume/shape";
import { createWasmRuntime } from "../runtime";
import { createNetworkKernels } from "./network-kernels";
import { allocatePlanes, ringBytes, rowBytes } from "./plane-memory";
import { planesUpTo } from "./plane-stream";
import { type ScheduleCache, streamNetwork } from "./stream-network";

/**
 * Returns the network on WebAssembly SIMD and threads. A tile streams through it along z, so that memory depends on the
 * tile's section only (about 7 kB per voxel of the section, whatever its depth). One prediction at a time.
 */
export async function createWasmNetwork(
  model: Model,
  options: { readonly threads: number; readonly relaxedSimd?: boolean },
): Promise<NetworkExecutor> {
  const classCount = checkWeights(model);
  const runtime = await createWasmRuntime(options);
  const kernels = createNetworkKernels(runtime, model, classCount);
  const schedules: ScheduleCache = new Map();

  const network: NetworkExecutor = {
    classCount,

    predictBytes(shape, core) {
      return streamNetwork(classCount, shape, core, schedules).streams.reduce(
        (sum, stream) => sum + ringBytes(stream),
        0,
      );
    },

    async predict(tile, shape, core, breathe, onSection) {
      checkTile(tile, shape, core);
      const [, tileNy, tileNx] = shape;
      const [, ny, nx] = boxShape(core);
      const rowLength = nx * classCount;
      const probabilities = new Float32Array((core.z1 - core.z0) * ny * rowLength);
      const { streams, output, flops } = streamNetwork(classCount, shape, core, schedules);
      const tilePlane = (z: number) => tile.subarray(z * tileNy * tileNx, (z + 1) * tileNy * tileNx);
      let doneFlops = 0;
      const report = (more: number) => {
        doneFlops += more;
        return breathe(Math.min(1, doneFlops / flops));
      };
      const mark = runtime.mark();
      try {
        const memory = await allocatePlanes(runtime, streams, () => report(0));
        for (const { stream, z } of planesUpTo(output, core.z1 - 1)) {
          await kernels.compute(stream, z, memory, tilePlane, report);
          if (stream !== output) continue;
          const plane = memory.plane(output, z);
          const start = (z - core.z0) * ny * rowLength;
          const section = probabilities.subarray(start, start + ny * rowLength);
          for (let y = 0; y < ny; y++)
            section.set(runtime.f32(plane + y * rowBytes(output), rowLength), y * rowLength);
          onSection?.(z - core.z0, section);
        }
      } finally {
        runtime.release(mark);
      }
      return probabilities;
    },

    async label(tile, shape, core, breathe, onSection) {
      const bySection =
        onSection && ((z: number, p: Float32Array) => onSection(z, labelProbabilities(p, classCount)));
      return labelProbabilities(await network.predict(tile, shape, core, breathe, bySection), classCount);
    },

    dispose() {
      runtime.dispose();
    },
  };
  return network;
}
