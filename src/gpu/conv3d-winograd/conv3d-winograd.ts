import { type Conv3d, type Conv3dTiling, conv3dOf } from "../conv3d/conv3d";
import type { StoredType } from "../feature-map";
import { kernelCode } from "../kernel-code";
import { channelQuadsPerWorkgroup, kernelPipeline } from "../kernel-pipeline";
import source from "./conv3d-winograd.wgsl?raw";

interface WinogradSpec {
  /** Channels of the one or two inputs: multiples of 4. */
  readonly channelsIn: readonly number[];
  /** A multiple of 4. */
  readonly channelsOut: number;
  readonly relu: boolean;
  /** Of inputs and output; f32 where absent. Weights and sums are f32. */
  readonly type?: StoredType;
}

const CHUNK = 4;

/** Lavin & Gray's G for F(4, 3): what becomes of the three taps along x. */
const TRANSFORM: readonly (readonly [number, number, number])[] = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];

/** Returns the weights for `createConv3dWinograd`, [3, 3, 6, channel in, channel out], from a kernel [3, 3, 3, …]; f64 sums. */
export function winogradWeights(kernel: Float32Array): Float32Array {
  const perTap = kernel.length / 27;
  const weights = new Float32Array(54 * perTap);
  for (let row = 0; row < 9; row++)
    for (const [t, [left, middle, right]] of TRANSFORM.entries())
      for (let i = 0; i < perTap; i++) {
        const from = 3 * row * perTap + i;
        weights[(6 * row + t) * perTap + i] =
          left * kernel[from] + middle * kernel[from + perTap] + right * kernel[from + 2 * perTap];
      }
  return weights;
}

/** Tells whether a device can run it in this tiling. */
export function winogradFits(device: GPUDevice, tiling: Conv3dTiling): boolean {
  return workgroupFits(device, tiling, 1);
}

function workgroupFits(
  { limits }: GPUDevice,
  { voxelsY, voxelsZ, threadQuads }: Omit<Conv3dTiling, "halfSums">,
  groups: number,
): boolean {
  // Rows of two times six transformed values, padded to an odd length.
  const quads = 13 * (voxelsY + 2) * (voxelsZ + 2) + 54 * CHUNK * groups * threadQuads;
  return (
    16 * quads <= limits.maxComputeWorkgroupStorageSize &&
    groups * voxelsY * voxelsZ <= limits.maxComputeInvocationsPerWorkgroup
  );
}

/**
 * Compiles a 3×3×3 convolution as `createConv3d` does, with half the products: by Winograd's F(4, 3) along x. Rounding is a few
 * times that of the plain sum.
 */
export async function createConv3dWinograd(
  device: GPUDevice,
  spec: WinogradSpec,
  { voxelsY, voxelsZ, threadQuads: wantedQuads }: Conv3dTiling,
): Promise<Conv3d> {
  const { channelsOut, type = "f32" } = spec;
  const quads = channelsOut / 4;
  const threadQuads = quads % wantedQuads === 0 ? wantedQuads : 1;
  const groups = channelQuadsPerWorkgroup(quads / threadQuads, (count) =>
    workgroupFits(device, { voxelsY, voxelsZ, threadQuads }, count),
  );
  const sizes = {
    QUADS: groups * threadQuads,
    THREAD_QUADS: threadQuads,
    VOXELS_Y: voxelsY,
    VOXELS_Z: voxelsZ,
  };
  const code = kernelCode(source, { Stored4: type }, sizes, { t: 6, s: 2, q: threadQuads, c: CHUNK });
  const label = `conv3d-winograd ${type} ${Object.values(sizes).join(" ")}`;
  const pipeline = await kernelPipeline(device, label, code, {});
  return conv3dOf(device, { ...spec, kernelSize: 3 }, sizes, pipeline);
}
