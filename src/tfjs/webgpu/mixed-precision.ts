import type { Grid } from "./convolve";

/** Devices whose convolutions multiply in f16, with sums in f32; tensors and weights stay f32. */
const mixed = new WeakSet<GPUDevice>();

/** Lets the convolutions on a device use its subgroup matrices from now on, or not. */
export function allowMatrices(device: GPUDevice, use: boolean): void {
  if (use) mixed.add(device);
  else mixed.delete(device);
}

export const usesMatrices = (device: GPUDevice) => mixed.has(device);

/**
 * Returns the power of two by which gradients are multiplied while they are f16: about the number of voxels, since a loss is a
 * mean over them, and its gradient at a voxel would vanish otherwise.
 */
export function gradientScale([samples, nz, ny, nx]: Grid): number {
  return 2 ** Math.round(Math.log2(samples * nz * ny * nx));
}
