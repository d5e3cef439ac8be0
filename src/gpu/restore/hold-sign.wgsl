// Sets the values that do not have the sign to 0.

struct Params {
  grid: Grid,
  negative: u32, // 1 or 0: the sign
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> values: array<vec4f>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = quadIndex(workgroup, thread);
  if (i >= params.grid.quads) { return; }
  let value = values[i];
  values[i] = select(max(value, vec4f()), min(value, vec4f()), params.negative == 1u);
}
