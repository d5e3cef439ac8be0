// The gradient of class-sums.wgsl by the probabilities: f'(p) times the slope of the class's sum over all voxels, plus that of
// the sum over its own voxels where the voxel is one. A thread makes one number. CLASSES and LOGARITHM come before this text.

struct Params {
  first: u32, // number of this dispatch
  count: u32, // of all
}

const SMALLEST = 1e-37;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> probabilities: array<f32>; // [voxel, class]
@group(0) @binding(2) var<storage, read> labels: array<i32>;
@group(0) @binding(3) var<storage, read> slopes: array<f32>; // by own sums, by whole sums, and one not used
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = params.first + id.x;
  if (i >= params.count) { return; }
  let c = i % CLASSES;
  var slope = slopes[CLASSES + c];
  if (u32(labels[i / CLASSES]) == c) { slope += slopes[c]; }
  if (LOGARITHM == 1u) { slope /= max(probabilities[i], SMALLEST); }
  output[i] = slope;
}
