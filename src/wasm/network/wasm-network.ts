import type { NetworkExecutor } from "../../core/backend";
import { checkTile } from "../../core/nn/check-tile";
import { checkWeights } from "../../core/nn/check-weights";
import type { Model } from "../../core/nn/model";
import { type Box, boxShape, type Shape3 } from "../../core/volume/shape";
import { createWasmRuntime } from "../runtime";
import { createNetworkKernels, type Outcome } from "./network-kernels";
import { allocatePlanes, planeMemoryBytes, rowBytes } from "./plane-memory";
import { planesUpTo } from "./plane-stream";
import { type ScheduleCache, streamNetwork } from "./stream-network";

/**
 * Returns the network on WebAssembly SIMD and threads. A tile streams through it along z, so that memory depends on the
 * tile's section only (about 10 kB per voxel of the section, whatever its depth). One prediction at a time.
 */
export async function createWasmNetwork(
  model: Model,
  options: { readonly threads: number; readonly relaxedSimd?: boolean },
): Promise<NetworkExecutor> {
  const classCount = checkWeights(model);
  const runtime = await createWasmRuntime(options);
  const kernels = createNetworkKernels(runtime, model, classCount);
  const schedules: ScheduleCache = new Map();

  /** Streams a tile through the network; `take` is given the pointer of each section of the core, rows `rowBytes` apart. */
  const run = async (
    tile: Float32Array,
    shape: Shape3,
    core: Box,
    outcome: Outcome,
    breathe: (fraction: number) => Promise<void>,
    take: (z: number, plane: number, rowBytes: number) => void,
  ): Promise<void> => {
    const [, tileNy, tileNx] = shape;
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
        await kernels.compute(stream, z, memory, tilePlane, outcome, report);
        if (stream === output) take(z - core.z0, memory.plane(output, z), rowBytes(output));
      }
    } finally {
      runtime.release(mark);
    }
  };

  const tileBytes = (shape: Shape3, core: Box) =>
    planeMemoryBytes(runtime, streamNetwork(classCount, shape, core, schedules).streams);

  return {
    classCount,
    predictBytes: tileBytes,
    labelBytes: async () => tileBytes,

    async predict(tile, shape, core, breathe, onSection) {
      checkTile(tile, shape, core);
      const [nz, ny, nx] = boxShape(core);
      const rowLength = nx * classCount;
      const probabilities = new Float32Array(nz * ny * rowLength);
      await run(tile, shape, core, "probabilities", breathe, (z, plane, bytes) => {
        const section = probabilities.subarray(z * ny * rowLength, (z + 1) * ny * rowLength);
        for (let y = 0; y < ny; y++) section.set(runtime.f32(plane + y * bytes, rowLength), y * rowLength);
        onSection?.(z, section);
      });
      return probabilities;
    },

    async label(tile, shape, core, breathe, onSection) {
      checkTile(tile, shape, core);
      const [nz, ny, nx] = boxShape(core);
      const labels = new Uint8Array(nz * ny * nx);
      const scores = new Uint8Array(nz * ny * nx);
      await run(tile, shape, core, "labels", breathe, (z, plane, bytes) => {
        for (let y = 0; y < ny; y++) {
          const row = runtime.u8(plane + y * bytes, 2 * nx);
          const to = (z * ny + y) * nx;
          labels.set(row.subarray(0, nx), to);
          scores.set(row.subarray(nx), to);
        }
        const section = (all: Uint8Array<ArrayBuffer>) => all.subarray(z * ny * nx, (z + 1) * ny * nx);
        onSection?.(z, { labels: section(labels), scores: section(scores) });
      });
      return { labels, scores };
    },

    dispose() {
      runtime.dispose();
    },
  };
}
