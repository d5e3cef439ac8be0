// Turns the output's sums of steps of 1 / VALUE_ONE into floats, in place.

override COLUMNS: u32;
override VALUE_ONE: f32;

struct Params {
  shape: vec3u, // x, y, z
  firstPlane: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;

@compute @workgroup_size(COLUMNS)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.shape.x) { return; }
  let at = ((id.z + params.firstPlane) * params.shape.y + id.y) * params.shape.x + id.x;
  output[at] = bitcast<u32>(f32(bitcast<i32>(output[at])) / VALUE_ONE);
}
