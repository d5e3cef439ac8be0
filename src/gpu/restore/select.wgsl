// Copies the proposal to the current sample if it was accepted.

struct Params {
  grid: Grid,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read> proposal: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> current: array<vec4f>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = quadIndex(workgroup, thread);
  if (i >= params.grid.quads || state.accepted == 0u) { return; }
  current[i] = proposal[i];
}
