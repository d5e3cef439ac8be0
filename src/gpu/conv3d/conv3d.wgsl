// 'Same' convolution with a kernel of 3×3×3 (REACH 1) or 1×1×1 (REACH 0), stride 1, f32, channels last, bias and ReLU in
// the same pass. Two inputs count as one with their channels side by side, so that nothing is concatenated.
//
// A workgroup computes 8×4×4 voxels × 4·QUADS output channels; a thread 8 voxels along x × 4 channels, in registers. Input
// channels come in chunks of 4: the chunk of the voxels (with a border of REACH) and its weights lie in workgroup memory.

override QUADS: u32; // output channels of a workgroup, in vec4
override CHUNK: u32; // input channels at a time: 4, or 1 for an input of one channel
override REACH: u32;

const VOXELS_X = 8u;
const VOXELS_Y = 4u;
const VOXELS_Z = 4u;

override KERNEL = 1u + 2u * REACH;
override THREADS = QUADS * VOXELS_Y * VOXELS_Z;
override TILE_X = VOXELS_X + 2u * REACH;
override TILE_Y = VOXELS_Y + 2u * REACH;
override TILE_Z = VOXELS_Z + 2u * REACH;
override TILE_SIZE = TILE_X * TILE_Y * TILE_Z;
override WEIGHTS_SIZE = KERNEL * KERNEL * KERNEL * CHUNK * QUADS;

struct Input {
  shape: vec3i, // x, y, z
  first: u32, // where its voxel 0 lies in the buffer, in vec4 (in floats with one channel)
  offset: vec3i, // its voxel that lies under voxel 0 of the output
  channels: u32, // a multiple of CHUNK; 0 where there is no second input
}

