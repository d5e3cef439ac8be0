// Adds the shares of a sum, always in the same order: output[i] = factor · Σ_share partials[share · stride + first + i]. A workgroup
// makes COLUMNS numbers; for each, ROWS threads add every ROWS-th share, and then their sums are added.

override COLUMNS: u32;
override ROWS: u32;

struct Params {
  count: u32, // of the output
  shares: u32,
  stride: u32, // from one share to the next
  first: u32,
  factor: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partials: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;

override SIZE = COLUMNS * ROWS;
var<workgroup> sums: array<f32, SIZE>;

@compute @workgroup_size(COLUMNS, ROWS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) id: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = group.x * COLUMNS + id.x;
  var sum = 0.0;
  if (i < params.count) {
    for (var share = id.y; share < params.shares; share += ROWS) {
      sum += partials[share * params.stride + params.first + i];
    }
  }
  if (ROWS > 1u) {
    sums[thread] = sum;
    workgroupBarrier();
  }
  if (id.y > 0u || i >= params.count) { return; }
  for (var row = 1u; row < ROWS; row++) {
    sum += sums[row * COLUMNS + id.x];
  }
  output[i] = params.factor * sum;
}
