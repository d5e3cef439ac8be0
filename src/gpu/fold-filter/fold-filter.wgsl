// A filter in another layout: taps added up along each axis, channels in any order.
// output[tap, row, column] = Σ over the input's taps that `masks` gives to `tap`.

struct Params {
  masks: vec3u, // of the output's taps 0, 1, 2 along an axis: bit i says whether the input's tap i is part of it
  tapsIn: u32, // along an axis
  tapsOut: u32,
  rows: u32,
  columns: u32,
  first: u32, // of the input: where its part begins
  tapStride: u32,
  rowStride: u32,
  columnStride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;

fn includes(mask: u32, tap: u32) -> bool {
  return ((mask >> tap) & 1u) == 1u;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = params.tapsOut;
  let perTap = params.rows * params.columns;
  if (id.x >= n * n * n * perTap) { return; }
  let tap = id.x / perTap;
  let row = id.x % perTap / params.columns;
  let column = id.x % params.columns;
  let maskZ = params.masks[tap / (n * n)];
  let maskY = params.masks[tap / n % n];
  let maskX = params.masks[tap % n];
  let first = params.first + row * params.rowStride + column * params.columnStride;
  var sum = 0.0;
  for (var z = 0u; z < params.tapsIn; z++) {
    for (var y = 0u; y < params.tapsIn; y++) {
      for (var x = 0u; x < params.tapsIn; x++) {
        if (includes(maskZ, z) && includes(maskY, y) && includes(maskX, x)) {
          sum += input[first + ((z * params.tapsIn + y) * params.tapsIn + x) * params.tapStride];
        }
      }
    }
  }
  output[id.x] = sum;
}
