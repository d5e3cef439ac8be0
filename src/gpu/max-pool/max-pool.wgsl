// Largest of 2×2×2 voxels, channel by channel; a thread makes 4 channels of one output voxel. max-pool.ts puts
// Stored4 in front.

struct Params {
  inShape: vec3u, // x, y, z
  quads: u32, // channels, in vec4
  offset: vec3u, // the input voxel that is the first of the eight under output voxel 0
  firstZ: u32,
  shape: vec3u, // of the output
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<Stored4>;
@group(0) @binding(2) var<storage, read_write> output: array<Stored4>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let quad = id.x % params.quads;
  let p = vec3u(id.x / params.quads, id.y, params.firstZ + id.z);
  if (any(p >= params.shape)) { return; }
  let rowLength = params.inShape.x;
  let sliceLength = rowLength * params.inShape.y;
  let q = 2u * p + params.offset;
  let first = (q.z * sliceLength + q.y * rowLength + q.x) * params.quads + quad;
  let x = params.quads;
  let y = rowLength * params.quads;
  let z = sliceLength * params.quads;
  let near = max(max(input[first], input[first + x]), max(input[first + y], input[first + x + y]));
  let far = max(max(input[first + z], input[first + x + z]), max(input[first + y + z], input[first + x + y + z]));
  output[((p.z * params.shape.y + p.y) * params.shape.x + p.x) * params.quads + quad] = max(near, far);
}
