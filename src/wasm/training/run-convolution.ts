import type { Tensor } from "../../core/nn/model";
import type { Shape3 } from "../../core/volume/shape";
import { packBias, packConvolution, packUpConvolution, wholeGroups } from "../network/pack-weights";
import type { WasmRuntime } from "../runtime";
import { allocateVolume, type PaddedVolume, planeOf } from "./padded-volume";

const CONV_PLANE_INTS = 8;

/** Returns a pointer to a copy of values. */
export function storeValues(runtime: WasmRuntime, values: Float32Array): number {
  const pointer = runtime.alloc(values.byteLength);
  runtime.f32(pointer, values.length).set(values);
  return pointer;
}

/** Runs a kernel on every row of a volume, whose planes `describe` describes to it (the descriptors in conv3d.ts). */
function runRows(
  runtime: WasmRuntime,
  kernel: string,
  [nz, ny]: Shape3,
  describe: (z: number, pointer: number) => readonly number[],
): void {
  const ints = describe(0, 0).length;
  const planes = runtime.alloc(4 * nz * ints);
  for (let z = 0; z < nz; z++) {
    const pointer = planes + 4 * z * ints;
    runtime.i32(pointer, ints).set(describe(z, pointer));
  }
  runtime.parallel(kernel, nz * ny, ny, planes, 4 * ints);
}

/**
 * Returns the convolution 3×3×3 of inputs whose channels count as lying side by side in `kernel`. With stride 2 the inputs
 * have twice the output's sides, and output voxel m has input voxel 2m in its middle. All stays until the caller releases it.
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
  let channel = 0;
  const weights = inputs.map((input) => {
    channel += input.channels;
    return storeValues(runtime, packConvolution(kernel, channel - input.channels, input.channels));
  });
  const biasPointer = storeValues(runtime, bias ? packBias(bias) : new Float32Array(channels));
  runRows(runtime, "conv3Rows", shape, (z, pointer) => [
    planeOf(out, z),
    channels,
    shape[2],
    biasPointer,
    bias ? 1 : 0,
    stride,
    inputs.length,
    pointer + 4 * CONV_PLANE_INTS,
    ...inputs.flatMap((input, index) => [
      planeOf(input, z * stride - 1),
      planeOf(input, z * stride),
      planeOf(input, z * stride + 1),
      input.channels,
      weights[index],
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
  runRows(runtime, "upRows", shape, (z) => {
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
