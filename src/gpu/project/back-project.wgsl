// The adjoint of project.wgsl: a thread sums over the tilts what the pixels near its voxel give. A pixel's weight falls from the
// ray's length at its own ray to 0 at a distance of 1/length pixels: two neighbours at most.

struct Tilt {
  alongZ: u32, // 1: layers are sections along z; 0: along x
  layers: u32,
  across: i32,
  length: f32, // of the ray from one layer to the next
}

struct Params {
  shape: vec3u, // x, y (rows of the slab), z
  firstZ: u32,
  imageWidth: i32,
  tiltCount: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> tilts: array<Tilt>;
@group(0) @binding(2) var<storage, read> positions: array<vec2f>; // [tilt][columns x, then sections z]: their sum is the pixel
@group(0) @binding(3) var<storage, read> images: array<f32>; // [tilt, y, pixel]
@group(0) @binding(4) var<storage, read_write> volume: array<f32>; // [z, y, x]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let p = vec3u(id.x, id.y, params.firstZ + id.z);
  if (any(p >= params.shape)) { return; }
  let positionsPerTilt = params.shape.x + params.shape.z;

  var sum = 0.0;
  for (var tilt = 0u; tilt < params.tiltCount; tilt++) {
    let first = tilt * positionsPerTilt;
    let position = positions[first + p.x] + positions[first + params.shape.x + p.z];
    let length = tilts[tilt].length;
    let carry = floor(position.y);
    let share = position.y - carry;
    let near = i32(position.x + carry);
    let at = i32(tilt * params.shape.y + p.y) * params.imageWidth + near;
    if (near >= 0 && near < params.imageWidth) { sum += max(1.0 - share * length, 0.0) * length * images[at]; }
    if (near >= -1 && near + 1 < params.imageWidth) {
      sum += max(1.0 - (1.0 - share) * length, 0.0) * length * images[at + 1];
    }
  }
  volume[(p.z * params.shape.y + p.y) * params.shape.x + p.x] = sum;
}
