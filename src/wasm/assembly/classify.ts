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
    for (let block: usize = 0; block < weightStep; block += 16) {
      let sum = v128.load(bias + block);
      let w = weights + block;
      for (let c = 0; c < channels; c++) {
        sum = multiplyAdd(v128.load32_splat(voxel + (<usize>c << 2)), v128.load(w), sum);
        w += weightStep;
      }
      v128.store(to + block, sum);
    }
    softmax(to, classCount);
    voxel += <usize>channels << 2;
    to += outStep;
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
