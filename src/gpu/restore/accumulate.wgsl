// Welford's update of mean and sum of squares by the sample x, and its copy to the mode if it has the longest run.

struct Params {
  grid: Grid,
  share: f32, // 1 / n
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> mean: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> squares: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> mode: array<vec4f>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = quadIndex(workgroup, thread);
  if (i >= params.grid.quads) { return; }
  let value = x[i];
  let before = mean[i];
  let after = before + (value - before) * params.share;
  mean[i] = after;
  squares[i] += (value - before) * (value - after);
  if (state.isLongest == 1u) { mode[i] = value; }
}
