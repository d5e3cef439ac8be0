// Adds the shares of a sum, always in the same order: output[i] = Σ_share partials[share · stride + first + i]. A workgroup
// makes 16 numbers; for each, 16 threads add every sixteenth share, and then their sums are added.

const COLUMNS = 16u;
const ROWS = 16u;

struct Params {
  count: u32, // of the output
  shares: u32,
  stride: u32, // from one share to the next
  first: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partials: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;

var<workgroup> sums: array<f32, COLUMNS * ROWS>;

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
  sums[thread] = sum;
  workgroupBarrier();
  if (id.y > 0u || i >= params.count) { return; }
  for (var row = 1u; row < ROWS; row++) {
    sum += sums[row * COLUMNS + id.x];
  }
  output[i] = sum;
}
