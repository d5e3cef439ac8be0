import type { Box } from "../core/volume/shape";

/**
 * Channels of the voxels of a box, on the GPU: f32, x fastest but for the channel, [z, y, x, channel]. Boxes of one layer
 * share one grid; what lies outside a box that a kernel reads counts as zero.
 */
export interface FeatureMap {
  readonly buffer: GPUBuffer;
  readonly box: Box;
  readonly channels: number;
  /** Where its first voxel lies in the buffer, in floats (a sample of a batch); 0 where absent. */
  readonly firstFloat?: number;
}

/** Returns the shape of a box as WGSL has it: x, y, z. */
export function shapeXyz(box: Box): readonly [number, number, number] {
  return [box.x1 - box.x0, box.y1 - box.y0, box.z1 - box.z0];
}

/** Returns how many bytes a feature map of this box takes; kernels read it by 16. */
export function featureMapBytes(box: Box, channels: number): number {
  const [x, y, z] = shapeXyz(box);
  return Math.ceil((x * y * z * channels) / 4) * 16;
}
