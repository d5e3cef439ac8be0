// Nearest up-sampling by 2 followed by a 'same' convolution with a kernel of 2×2×2 (padded after only), bias and ReLU, without
// the up-sampled tensor. Along each axis, with taps w0 and w1: out[2m] = (w0 + w1)·in[m], out[2m + 1] = w0·in[m] + w1·in[m + 1].
// So an output voxel takes 1 or 2 taps per axis; the weights hold w0 + w1, w0 and w1 for each axis, 27 in all.
//
// A workgroup computes, for one of the four phases (z, y), both phases along x of 4×4×4 input voxels × 4·QUADS channels; a thread
// 4 voxels along x × 2 phases × 4 channels.

override QUADS: u32;

const VOXELS = 4u; // along x, y and z
const CHUNK = 4u;
const TILE = VOXELS + 1u;
const TILE_SIZE = TILE * TILE * TILE;
const MAX_TAPS = 12u; // 2 along z, 2 along y, 3 along x

override THREADS = QUADS * VOXELS * VOXELS;
override TAP_SIZE = CHUNK * QUADS;

struct Params {
  inShape: vec3i, // x, y, z
  inChannels: u32,
  offset: vec3i, // the input voxel that lies under voxels 0 and 1 of the output
  quads: u32, // channels of the output, in vec4: a multiple of QUADS
  shape: vec3u, // of the output: even
  firstZ: u32, // of the input voxels
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>; // [z, y, x: w0 + w1, w0, w1][channel in][channel out]
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;

var<workgroup> tile: array<vec4f, TILE_SIZE>;
var<workgroup> chunkWeights: array<vec4f, MAX_TAPS * TAP_SIZE>;

fn readInput(position: vec3i, chunk: u32) -> vec4f {
  let p = position + params.offset;
  let shape = params.inShape;
  if (any(p < vec3i(0)) || any(p >= shape)) { return vec4f(); }
  return input[u32((p.z * shape.y + p.y) * shape.x + p.x) * (params.inChannels / 4u) + chunk];
}

struct Taps { w0: vec4f, w1: vec4f, w2: vec4f, w3: vec4f }

fn readTaps(index: u32) -> Taps {
  return Taps(
    chunkWeights[index],
    chunkWeights[index + QUADS],
    chunkWeights[index + 2u * QUADS],
    chunkWeights[index + 3u * QUADS],
  );
}

fn add(sum: vec4f, v: vec4f, t: Taps) -> vec4f {
  return sum + v.x * t.w0 + v.y * t.w1 + v.z * t.w2 + v.w * t.w3;
}

fn store(x: u32, row: u32, quad: u32, even: vec4f, odd: vec4f) {
  if (2u * x >= params.shape.x) { return; }
  let index = (row + 2u * x) * params.quads + quad;
  output[index] = max(even, vec4f());
  output[index + params.quads] = max(odd, vec4f());
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let slices = params.quads / QUADS;
  let sliceQuad = (group.x % slices) * QUADS;
  let phaseY = group.y & 1u;
  let phaseZ = group.z & 1u;
  let corner = vec3u(group.x / slices, group.y >> 1u, group.z >> 1u) * VOXELS + vec3u(0u, 0u, params.firstZ);
  let quad = thread % QUADS;
  let y = thread / QUADS % VOXELS;
  let z = thread / QUADS / VOXELS;

  var even0 = bias[sliceQuad + quad];
  var even1 = even0;
  var even2 = even0;
  var even3 = even0;
  var odd0 = even0;
  var odd1 = even0;
  var odd2 = even0;
  var odd3 = even0;

  // Phase 0 has one tap (row 0 of the weights), phase 1 has two (rows 1 and 2).
  let tapsY = 1u + phaseY;
  let taps = 3u * tapsY * (1u + phaseZ);
  for (var chunk = 0u; chunk < params.inChannels / CHUNK; chunk++) {
    workgroupBarrier();
    for (var i = thread; i < TILE_SIZE; i += THREADS) {
      let local = vec3u(i % TILE, i / TILE % TILE, i / (TILE * TILE));
      tile[i] = readInput(vec3i(corner + local), chunk);
    }
    for (var i = thread; i < taps * TAP_SIZE; i += THREADS) {
      let channel = chunk * CHUNK + i / QUADS % CHUNK;
      let tap = i / TAP_SIZE;
      let rowY = phaseY + tap / 3u % tapsY;
      let rowZ = phaseZ + tap / (3u * tapsY);
      let row = (rowZ * 3u + rowY) * 3u + tap % 3u;
      chunkWeights[i] = weights[(row * params.inChannels + channel) * params.quads + sliceQuad + i % QUADS];
    }
    workgroupBarrier();

    var tap = quad;
    for (var dz = 0u; dz <= phaseZ; dz++) {
      for (var dy = 0u; dy <= phaseY; dy++) {
        let row = ((z + dz) * TILE + y + dy) * TILE;
        let v0 = tile[row];
        let v1 = tile[row + 1u];
        let v2 = tile[row + 2u];
        let v3 = tile[row + 3u];
        let v4 = tile[row + 4u];
        var t = readTaps(tap);
        even0 = add(even0, v0, t);
        even1 = add(even1, v1, t);
        even2 = add(even2, v2, t);
        even3 = add(even3, v3, t);
        t = readTaps(tap + TAP_SIZE);
        odd0 = add(odd0, v0, t);
        odd1 = add(odd1, v1, t);
        odd2 = add(odd2, v2, t);
        odd3 = add(odd3, v3, t);
        t = readTaps(tap + 2u * TAP_SIZE);
        odd0 = add(odd0, v1, t);
        odd1 = add(odd1, v2, t);
        odd2 = add(odd2, v3, t);
        odd3 = add(odd3, v4, t);
        tap += 3u * TAP_SIZE;
      }
    }
  }

  let outY = 2u * (corner.y + y) + phaseY;
  let outZ = 2u * (corner.z + z) + phaseZ;
  if (outY >= params.shape.y || outZ >= params.shape.z) { return; }
  let row = (outZ * params.shape.y + outY) * params.shape.x;
  store(corner.x, row, sliceQuad + quad, even0, odd0);
  store(corner.x + 1u, row, sliceQuad + quad, even1, odd1);
  store(corner.x + 2u, row, sliceQuad + quad, even2, odd2);
  store(corner.x + 3u, row, sliceQuad + quad, even3, odd3);
}
