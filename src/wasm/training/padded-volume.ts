import type { Features } from "../../core/nn/reference-layers";
import type { Shape3 } from "../../core/volume/shape";
import { rowVoxels } from "../network/plane-memory";
import type { WasmRuntime } from "../runtime";

const F32_BYTES = 4;
/** Kernels read up to this many voxels beyond the last row (what they make of them is dropped). */
const SLACK_VOXELS = 8;

/**
 * A volume in the runtime's memory as the convolutions read it: channels last, in planes of rows of whole blocks with a
 * border of one zero voxel around each plane (kernels: conv3d.ts).
 */
export interface PaddedVolume {
  readonly shape: Shape3;
  readonly channels: number;
  readonly pointer: number;
  /** Of voxel (0, 0, 0). */
  readonly first: number;
  readonly rowBytes: number;
  readonly planeBytes: number;
}

/** Allocates a volume whose values and border are not set. */
export function allocateVolume(runtime: WasmRuntime, shape: Shape3, channels: number): PaddedVolume {
  const [nz, ny, nx] = shape;
  const voxelBytes = channels * F32_BYTES;
  const rowBytes = rowVoxels(nx) * voxelBytes;
  const planeBytes = (ny + 2) * rowBytes;
  const pointer = runtime.alloc(nz * planeBytes + SLACK_VOXELS * voxelBytes, 64);
  return { shape, channels, pointer, first: pointer + rowBytes + voxelBytes, rowBytes, planeBytes };
}

/** Returns the pointer of plane z; 0 where the volume has none, which the kernels take as zeros. */
export function planeOf({ shape, pointer, planeBytes }: PaddedVolume, z: number): number {
  return z < 0 || z >= shape[0] ? 0 : pointer + z * planeBytes;
}

/** Returns a copy of a sample in the runtime's memory, with zero channels beyond its own where `stored` is more. */
export function loadVolume(
  runtime: WasmRuntime,
  { values, shape, channels }: Features,
  stored = channels,
): PaddedVolume {
  const volume = allocateVolume(runtime, shape, stored);
  const [nz, ny, nx] = shape;
  const rowLength = volume.rowBytes / F32_BYTES;
  const inner = nx * stored;
  for (let z = 0; z < nz; z++) {
    const plane = runtime.f32(planeOf(volume, z), volume.planeBytes / F32_BYTES);
    plane.fill(0, 0, rowLength);
    for (let y = 0; y < ny; y++) {
      const from = (z * ny + y) * nx * channels;
      const to = (y + 1) * rowLength + stored;
      plane.fill(0, to - stored, to);
      if (stored === channels) plane.set(values.subarray(from, from + inner), to);
      else {
        plane.fill(0, to, to + inner);
        for (let x = 0; x < nx; x++)
          for (let c = 0; c < channels; c++) plane[to + x * stored + c] = values[from + x * channels + c];
      }
      plane.fill(0, to + inner, to + rowLength - stored);
    }
    plane.fill(0, (ny + 1) * rowLength);
  }
  return volume;
}

/** Writes a volume's first channels to a sample. */
export function storeVolume(
  runtime: WasmRuntime,
  volume: PaddedVolume,
  { channels, values }: Features,
): void {
  const [nz, ny, nx] = volume.shape;
  const stored = volume.channels;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = runtime.f32(volume.first + z * volume.planeBytes + y * volume.rowBytes, nx * stored);
      const to = (z * ny + y) * nx * channels;
      if (stored === channels) values.set(row, to);
      else
        for (let x = 0; x < nx; x++)
          for (let c = 0; c < channels; c++) values[to + x * channels + c] = row[x * stored + c];
    }
  }
}
