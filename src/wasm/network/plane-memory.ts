import { boxShape } from "../../core/volume/shape";
import type { WasmRuntime } from "../runtime";
import type { PlaneStream } from "./plane-stream";
import { allocateScratch, scratchBytes, spreadPlaneBytes, type WinogradScratch } from "./spread-planes";

const F32_BYTES = 4;
/** Up-steps read up to 4 voxels beyond the last row (what they make of them is cleared). */
const SLACK_VOXELS = 8;

/** Voxels that a row takes: blocks of 8 and a border of one zero voxel on each side. Kernels: rowVoxels in conv3d.ts. */
export function rowVoxels(nx: number): number {
  return Math.ceil(nx / 8) * 8 + 2;
}

/** Returns the bytes of one row of the planes of a stream that is not spread. */
export function rowBytes({ box, channels }: PlaneStream): number {
  return rowVoxels(boxShape(box)[2]) * channels * F32_BYTES;
}

/** Returns where voxel (y, x) of a plane lies, in bytes from its start. */
export function voxelOffset(stream: PlaneStream, y: number, x: number): number {
  return (y + 1) * rowBytes(stream) + (x + 1) * stream.channels * F32_BYTES;
}

function planeBytes(stream: PlaneStream): number {
  if (stream.kind === "spread") return spreadPlaneBytes(boxShape(stream.box), stream.channels);
  return (boxShape(stream.box)[1] + 2) * rowBytes(stream);
}

/** Returns the bytes of the memory of streams. */
export function planeMemoryBytes(runtime: WasmRuntime, streams: readonly PlaneStream[]): number {
  const rings = streams.reduce((sum, stream) => sum + ringBytes(stream), 0);
  return rings + scratchBytes(runtime.threads, largestChannels(streams));
}

const largestChannels = (streams: readonly PlaneStream[]) =>
  Math.max(...streams.map(({ channels }) => channels));

/** Returns the bytes of a stream's ring of planes. */
function ringBytes(stream: PlaneStream): number {
  return stream.depth * planeBytes(stream) + SLACK_VOXELS * stream.channels * F32_BYTES;
}

/** The rings of a network's streams in the runtime's memory. */
export interface PlaneMemory {
  readonly scratch: WinogradScratch;
  /** The pointer of plane z; 0 where the stream has none, which the kernels take as zeros. */
  plane(stream: PlaneStream, z: number): number;
}

/** Allocates a ring for each stream, all zero: nothing but planes' inner voxels is written later. */
export async function allocatePlanes(
  runtime: WasmRuntime,
  streams: readonly PlaneStream[],
  breathe: () => Promise<void>,
): Promise<PlaneMemory> {
  const bases = new Map<PlaneStream, number>();
  for (const stream of streams) bases.set(stream, runtime.alloc(ringBytes(stream), 64));
  const scratch = allocateScratch(runtime, largestChannels(streams));
  for (const [stream, base] of bases) {
    const values = ringBytes(stream) / F32_BYTES;
    runtime.parallel("fillF32", Math.ceil(values / FILL_BLOCK), base, values, FILL_BLOCK, 0);
    await breathe();
  }
  return {
    scratch,
    plane(stream, z) {
      if (z < stream.box.z0 || z >= stream.box.z1) return 0;
      return bases.get(stream)! + (z % stream.depth) * planeBytes(stream);
    },
  };
}

const FILL_BLOCK = 2 ** 20;
