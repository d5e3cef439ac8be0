// Blurs a volume along one axis by a symmetric kernel; beyond a face it goes on as its mirror image. Adds in the order of
// core/denoise/gaussian.ts.

override COLUMNS: u32;

struct Params {
  shape: vec3u, // x, y, z
  firstPlane: u32,
  length: u32, // of the axis
  step: u32, // from one voxel to the next along it
  radius: u32,
  kernel: array<vec4f, 64>, // weights at 0, 1, 2, … voxels
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;

// Where mirroring at the faces brings an index: … 1 0 | 0 1 …
fn mirrored(index: i32) -> u32 {
  let length = i32(params.length);
  let period = 2 * length;
  let wrapped = (index % period + period) % period;
  return u32(min(wrapped, period - 1 - wrapped));
}

@compute @workgroup_size(COLUMNS)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.shape.x) { return; }
  let voxel = ((id.z + params.firstPlane) * params.shape.y + id.y) * params.shape.x + id.x;
  let at = voxel / params.step % params.length;
  let start = voxel - at * params.step;
  var sum = params.kernel[0].x * input[voxel];
  for (var k = 1u; k <= params.radius; k++) {
    let before = input[start + mirrored(i32(at) - i32(k)) * params.step];
    let after = input[start + mirrored(i32(at + k)) * params.step];
    sum += params.kernel[k / 4u][k % 4u] * (before + after);
  }
  output[voxel] = sum;
}
