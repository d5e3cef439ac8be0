import { type Box, boxShape, voxelCount } from "./shape";
import type { VolumeMeta, VolumeReader } from "./volume";

/** Voxels in memory, in the type of their file. */
export type VoxelArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Float32Array;

/** Returns a volume whose voxels are in memory, x fastest. */
export function arrayVolume(meta: VolumeMeta, values: VoxelArray): VolumeReader {
  const [, ny, nx] = meta.shape;
  return {
    meta,
    async readBox(box: Box) {
      const out = new Float32Array(voxelCount(boxShape(box)));
      const width = box.x1 - box.x0;
      let to = 0;
      for (let z = box.z0; z < box.z1; z++)
        for (let y = box.y0; y < box.y1; y++, to += width) {
          const row = (z * ny + y) * nx;
          out.set(values.subarray(row + box.x0, row + box.x1), to);
        }
      return out;
    },
  };
}
