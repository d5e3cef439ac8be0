import type { Tensor } from "../../core/nn/model";
import type { Shape3 } from "../../core/volume/shape";
import { packBias, packConvolution, packUpConvolution, wholeGroups } from "../network/pack-weights";
import { allocateScratch, planeItems } from "../network/spread-planes";
import { packWinograd } from "../network/winograd-weights";
import type { WasmRuntime } from "../runtime";
import { allocateVolume, type PaddedVolume, planeOf } from "./padded-volume";
import { type SpreadVolume, spreadPlaneOf } from "./spread-volume";

/** Where the inputs begin in the descriptors, in int32. */
const CONV_PLANE_INTS = 8;
const WINOGRAD_PLANE_INTS = 11;

/** Returns a pointer to a copy of values. */
export function storeValues(runtime: WasmRuntime, values: Float32Array): number {
  const pointer = runtime.alloc(values.byteLength);
  runtime.f32(pointer, values.length).set(values);
  return pointer;
}

/**
 * Runs a kernel on a volume's planes, which `describe` describes to it (the descriptors in assembly), `planeItems` items of
 * work for each.
 */
function runPlanes(
  runtime: WasmRuntime,
  kernel: string,
  [nz]: Shape3,
  planeItems: number,
  describe: (z: number, pointer: number) => readonly number[],
): void {
  const ints = describe(0, 0).length;
  const planes = runtime.alloc(4 * nz * ints);
  for (let z = 0; z < nz; z++) {
    const pointer = planes + 4 * z * ints;
    runtime.i32(pointer, ints).set(describe(z, pointer));
  }
  runtime.parallel(kernel, nz * planeItems, planeItems, planes, 4 * ints);
}

/** Where each input's channels begin in a kernel that takes them side by side. */
function firstChannels(inputs: readonly { readonly channels: number }[]): number[] {
  let next = 0;
  return inputs.map(({ channels }) => {
    next += channels;
    return next - channels;
  });
}

/**
 * Returns the convolution 3×3×3 of inputs whose channels lie side by side in `kernel`, with ReLU where there is a bias. With
 * stride 2 the inputs have twice the output's sides, and output voxel m has input voxel 2m in its middle. All stays until the
 * caller releases it.
 */
export function convolve(
  runtime: WasmRuntime,
  inputs: readonly PaddedVolume[],
  kernel: Tensor,
  options: { readonly shape: Shape3; readonly stride: 1 | 2; readonly bias: Float32Array | null },
): PaddedVolume {
  const { shape, stride, bias } = options;
  const channels = wholeGroups(kernel.shape[4]);
  const out = allocateVolume(runtime, shape, channels);
  const first = firstChannels(inputs);
  const weights = inputs.map((input, i) =>
    storeValues(runtime, packConvolution(kernel, first[i], input.channels)),
  );
  const biasPointer = storeValues(runtime, bias ? packBias(bias) : new Float32Array(channels));
  runPlanes(runtime, "conv3Rows", shape, shape[1], (z, pointer) => [
    planeOf(out, z),
    channels,
    shape[2],
    biasPointer,
    bias ? 1 : 0,
    stride,
    inputs.length,
    pointer + 4 * CONV_PLANE_INTS,
    ...inputs.flatMap((input, i) => [
      ...[-1, 0, 1].map((dz) => planeOf(input, z * stride + dz)),
      input.channels,
      weights[i],
    ]),
  ]);
  return out;
}

/** As convolve with stride 1, of inputs that are spread already. */
export function convolveSpread(
  runtime: WasmRuntime,
  inputs: readonly SpreadVolume[],
  kernel: Tensor,
  bias: Float32Array | null,
): PaddedVolume {
  const [{ shape }] = inputs;
  const channels = wholeGroups(kernel.shape[4]);
  const out = allocateVolume(runtime, shape, channels);
  const first = firstChannels(inputs);
  const weights = inputs.map((input, i) =>
    storeValues(runtime, packWinograd(kernel, first[i], input.channels)),
  );
  const biasPointer = storeValues(runtime, bias ? packBias(bias) : new Float32Array(channels));
  const scratch = allocateScratch(runtime, channels);
  const { items, rows } = planeItems(shape);
  runPlanes(runtime, "winogradItems", shape, items, (z, pointer) => [
    planeOf(out, z),
    channels,
    shape[1],
    shape[2],
    biasPointer,
    bias ? 1 : 0,
    rows,
    scratch.pointer,
    scratch.slots,
    inputs.length,
    pointer + 4 * WINOGRAD_PLANE_INTS,
    ...inputs.flatMap((input, i) => [
      ...[-1, 0, 1].map((dz) => spreadPlaneOf(input, z + dz)),
      input.channels,
      weights[i],
    ]),
  ]);
  return out;
}

/** Returns an up-step: nearest up-sampling by 2, convolution 2×2×2 padded after, bias, ReLU. */
export function convolveUp(
  runtime: WasmRuntime,
  input: PaddedVolume,
  kernel: Tensor,
  bias: Float32Array,
): PaddedVolume {
  const [, , inputNx] = input.shape;
  const shape = input.shape.map((side) => 2 * side) as unknown as Shape3;
  const channels = wholeGroups(kernel.shape[4]);
  const out = allocateVolume(runtime, shape, channels);
  const weights = storeValues(runtime, packUpConvolution(kernel));
  const biasPointer = storeValues(runtime, packBias(bias));
  runPlanes(runtime, "upRows", shape, shape[1], (z) => {
    const odd = z % 2;
    const next = odd ? planeOf(input, (z + 1) / 2) : 0;
    const m = planeOf(input, z >> 1);
    return [
      planeOf(out, z),
      channels,
      shape[2],
      biasPointer,
      m,
      next,
      input.channels,
      inputNx,
      0,
      0,
      odd,
      weights,
    ];
  });
  return out;
}
