import { fillNormal } from "../../core/random/philox";
import { type Shape3, voxelCount } from "../../core/volume/shape";

/** A 'same' convolution with its data: what every backend's kernel is tried on. */
export interface Conv3dCase {
  readonly shape: Shape3;
  readonly kernelSize: 1 | 2 | 3;
  readonly channelsIn: number;
  readonly channelsOut: number;
  readonly relu: boolean;
}

/** Odd, non-cubic and tiny shapes; the channels of the network, and those that end in the middle of a workgroup. */
export const CONV3D_CASES: readonly Conv3dCase[] = [
  { shape: [13, 17, 23], kernelSize: 3, channelsIn: 1, channelsOut: 32, relu: true },
  { shape: [5, 3, 9], kernelSize: 3, channelsIn: 32, channelsOut: 32, relu: true },
  { shape: [2, 5, 3], kernelSize: 3, channelsIn: 32, channelsOut: 48, relu: false },
  { shape: [1, 1, 1], kernelSize: 3, channelsIn: 4, channelsOut: 64, relu: false },
  { shape: [4, 4, 8], kernelSize: 3, channelsIn: 12, channelsOut: 24, relu: true },
  { shape: [3, 5, 11], kernelSize: 1, channelsIn: 32, channelsOut: 8, relu: false },
];

/** Data of a case: standard normal inputs, weights scaled so that outputs are of the order of 1. */
export function conv3dData({ shape, kernelSize, channelsIn, channelsOut }: Conv3dCase, seed: number) {
  const normal = (length: number, stream: number, scale: number) => {
    const values = new Float32Array(length);
    fillNormal(values, seed, stream);
    return values.map((value) => value * scale);
  };
  const fanIn = kernelSize ** 3 * channelsIn;
  return {
    input: normal(voxelCount(shape) * channelsIn, 0, 1),
    weights: normal(fanIn * channelsOut, 1, 1 / Math.sqrt(fanIn)),
    bias: normal(channelsOut, 2, 0.5),
  };
}

/**
 * The oracle: a 'same' convolution by its definition, in f64. Even kernels pad after only. Layouts: [z, y, x, channel],
 * weights [kz, ky, kx, channel in, channel out].
 */
export function conv3dOracle(
  { shape: [nz, ny, nx], kernelSize: k, channelsIn, channelsOut, relu }: Conv3dCase,
  { input, weights, bias }: { input: Float32Array; weights: Float32Array; bias: Float32Array },
): Float32Array {
  const output = new Float32Array(nz * ny * nx * channelsOut);
  const before = Math.floor((k - 1) / 2);
  const at = (z: number, y: number, x: number, channel: number) =>
    z >= 0 && y >= 0 && x >= 0 && z < nz && y < ny && x < nx
      ? input[((z * ny + y) * nx + x) * channelsIn + channel]
      : 0;
  for (let index = 0; index < output.length; index++) {
    const out = index % channelsOut;
    const voxel = (index - out) / channelsOut;
    const [z, y, x] = [Math.floor(voxel / (ny * nx)), Math.floor(voxel / nx) % ny, voxel % nx];
    let sum = bias[out];
    for (let tap = 0; tap < k ** 3; tap++) {
      const [dz, dy, dx] = [Math.floor(tap / (k * k)), Math.floor(tap / k) % k, tap % k];
      for (let channel = 0; channel < channelsIn; channel++) {
        const weight = weights[(tap * channelsIn + channel) * channelsOut + out];
        sum += weight * at(z + dz - before, y + dy - before, x + dx - before, channel);
      }
    }
    output[index] = relu ? Math.max(0, sum) : sum;
  }
  return output;
}

/** Returns the largest absolute difference; NaN where either has one. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.NaN;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference;
    if (Number.isNaN(largest)) return largest;
  }
  return largest;
}
