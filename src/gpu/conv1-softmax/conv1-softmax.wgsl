// The last layer: a 1×1×1 convolution to the classes, then softmax, in one pass; a thread makes all classes of one voxel.
// conv1-softmax.ts puts Input4 in front: how the input is stored.

struct Params {
  inShape: vec3u, // x, y, z
  inQuads: u32, // channels of the input, in vec4
  offset: vec3u, // the input voxel that lies under voxel 0 of the output
  classes: u32,
  shape: vec3u, // of the output
  firstZ: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<Input4>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>; // [class][channel in]
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>; // [z, y, x, class]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let p = vec3u(id.x, id.y, params.firstZ + id.z);
  if (any(p >= params.shape)) { return; }
  let q = p + params.offset;
  let first = ((q.z * params.inShape.y + q.y) * params.inShape.x + q.x) * params.inQuads;
  let out = ((p.z * params.shape.y + p.y) * params.shape.x + p.x) * params.classes;

  // The sum of exponentials is kept relative to the largest score so far, so that nothing overflows.
  var largest = -3.0e38;
  var sum = 0.0;
  for (var k = 0u; k < params.classes; k++) {
    var score = bias[k];
    for (var quad = 0u; quad < params.inQuads; quad++) {
      score += dot(vec4f(input[first + quad]), weights[k * params.inQuads + quad]);
    }
    output[out + k] = score;
    let before = largest;
    largest = max(largest, score);
    sum = sum * exp(before - largest) + exp(score - largest);
  }
  for (var k = 0u; k < params.classes; k++) {
    output[out + k] = exp(output[out + k] - largest) / sum;
  }
}