struct Params {
  a: Input,
  b: Input,
  shape: vec3u, // of the output
  first: u32,
  firstZ: u32,
  quads: u32, // channels of the output, in vec4: a multiple of QUADS
  relu: u32, // 1 or 0
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> inputA: array<vec4f>;
@group(0) @binding(2) var<storage, read> inputB: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<vec4f>; // [tap z, y, x][channel in][channel out]
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> output: array<vec4f>;

var<workgroup> tile: array<vec4f, TILE_SIZE>;
var<workgroup> chunkWeights: array<vec4f, WEIGHTS_SIZE>;

// Index of a voxel of an input, or -1 outside it: there it is zero.
fn voxelIndex(p: vec3i, shape: vec3i) -> i32 {
  let inside = all(p >= vec3i(0)) && all(p < shape);
  return select(-1, (p.z * shape.y + p.y) * shape.x + p.x, inside);
}

fn readInput(position: vec3i, chunk: u32) -> vec4f {
  let chunksA = params.a.channels / CHUNK;
  if (chunk >= chunksA) {
    let voxel = voxelIndex(position + params.b.offset, params.b.shape);
    if (voxel < 0) { return vec4f(); }
    return inputB[params.b.first + u32(voxel) * (params.b.channels / 4u) + chunk - chunksA];
  }
  let voxel = voxelIndex(position + params.a.offset, params.a.shape);
  if (voxel < 0) { return vec4f(); }
  if (CHUNK == 1u) {
    let index = params.a.first + u32(voxel);
    return vec4f(inputA[index >> 2u][index & 3u], 0.0, 0.0, 0.0);
  }
  return inputA[params.a.first + u32(voxel) * chunksA + chunk];
}

struct Taps { w0: vec4f, w1: vec4f, w2: vec4f, w3: vec4f }

fn readTaps(index: u32) -> Taps {
  if (CHUNK == 1u) { return Taps(chunkWeights[index], vec4f(), vec4f(), vec4f()); }
  return Taps(
    chunkWeights[index],
    chunkWeights[index + QUADS],
    chunkWeights[index + 2u * QUADS],
    chunkWeights[index + 3u * QUADS],
  );
}

fn add(sum: vec4f, v: vec4f, t: Taps) -> vec4f {
  if (CHUNK == 1u) { return sum + v.x * t.w0; }
  return sum + v.x * t.w0 + v.y * t.w1 + v.z * t.w2 + v.w * t.w3;
}

fn store(x: u32, row: u32, quad: u32, value: vec4f) {
  if (x >= params.shape.x) { return; }
  output[params.first + (row + x) * params.quads + quad] = select(value, max(value, vec4f()), params.relu == 1u);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let slices = params.quads / QUADS;
  let sliceQuad = (group.x % slices) * QUADS;
  let channelsIn = params.a.channels + params.b.channels;
  let corner = vec3u(group.x / slices * VOXELS_X, group.y * VOXELS_Y, params.firstZ + group.z * VOXELS_Z);
  let quad = thread % QUADS;
  let y = thread / QUADS % VOXELS_Y;
  let z = thread / QUADS / VOXELS_Y;

  var s0 = bias[sliceQuad + quad];
  var s1 = s0;
  var s2 = s0;
  var s3 = s0;
  var s4 = s0;
  var s5 = s0;
  var s6 = s0;
  var s7 = s0;

  for (var chunk = 0u; chunk < channelsIn / CHUNK; chunk++) {
    workgroupBarrier();
    for (var i = thread; i < TILE_SIZE; i += THREADS) {
      let local = vec3u(i % TILE_X, i / TILE_X % TILE_Y, i / (TILE_X * TILE_Y));
      tile[i] = readInput(vec3i(corner + local) - i32(REACH), chunk);
    }
    for (var i = thread; i < WEIGHTS_SIZE; i += THREADS) {
      let channel = chunk * CHUNK + i / QUADS % CHUNK;
      let tap = i / (QUADS * CHUNK);
      chunkWeights[i] = weights[(tap * channelsIn + channel) * params.quads + sliceQuad + i % QUADS];
    }
    workgroupBarrier();

    var tap = quad;
    for (var dz = 0u; dz < KERNEL; dz++) {
      for (var dy = 0u; dy < KERNEL; dy++) {
        let row = ((z + dz) * TILE_Y + y + dy) * TILE_X;
        let v0 = tile[row];
        let v1 = tile[row + 1u];
        let v2 = tile[row + 2u];
        let v3 = tile[row + 3u];
        let v4 = tile[row + 4u];
        let v5 = tile[row + 5u];
        let v6 = tile[row + 6u];
        let v7 = tile[row + 7u];
        var t = readTaps(tap);
        s0 = add(s0, v0, t);
        s1 = add(s1, v1, t);
        s2 = add(s2, v2, t);
        s3 = add(s3, v3, t);
        s4 = add(s4, v4, t);
        s5 = add(s5, v5, t);
        s6 = add(s6, v6, t);
        s7 = add(s7, v7, t);
        tap += CHUNK * QUADS;
        if (REACH == 1u) {
          let v8 = tile[row + 8u];
          let v9 = tile[row + 9u];
          t = readTaps(tap);
          s0 = add(s0, v1, t);
          s1 = add(s1, v2, t);
          s2 = add(s2, v3, t);
          s3 = add(s3, v4, t);
          s4 = add(s4, v5, t);
          s5 = add(s5, v6, t);
          s6 = add(s6, v7, t);
          s7 = add(s7, v8, t);
          tap += CHUNK * QUADS;
          t = readTaps(tap);
          s0 = add(s0, v2, t);
          s1 = add(s1, v3, t);
          s2 = add(s2, v4, t);
          s3 = add(s3, v5, t);
          s4 = add(s4, v6, t);
          s5 = add(s5, v7, t);
          s6 = add(s6, v8, t);
          s7 = add(s7, v9, t);
          tap += CHUNK * QUADS;
        }
      }
    }
  }

  let position = corner + vec3u(0u, y, z);
  if (position.y >= params.shape.y || position.z >= params.shape.z) { return; }
  let row = (position.z * params.shape.y + position.y) * params.shape.x;
  store(position.x, row, sliceQuad + quad, s0);
  store(position.x + 1u, row, sliceQuad + quad, s1);
  store(position.x + 2u, row, sliceQuad + quad, s2);
  store(position.x + 3u, row, sliceQuad + quad, s3);
  store(position.x + 4u, row, sliceQuad + quad, s4);
  store(position.x + 5u, row, sliceQuad + quad, s5);
  store(position.x + 6u, row, sliceQuad + quad, s6);
  store(position.x + 7u, row, sliceQuad + quad, s7);
}
