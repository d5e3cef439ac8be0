// What a unit of weight adds to the output at every voxel: VALUE_ONE over the sum of the weights of all cubes there, each of which
// counts as much as the Kaiser window says. All cubes have the same window, so the sums of the cubes that start at a place
// are enough. Sets the output to 0 as well.

const SIDE = 4u;

override COLUMNS: u32;
override VALUE_ONE: f32;
override WINDOW_OUTER: f32;
override WINDOW_INNER: f32;

struct Params {
  shape: vec3u, // x, y, z
  firstPlane: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cubeWeights: array<u32>;
@group(0) @binding(2) var<storage, read_write> perWeight: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<i32>;

fn window(at: u32) -> f32 {
  return select(WINDOW_OUTER, WINDOW_INNER, at == 1u || at == 2u);
}

@compute @workgroup_size(COLUMNS)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let voxel = id + vec3u(0u, 0u, params.firstPlane);
  if (voxel.x >= params.shape.x) { return; }
  let at = (voxel.z * params.shape.y + voxel.y) * params.shape.x + voxel.x;
  var total = 0.0;
  for (var z = 0u; z < min(SIDE, voxel.z + 1u); z++) {
    var plane = 0.0;
    for (var y = 0u; y < min(SIDE, voxel.y + 1u); y++) {
      let row = at - (z * params.shape.y + y) * params.shape.x;
      var sum = 0.0;
      for (var x = 0u; x < min(SIDE, voxel.x + 1u); x++) {
        sum += window(x) * f32(cubeWeights[row - x]);
      }
      plane += window(y) * sum;
    }
    total += window(z) * plane;
  }
  perWeight[at] = VALUE_ONE / total;
  output[at] = 0;
}
