import { accumulateRow, FIRST } from "./conv3d";
import { multiplyAdd } from "./multiply-add";

/**
 * Computes the class probabilities of a row of nx voxels: 1×1×1 convolution and softmax. `input` is the first row's first
 * voxel of `channels` features, rows `inputRowBytes` apart; weights are [channels][padded], bias [padded], with classCount
 * padded to a multiple of 4. Output rows hold [nx][classCount], `outRowBytes` apart with room for 4 values more.
 */
export function classifyRow(
  item: i32,
  input: usize,
  inputRowBytes: usize,
  channels: i32,
  weights: usize,
  bias: usize,
  classCount: i32,
  out: usize,
  outRowBytes: usize,
  nx: i32,
): void {
  const weightStep = <usize>((classCount + 3) & ~3) << 2;
  const outStep = <usize>classCount << 2;
  let voxel = input + <usize>item * inputRowBytes;
  let to = out + <usize>item * outRowBytes;
  for (let x = 0; x < nx; x++) {
    // The values beyond classCount are overwritten by the next voxel or end in the room after the row.
    classValues(voxel, channels, weights, bias, weightStep, to);
    softmax(to, classCount);
    voxel += <usize>channels << 2;
    to += outStep;
  }
}

/**
 * As classifyRow, but an output row holds the labels, the first of equally probable ones, then their probabilities, both as
 * [nx] bytes, where 255 stands for 1. After them it has room for the values of a voxel, padded, on a multiple of 16.
 */
export function labelRow(
  item: i32,
  input: usize,
  inputRowBytes: usize,
  channels: i32,
  weights: usize,
  bias: usize,
  classCount: i32,
  out: usize,
  outRowBytes: usize,
  nx: i32,
): void {
  const weightStep = <usize>((classCount + 3) & ~3) << 2;
  let voxel = input + <usize>item * inputRowBytes;
  const labels = out + <usize>item * outRowBytes;
  const scores = labels + nx;
  const values = (scores + nx + 15) & ~15;
  for (let x = 0; x < nx; x++) {
    classValues(voxel, channels, weights, bias, weightStep, values);
    let best = 0;
    let largest = load<f32>(values);
    for (let i = 1; i < classCount; i++) {
      const value = load<f32>(values + (<usize>i << 2));
      if (value > largest) {
        largest = value;
        best = i;
      }
    }
    let total: f32 = 0;
    for (let i = 0; i < classCount; i++) total += Mathf.exp(load<f32>(values + (<usize>i << 2)) - largest);
    store<u8>(labels + x, best);
    store<u8>(scores + x, <u8>(<f32>255 / total + <f32>0.5));
    voxel += <usize>channels << 2;
  }
}

/** Stores the values of a voxel's classes before the softmax, padded. */
// @ts-ignore: decorator
@inline
function classValues(voxel: usize, channels: i32, weights: usize, bias: usize, step: usize, to: usize): void {
  for (let block: usize = 0; block < step; block += 16) {
    let sum = v128.load(bias + block);
    let w = weights + block;
    for (let c = 0; c < channels; c++) {
      sum = multiplyAdd(v128.load32_splat(voxel + (<usize>c << 2)), v128.load(w), sum);
      w += step;
    }
    v128.store(to + block, sum);
  }
}

function softmax(values: usize, count: i32): void {
  let largest = load<f32>(values);
  for (let i = 1; i < count; i++) largest = max(largest, load<f32>(values + (<usize>i << 2)));
  let total: f32 = 0;
  for (let i = 0; i < count; i++) {
    const value = Mathf.exp(load<f32>(values + (<usize>i << 2)) - largest);
    store<f32>(values + (<usize>i << 2), value);
    total += value;
  }
  for (let i = 0; i < count; i++) {
    const at = values + (<usize>i << 2);
    store<f32>(at, load<f32>(at) / total);
  }
}

/**
 * Computes, for row `item` of `count` voxels, the gradient by the values before the softmax from probabilities p and the
 * gradient dy by them, both [voxel][classCount]: p·(dy − Σ p·dy), as [voxel][padded], zero beyond the classes.
 */
export function softmaxGradientRow(
  item: i32,
  p: usize,
  dy: usize,
  classCount: i32,
  out: usize,
  padded: i32,
  count: i32,
): void {
  const classBytes = <usize>classCount << 2;
  const paddedBytes = <usize>padded << 2;
  let from = <usize>(item * count) * classBytes;
  let to = out + <usize>(item * count) * paddedBytes;
  for (let voxel = 0; voxel < count; voxel++) {
    let mean: f32 = 0;
    for (let c: usize = 0; c < classBytes; c += 4) mean += load<f32>(p + from + c) * load<f32>(dy + from + c);
    for (let c: usize = 0; c < classBytes; c += 4)
      store<f32>(to + c, load<f32>(p + from + c) * (load<f32>(dy + from + c) - mean));
    memory.fill(to + classBytes, 0, paddedBytes - classBytes);
    from += classBytes;
    to += paddedBytes;
  }
}

/**
 * Computes row `item` of `count` voxels (a multiple of 4) of the gradient by the features from the gradient by the values
 * before the softmax [voxel][padded]. Weights are [channels / 8][padded][8]; channels are a multiple of 8.
 */
export function classifyInputGradientRow(
  item: i32,
  gradient: usize,
  padded: i32,
  weights: usize,
  zeros: usize,
  out: usize,
  channels: i32,
  count: i32,
): void {
  const step = <usize>padded << 2;
  const outStep = <usize>channels << 2;
  const input = gradient + <usize>(item * count) * step;
  const to = out + <usize>(item * count) * outStep;
  for (let channel: usize = 0; channel < outStep; channel += 32)
    accumulateRow(input, 0, step, step, 1, weights + (channel >> 2) * step, zeros, to + channel, outStep, count >> 2, FIRST);
}
