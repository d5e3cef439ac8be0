// Sets the sums of weights to 0.

override COLUMNS: u32;

struct Params {
  shape: vec3u, // x, y, z
  firstPlane: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> cubeWeights: array<u32>;

@compute @workgroup_size(COLUMNS)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.shape.x) { return; }
  cubeWeights[((id.z + params.firstPlane) * params.shape.y + id.y) * params.shape.x + id.x] = 0u;
}
