import type { Tensor } from "../../core/nn/model";
import { wholeGroups } from "../network/pack-weights";

/**
 * Returns the kernel [3, 3, 3, wholeGroups(cout), channels] by which the gradient by `channels` inputs from `firstChannel` on is a
 * convolution of the gradient by the output, whose channels fill whole groups: mirrored along all axes, inputs and outputs
 * exchanged.
 */
export function transposeConvolution(weight: Tensor, firstChannel: number, channels: number): Tensor {
  const [, , , cin, cout] = weight.shape;
  const stored = wholeGroups(cout);
  const values = new Float32Array(27 * stored * channels);
  for (let tap = 0; tap < 27; tap++) {
    for (let channel = 0; channel < channels; channel++) {
      const from = (tap * cin + firstChannel + channel) * cout;
      const to = (26 - tap) * stored * channels + channel;
      for (let o = 0; o < cout; o++) values[to + o * channels] = weight.values[from + o];
    }
  }
  return { shape: [3, 3, 3, stored, channels], values };
}

/** Kernel indices of an up-step that lead from an input voxel m to the output voxel 2m + tap − 1, along one axis. */
const UP_TAPS = [[1], [0, 1], [0]] as const;

/** Calls `visit` with each tap of 3×3×3 and each tap of the 2×2×2 kernel that takes part in it. */
function forUpTaps(visit: (tap: number, kernelTap: number) => void): void {
  for (let tap = 0; tap < 27; tap++)
    for (const z of UP_TAPS[Math.floor(tap / 9)])
      for (const y of UP_TAPS[Math.floor(tap / 3) % 3])
        for (const x of UP_TAPS[tap % 3]) visit(tap, (z * 2 + y) * 2 + x);
}

/**
 * Returns the kernel [3, 3, 3, wholeGroups(cout), cin] by which the gradient by an up-step's input is a convolution, with stride 2, of the
 * gradient by its output, whose channels fill whole groups.
 */
export function transposeUpConvolution(weight: Tensor): Tensor {
  const [, , , cin, cout] = weight.shape;
  const stored = wholeGroups(cout);
  const values = new Float32Array(27 * stored * cin);
  forUpTaps((tap, kernelTap) => {
    for (let channel = 0; channel < cin; channel++) {
      const from = (kernelTap * cin + channel) * cout;
      const to = tap * stored * cin + channel;
      for (let o = 0; o < cout; o++) values[to + o * cin] += weight.values[from + o];
    }
  });
  return { shape: [3, 3, 3, stored, cin], values };
}

/** Returns the gradient by an up-step's kernel [2, 2, 2, cin, cout] from the sums [3, 3, 3, cout, cin] of x[m]·dz[2m + tap − 1]. */
export function foldUpGradient(sums: Float32Array, cin: number, cout: number): Float32Array<ArrayBuffer> {
  const gradient = new Float32Array(8 * cin * cout);
  forUpTaps((tap, kernelTap) => {
    for (let o = 0; o < cout; o++) {
      const from = (tap * cout + o) * cin;
      const to = kernelTap * cin * cout + o;
      for (let channel = 0; channel < cin; channel++) gradient[to + channel * cout] += sums[from + channel];
    }
  });
  return gradient;
}
