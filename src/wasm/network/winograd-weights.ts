import type { Tensor } from "../../core/nn/model";
import { GROUP, wholeGroups } from "./pack-weights";

// The points of the kernels: winograd.ts in assembly.
const A = 0.625;
const B = 1.5;

/** Combinations of four voxels along x and their neighbours. */
export const COMBINATIONS = 6;

/** A row of three weights w becomes the six values Σ TRANSFORM[f][k]·w[k], by which the combinations are multiplied. */
const TRANSFORM: readonly (readonly [number, number, number])[] = [
  weightsAt(0, A * A * B * B),
  weightsAt(A, 2 * A * A * (A * A - B * B)),
  weightsAt(-A, 2 * A * A * (A * A - B * B)),
  weightsAt(B, 2 * B * B * (B * B - A * A)),
  weightsAt(-B, 2 * B * B * (B * B - A * A)),
  [0, 0, 1],
];

function weightsAt(point: number, scale: number): readonly [number, number, number] {
  return [1 / scale, point / scale, point ** 2 / scale];
}

/** Tells whether the kernels take these channels of an input. */
export function takesWinograd(channels: number): boolean {
  return channels % 4 === 0;
}

/**
 * Returns the weights of `channels` inputs of a 3×3×3 kernel from `firstChannel` on, transformed, as
 * [6][cout / 8][tap z][tap y][channels][8], zeros beyond cout.
 */
export function packWinograd(weight: Tensor, firstChannel: number, channels: number): Float32Array {
  const [, , , cin, cout] = weight.shape;
  const { values } = weight;
  const packed = new Float32Array(COMBINATIONS * 9 * channels * wholeGroups(cout));
  const tapStep = cin * cout;
  let to = 0;
  for (const [w0, w1, w2] of TRANSFORM) {
    for (let group = 0; group < cout; group += GROUP) {
      const outputs = Math.min(GROUP, cout - group);
      for (let row = 0; row < 9; row++) {
        for (let channel = 0; channel < channels; channel++, to += GROUP) {
          const from = (row * 3 * cin + firstChannel + channel) * cout + group;
          for (let o = 0; o < outputs; o++) {
            const tap = from + o;
            packed[to + o] = w0 * values[tap] + w1 * values[tap + tapStep] + w2 * values[tap + 2 * tapStep];
          }
        }
      }
    }
  }
  return packed;
}

/** Adds to the gradient by a kernel [tap z, y, x][count] what that by its transformed weights f, [tap z, y][count], gives. */
export function addTransformedGradient(
  f: number,
  gradient: Float32Array,
  count: number,
  kernel: Float32Array,
): void {
  for (let row = 0; row < 9; row++) {
    for (let tap = 0; tap < 3; tap++) {
      const factor = TRANSFORM[f][tap];
      const to = (row * 3 + tap) * count;
      for (let i = 0; i < count; i++) kernel[to + i] += factor * gradient[row * count + i];
    }
  }
}
