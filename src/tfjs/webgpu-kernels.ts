import type { NetworkKernelSet } from "./network-kernels";
import type { SharedQueueBackend } from "./shared-queue-backend";
import { conv3d, conv3dGradient } from "./webgpu/conv3d-kernels";
import { upconv, upconvGradient } from "./webgpu/upconv-kernels";
import { classify, classifyGradient, maxPool, maxPoolGradient } from "./webgpu/voxelwise-kernels";

/**
 * The kernels on tfjs's "webgpu" backend, which has our device. All are deterministic. Channels are multiples of 4, but for
 * a first layer's input of 1, which gets no gradient, and the classes, which are any number.
 */
export const WEBGPU_KERNELS: NetworkKernelSet<SharedQueueBackend> = {
  conv3d,
  conv3dGradient,
  upconv,
  upconvGradient,
  maxPool,
  maxPoolGradient,
  classify,
  classifyGradient,
};
