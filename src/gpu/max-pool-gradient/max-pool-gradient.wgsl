// The gradient of max-pooling 2×2×2: all of dy goes to the first of the largest voxels of its window, in the order z, y, x. A
// thread makes 4 channels of one window.

struct Params {
  shape: vec3u, // of y: x, y, and the z of all samples, one after the other
  quads: u32, // channels in vec4
  firstZ: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> y: array<vec4f>;
@group(0) @binding(3) var<storage, read> dy: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dx: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let quads = params.quads;
  let quad = id.x % quads;
  let p = vec3u(id.x / quads, id.y, params.firstZ + id.z);
  if (any(p >= params.shape)) { return; }
  let window = ((p.z * params.shape.y + p.y) * params.shape.x + p.x) * quads + quad;
  let largest = y[window];
  var left = dy[window];
  for (var corner = 0u; corner < 8u; corner++) {
    let q = 2u * p + vec3u(corner & 1u, (corner >> 1u) & 1u, corner >> 2u);
    let i = ((q.z * 2u * params.shape.y + q.y) * 2u * params.shape.x + q.x) * quads + quad;
    let isLargest = x[i] == largest;
    dx[i] = select(vec4f(), left, isLargest);
    left = select(left, vec4f(), isLargest);
  }
}
