import type { Tensor } from "../../core/nn/model";

/** Output channels that the kernels compute at a time. */
export const GROUP = 8;

/** Returns channels rounded up to whole groups. */
export function wholeGroups(channels: number): number {
  return Math.ceil(channels / GROUP) * GROUP;
}

/** Returns values with zeros up to a multiple of 8. */
export function packBias(values: Float32Array): Float32Array {
  const packed = new Float32Array(wholeGroups(values.length));
  packed.set(values);
  return packed;
}

/** Returns the weights of `channels` inputs from `firstChannel` on as [cout / 8][taps][channels][8], zeros beyond cout. */
export function packConvolution(weight: Tensor, firstChannel: number, channels: number): Float32Array {
  const [kz, ky, kx, cin, cout] = weight.shape;
  const taps = kz * ky * kx;
  const packed = new Float32Array(taps * channels * wholeGroups(cout));
  let to = 0;
  for (let group = 0; group < cout; group += GROUP) {
    for (let tap = 0; tap < taps; tap++) {
      for (let channel = 0; channel < channels; channel++, to += GROUP) {
        const from = (tap * cin + firstChannel + channel) * cout + group;
        packed.set(weight.values.subarray(from, from + Math.min(GROUP, cout - group)), to);
      }
    }
  }
  return packed;
}

/** Taps of the 2×2×2 kernel that fall on input voxel m + tap for an even (phase 0) or odd output voxel, along one axis. */
const kernelIndices = (phase: number, tap: number) => (phase === 0 ? [0, 1] : [tap]);

/**
 * Returns the weights of an up-sampling convolution as [cout / 8][even · odd, plane m · odd, plane m + 1][phase y][phase x], each
 * with room for 4 taps of [cin][8]: taps that see the same input voxel are added up.
 */
export function packUpConvolution(weight: Tensor): Float32Array {
  const [, , , cin, cout] = weight.shape;
  const block = cin * GROUP;
  const packed = new Float32Array((wholeGroups(cout) / GROUP) * 3 * 2 * 2 * 4 * block);
  let start = 0;
  for (let group = 0; group < cout; group += GROUP) {
    for (const planes of [kernelIndices(0, 0), kernelIndices(1, 0), kernelIndices(1, 1)]) {
      for (let phases = 0; phases < 4; phases++, start += 4 * block) {
        const phaseY = phases >> 1;
        const phaseX = phases & 1;
        let to = start;
        for (let tapY = 0; tapY <= phaseY; tapY++) {
          for (let tapX = 0; tapX <= phaseX; tapX++, to += block) {
            for (const z of planes) {
              for (const y of kernelIndices(phaseY, tapY)) {
                for (const x of kernelIndices(phaseX, tapX)) {
                  const tap = ((z * 2 + y) * 2 + x) * cin;
                  for (let channel = 0; channel < cin; channel++) {
                    const from = (tap + channel) * cout + group;
                    for (let o = 0; o < Math.min(GROUP, cout - group); o++)
                      packed[to + channel * GROUP + o] += weight.values[from + o];
                  }
                }
              }
            }
          }
        }
      }
    }
  }
  return packed;
}

/** Returns the last layer's weights [cin][cout] and bias [cout] with cout padded by zeros to a multiple of 4. */
export function packClassifier(weight: Tensor, bias: Tensor): { weights: Float32Array; bias: Float32Array } {
  const [, , , cin, cout] = weight.shape;
  const padded = Math.ceil(cout / 4) * 4;
  const weights = new Float32Array(cin * padded);
  for (let channel = 0; channel < cin; channel++)
    weights.set(weight.values.subarray(channel * cout, (channel + 1) * cout), channel * padded);
  const paddedBias = new Float32Array(padded);
  paddedBias.set(bias.values);
  return { weights, bias: paddedBias };
}
