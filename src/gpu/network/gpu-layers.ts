import { deepFinderLayers } from "../../core/nn/deepfinder-network";

/** A layer of the network as the GPU runs it: pooling is one of its own, up-sampling is part of its convolution. */
export interface GpuLayer {
  readonly name: string;
  readonly op: "conv3d" | "upconv" | "max-pool" | "conv1-softmax";
  /** Names of layers, or "x" for the tile. Two inputs count as one with their channels side by side. */
  readonly inputs: readonly string[];
  /** Of the output; of the last layer it is the number of classes. */
  readonly channels: number;
  /** Voxels of the tile per voxel of the output, along each axis. */
  readonly scale: 1 | 2 | 4;
}

/** Returns the layers of the network in the order in which they are run; convolutions keep their names. */
export function gpuLayers(classCount: number): readonly GpuLayer[] {
  return deepFinderLayers(classCount).flatMap((layer): GpuLayer[] => {
    const { name, inputs, resample, kernel, inChannels, outChannels, scale } = layer;
    const own = { name, inputs, channels: outChannels, scale };
    if (kernel === 1) return [{ ...own, op: "conv1-softmax" }];
    if (resample === "nearest-up") return [{ ...own, op: "upconv" }];
    if (resample === "none") return [{ ...own, op: "conv3d" }];
    const pooled = `${name}.input`;
    return [
      { name: pooled, op: "max-pool", inputs, channels: inChannels, scale },
      { ...own, op: "conv3d", inputs: [pooled] },
    ];
  });
}
