import type { Box } from "../core/volume/shape";

/** How the values of a feature map lie in its buffer. f16 is for devices with the feature "shader-f16". */
export type StoredType = "f32" | "f16";

/**
 * Channels of the voxels of a box, on the GPU: x fastest but for the channel, [z, y, x, channel]. Boxes of one layer share one
 * grid; what lies outside a box that a kernel reads counts as zero.
 */
export interface FeatureMap {
  readonly buffer: GPUBuffer;
  readonly box: Box;
  readonly channels: number;
  /** f32 where absent. */
  readonly type?: StoredType;
}

/** Returns the shape of a box as WGSL has it: x, y, z. */
export function shapeXyz(box: Box): readonly [number, number, number] {
  return [box.x1 - box.x0, box.y1 - box.y0, box.z1 - box.z0];
}

/** Returns how many bytes a feature map of this box takes; kernels read it by four values, buffers end on 16 bytes. */
export function featureMapBytes(box: Box, channels: number, type: StoredType = "f32"): number {
  const [x, y, z] = shapeXyz(box);
  return Math.ceil((x * y * z * channels * bytesOf(type)) / 16) * 16;
}

/** Returns the bytes of one value. */
const bytesOf = (type: StoredType) => (type === "f16" ? 2 : 4);
