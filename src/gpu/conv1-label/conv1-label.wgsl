// The last layer where labels are all that is wanted: a 1×1×1 convolution to the classes, the largest of them, and its softmax
// as 0…255. A thread makes one voxel, and every fourth writes four. conv1-label.ts puts in front Input4 (how the input is
// stored), QUADS (channels of the input, in vec4) and the number of q, which counts them.

struct Params {
  inShape: vec3u, // x, y, z
  classes: u32,
  offset: vec3u, // the input voxel that lies under voxel 0 of the output
  firstZ: u32,
  shape: vec3u, // of the output: x is a multiple of 4
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<Input4>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>; // [class][channel in]
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<u32>; // labels of all voxels, then their scores; bytes

const THREADS = 64u;

var<workgroup> found: array<vec2u, THREADS>; // label and score

fn classify(first: u32) -> vec2u {
  // unroll q
  let v${q} = vec4f(input[first + ${q}u]);
  // end
  // The sum of exponentials is kept relative to the largest score so far, so that nothing overflows.
  var largest = -3.0e38;
  var sum = 0.0;
  var label = 0u;
  for (var k = 0u; k < params.classes; k++) {
    var score = bias[k];
    // unroll q
    score += dot(v${q}, weights[k * QUADS + ${q}u]);
    // end
    if (score > largest) {
      label = k;
      sum = sum * exp(largest - score) + 1.0;
      largest = score;
    } else {
      sum += exp(score - largest);
    }
  }
  return vec2u(label, u32(255.0 / sum + 0.5));
}

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) thread: u32) {
  let section = params.shape.x * params.shape.y;
  let z = params.firstZ + id.z;
  let inside = id.x < section;
  if (inside) {
    let q = vec3u(id.x % params.shape.x, id.x / params.shape.x, z) + params.offset;
    found[thread] = classify(((q.z * params.inShape.y + q.y) * params.inShape.x + q.x) * QUADS);
  }
  workgroupBarrier();
  if (inside && thread % 4u == 0u) {
    let four = array(found[thread], found[thread + 1u], found[thread + 2u], found[thread + 3u]);
    let bytes = four[0] | (four[1] << vec2u(8u)) | (four[2] << vec2u(16u)) | (four[3] << vec2u(24u));
    let word = (z * section + id.x) / 4u;
    output[word] = bytes.x;
    output[section * params.shape.z / 4u + word] = bytes.y;
  }
}
