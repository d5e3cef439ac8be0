// The gradients of the last layer, a 1×1×1 convolution to the classes and softmax: by the scores ds = p·(dp − Σ dp·p), then by
// the input dx = ds · filterᵀ, and shares of the filter's gradient Σ xᵀ·ds and the bias's Σ ds. A workgroup takes a run of
// voxels, 64 at a time: a thread makes the ds of one voxel, then some of the dx; sums over voxels stay in registers. The bias
// is the filter of a further channel that is 1 everywhere.

override QUADS: u32; // channels of x, in vec4
override CLASSES: u32;
override ITEMS: u32; // (QUADS + 1) · CLASSES / THREADS, rounded up

const THREADS = 128u;
const VOXELS = 64u;

override SCORES_SIZE = VOXELS * CLASSES;
override TILE_SIZE = VOXELS * QUADS;
override FILTER_SIZE = 4u * QUADS * CLASSES;

struct Params {
  voxels: u32,
  voxelsPerShare: u32, // a multiple of VOXELS
  firstShare: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [voxel, channel]
@group(0) @binding(2) var<storage, read> filters: array<f32>; // [channel, class]
@group(0) @binding(3) var<storage, read> p: array<f32>; // [voxel, class]
@group(0) @binding(4) var<storage, read> dp: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> partials: array<f32>; // [share, channel and then the bias, class]

var<workgroup> scores: array<f32, SCORES_SIZE>; // ds
var<workgroup> tile: array<vec4f, TILE_SIZE>;

fn scoreGradients(voxel: u32, local: u32) {
  let first = voxel * CLASSES;
  let isInside = voxel < params.voxels;
  var mean = 0.0;
  if (isInside) {
    for (var k = 0u; k < CLASSES; k++) { mean += p[first + k] * dp[first + k]; }
  }
  for (var k = 0u; k < CLASSES; k++) {
    var ds = 0.0;
    if (isInside) { ds = p[first + k] * (dp[first + k] - mean); }
    scores[local * CLASSES + k] = ds;
  }
}

fn inputGradient(local: u32, quad: u32) -> vec4f {
  var sum = vec4f();
  for (var k = 0u; k < CLASSES; k++) {
    let first = 4u * quad * CLASSES + k;
    let w = vec4f(filters[first], filters[first + CLASSES], filters[first + 2u * CLASSES], filters[first + 3u * CLASSES]);
    sum += scores[local * CLASSES + k] * w;
  }
  return sum;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = params.firstShare + group.x;
  var sums: array<vec4f, 8>;
  let end = min(params.voxels, (share + 1u) * params.voxelsPerShare);
  for (var first = share * params.voxelsPerShare; first < end; first += VOXELS) {
    workgroupBarrier();
    if (thread < VOXELS) { scoreGradients(first + thread, thread); }
    for (var i = thread; i < TILE_SIZE; i += THREADS) {
      var value = vec4f();
      if (first + i / QUADS < params.voxels) { value = x[first * QUADS + i]; }
      tile[i] = value;
    }
    workgroupBarrier();
    for (var i = thread; i < TILE_SIZE; i += THREADS) {
      if (first + i / QUADS < params.voxels) { dx[first * QUADS + i] = inputGradient(i / QUADS, i % QUADS); }
    }
    for (var item = 0u; item < ITEMS; item++) {
      let output = thread + item * THREADS;
      let quad = output / CLASSES;
      let label = output % CLASSES;
      if (quad > QUADS) { break; }
      var sum = sums[item];
      for (var local = 0u; local < VOXELS; local++) {
        var value = vec4f(1.0, 0.0, 0.0, 0.0);
        if (quad < QUADS) { value = tile[local * QUADS + quad]; }
        sum += value * scores[local * CLASSES + label];
      }
      sums[item] = sum;
    }
  }
  for (var item = 0u; item < ITEMS; item++) {
    let output = thread + item * THREADS;
    let quad = output / CLASSES;
    if (quad > QUADS) { break; }
    let first = (share * (4u * QUADS + 1u) + 4u * quad) * CLASSES + output % CLASSES;
    partials[first] = sums[item].x;
    if (quad < QUADS) {
      partials[first + CLASSES] = sums[item].y;
      partials[first + 2u * CLASSES] = sums[item].z;
      partials[first + 3u * CLASSES] = sums[item].w;
    }
  }
}
